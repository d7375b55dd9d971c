import { type Command, Option } from 'commander'
import type { CliContext } from '../context.ts'
import { checkOption, firstReadOption, limitOption } from '../inspection-flags.ts'
import { isolateOption } from '../isolate.ts'
import { LOCATIONS_HELP } from '../pixel-files.ts'
import type { InspectFlags } from './run.ts'

export function configure(command: Command, context: CliContext): void {
  const list = (value: string, before: readonly string[] = []) => [...before, value]
  const conflicting = (flags: string, text: string, others: string[]) => new Option(flags, text).conflicts(others)
  command
    .argument('[location...]', LOCATIONS_HELP)
    .addOption(conflicting('--json', 'JSON: one object for one file, else an array', ['ndjson', 'yaml', 'long']))
    .addOption(conflicting('--ndjson', 'JSON: one object a line, as soon as it is known', ['yaml', 'long']))
    .addOption(conflicting('--yaml', 'YAML: one document a file', ['long']))
    .addOption(conflicting('--csv', 'CSV: one line a file', ['json', 'ndjson', 'yaml', 'long']))
    .addOption(
      conflicting('--columns <names>', 'only these facts and attributes, separated by commas', ['yaml', 'long']),
    )
    .option('--csv-safe', 'CSV whose texts no spreadsheet runs as formulas')
    .option('-l, --long', 'everything about each file, not one screen of it or one line')
    .option('--each', 'a line a file, which is so anyway where the output is no terminal')
    .addOption(conflicting('--by-sequence', 'a line a sequence, which is so anyway on a terminal', ['each', 'long']))
    .option('--image [how]', 'show the picture: kitty, iterm, sixel, blocks; what the terminal can unless said')
    .option('--part <number|glob>', 'only this part, by number or name (repeat for more)', list)
    .option('--attr <glob>', 'only attributes of this name, derived ones included (repeat for more)', list)
    .option('--raw', 'add the exact bytes of every attribute, base64 (json, ndjson, yaml)')
    .addOption(checkOption())
    .addOption(limitOption())
    .addOption(firstReadOption())
    .option('--timings', 'add how long each step took')
    .option('--no-meta', 'leave attributes and OpenImageIO out')
    .option('--stats', 'pixel statistics')
    .option('--deep-stats', 'deep sample statistics')
    .option('--hash', 'hashes of the pixels')
    .option('--validate [policy]', 'judge by a policy: a built-in name (default core) or a file')
    .option('--policy <name|file>', 'the same policy, said apart')
    .option('--follow', 'follow symbolic links below directories')
    .option('--allow-empty', 'finding no file at all is no error')
    .option('--hidden', 'look at hidden files and directories too')
    .option('--ignore <pattern>', 'leave out what matches, as in .gitignore (repeat for more)', list)
    .option('-0, --null', 'names on standard input end in NUL bytes')
    .option('-j, --jobs <n>', 'threads at work, this one among them for headers')
    .addOption(isolateOption('thread, process for pixels'))
    .addHelpText(
      'after',
      `
One file gives a report of one screen. Several give a line a sequence on a
terminal, with what is wrong below it: frames that are missing or broken, what
drifts; elsewhere, and with --each, a line a file. --long gives everything for
each.
Exit code 1 when a file cannot be read, is incomplete, or has an invalid header.

  exr-inspector inspect beauty.1001.exr
  exr-inspector inspect /show/shot/renders
  exr-inspector inspect '/show/*/plates/**/*.exr' --attr timeCode
  exr-inspector inspect /show/plates --csv --columns path,state,timeCode
  find . -name '*.exr' -print0 | exr-inspector inspect -0 - --ndjson`,
    )
    .action(async (locations: string[], flags: InspectFlags) => {
      const { runInspect } = await import('./run.ts')
      await runInspect(locations, flags, context)
    })
}
