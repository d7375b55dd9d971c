import { Command, CommanderError } from 'commander'
import { ExrError } from '../errors.ts'
import { toolVersion } from '../settings/version.ts'
import type { CliContext } from './context.ts'
import { errorJson, errorLine, errorLines, toExrError } from './errors.ts'
import { EXIT, exitCodeOf } from './exit-codes.ts'

/** A command's own module: adds arguments, flags and the action. It imports heavy things inside the action only. */
interface CommandModule {
  /** `wholeTree` gives all commands with all their flags; only completion needs it. */
  configure(command: Command, context: CliContext, wholeTree: () => Promise<Command>): void
}

interface CommandEntry {
  readonly name: string
  readonly summary: string
  load(): Promise<CommandModule>
}

/** Every command, in the order of the help. A module is loaded only when its command runs or is asked for help. */
const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'inspect',
    summary: 'say what is in EXR files and whether they are whole',
    load: () => import('./inspect/command.ts'),
  },
  {
    name: 'ingest',
    summary: 'fill a catalog from directories of EXR files',
    load: () => import('./ingest/command.ts'),
  },
  {
    name: 'dispatch',
    summary: 'put the locations of files on a topic, for consumers on many machines',
    load: () => import('./dispatch/command.ts'),
  },
  {
    name: 'consume',
    summary: 'fill a catalog from the messages of a topic',
    load: () => import('./consume/command.ts'),
  },
  {
    name: 'stats',
    summary: 'statistics of the pixels: ranges, NaN, percentiles, black frames',
    load: () => import('./stats/command.ts'),
  },
  {
    name: 'deep-stats',
    summary: 'samples and depths of deep parts, and whether they are tidy',
    load: () => import('./deep-stats/command.ts'),
  },
  {
    name: 'hash',
    summary: 'hashes of the pixels, the same however a file stores them',
    load: () => import('./hash/command.ts'),
  },
  {
    name: 'dedupe',
    summary: 'files of a catalog with the same pixels, and what keeping one would save',
    load: () => import('./dedupe/command.ts'),
  },
  {
    name: 'diff',
    summary: 'what two files, folders or sequences do not have in common',
    load: () => import('./diff/command.ts'),
  },
  {
    name: 'thumbnail',
    summary: 'a picture of a file as it is meant to be seen',
    load: () => import('./thumbnail/command.ts'),
  },
  {
    name: 'contact-sheet',
    summary: 'the frames of a sequence in one picture, gaps and broken ones included',
    load: () => import('./contact-sheet/command.ts'),
  },
  {
    name: 'similar',
    summary: 'find the files of a catalog that are most like one',
    load: () => import('./similar/command.ts'),
  },
  {
    name: 'embed',
    summary: "bring a catalog's vectors up to date, or make other ones",
    load: () => import('./embed/command.ts'),
  },
  {
    name: 'explore',
    summary: 'look at a catalog, folder or file in the browser',
    load: () => import('./explore/command.ts'),
  },
  {
    name: 'ls',
    summary: 'list sequences: frames, gaps, sizes, whether they are whole',
    load: () => import('./ls/command.ts'),
  },
  {
    name: 'validate',
    summary: 'judge EXR files by a policy',
    load: () => import('./validate/command.ts'),
  },
  {
    name: 'policy',
    summary: 'list, explain, check, learn and test policies',
    load: () => import('./policy/command.ts'),
  },
  {
    name: 'query',
    summary: 'ask a catalog by name: missing frames, drift, trends, what costs most',
    load: () => import('./query/command.ts'),
  },
  {
    name: 'changes',
    summary: 'what changed between two looks at a file or sequence',
    load: () => import('./changes/command.ts'),
  },
  { name: 'sql', summary: 'ask a catalog, read-only', load: () => import('./sql/command.ts') },
  { name: 'catalog', summary: 'look after a catalog', load: () => import('./catalog/command.ts') },
  {
    name: 'retention',
    summary: 'clean what a catalog knows of headers and files long gone',
    load: () => import('./retention/command.ts'),
  },
  {
    name: 'export',
    summary: 'write a catalog as Parquet, Arrow or CSV files',
    load: () => import('./export/command.ts'),
  },
  {
    name: 'import',
    summary: 'take an export over into a catalog',
    load: () => import('./import/command.ts'),
  },
  {
    name: 'serve',
    summary: 'run the DataEngine function as an HTTP server',
    load: () => import('./serve/command.ts'),
  },
  {
    name: 'vast-emulator',
    summary: 'run a local VAST DataBase server for development and tests',
    load: () => import('./vast-emulator/command.ts'),
  },
  {
    name: 'doctor',
    summary: 'check this installation and say what is missing',
    load: () => import('./doctor/command.ts'),
  },
  {
    name: 'completion',
    summary: 'print a completion script for a shell',
    load: () => import('./completion/command.ts'),
  },
]

const EPILOG = `
Exit codes: 0 all good, 1 some files failed, 2 usage, 3 catalog or system, 130
interrupted.
Environment: EXR_CATALOG, EXR_JOBS, EXR_ISOLATION, EXR_DEBUG, NO_COLOR,
FORCE_COLOR.`

/** Runs one command line (without node and script) and gives the exit code. Writes to the context's streams only. */
export async function run(args: readonly string[], context: CliContext): Promise<number> {
  try {
    // `help inspct` is told what `inspct` is told, with the command that may have been meant.
    const asked = isHelpOfNothing(args) ? args.slice(1, 2) : args
    const program = await createProgram(context, asked)
    await program.parseAsync(asked, { from: 'user' })
    return context.exitCode()
  } catch (error) {
    if (error instanceof CommanderError) return usageExit(error, args, context)
    return fail(error, args, context)
  }
}

/** The command tree. With `args` only the command they name knows its flags; without, all of them do. */
export async function createProgram(context: CliContext, args?: readonly string[]): Promise<Command> {
  const program = new Command('exr-inspector')
    .description(
      'Know what is in your OpenEXR files: headers, a searchable catalog, similarity, and why a frame is bad.',
    )
    .version(toolVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help for a command')
    .addHelpText('after', EPILOG)
  plain(program, context)
  const named = args && namedCommand(args)
  for (const entry of COMMANDS) {
    const command = program.command(entry.name).description(entry.summary).helpOption('-h, --help', 'print help')
    plain(command, context)
    if (args === undefined || entry.name === named) {
      const { configure } = await entry.load()
      configure(command, context, () => createProgram(context))
      for (const child of command.commands) plain(child, context)
    }
  }
  return program
}

function namedCommand(args: readonly string[]): string | undefined {
  const operands = args.filter((arg) => !arg.startsWith('-'))
  return operands[0] === 'help' ? operands[1] : operands[0]
}

function isHelpOfNothing([first, second]: readonly string[]): boolean {
  return (
    first === 'help' && second !== undefined && !second.startsWith('-') && !COMMANDS.some(({ name }) => name === second)
  )
}

/** Commander throws instead of exiting, and prints nothing of its own about errors. */
function plain(command: Command, context: CliContext): void {
  command.exitOverride().configureOutput({
    writeOut: (text) => context.stdout.write(text),
    writeErr: (text) => context.stderr.write(text),
    outputError: () => {},
    getOutHelpWidth: () => Math.min(context.stdout.columns || 100, 120),
    getErrHelpWidth: () => Math.min(context.stderr.columns || 100, 120),
  })
}

function usageExit(error: CommanderError, args: readonly string[], context: CliContext): number {
  if (error.exitCode === 0) return EXIT.ok
  // Help was asked for by giving no command at all: commander has already printed it to stderr.
  if (error.code === 'commander.help') return EXIT.usage
  const command = namedCommand(args)
  const known = COMMANDS.some((entry) => entry.name === command)
  const help = `exr-inspector ${known ? `${command} ` : ''}--help`
  const message = error.message
    .replace(/^error: /, '')
    .replaceAll('\n', ' ')
    .replace(/\.$/, '')
  const usage = new ExrError('ERR_OPTION_INVALID', `${message}. See ${help}`)
  context.note(wantsJson(args) ? errorJson(usage) : errorLine(usage, false))
  return EXIT.usage
}

function fail(error: unknown, args: readonly string[], context: CliContext): number {
  const known = toExrError(error)
  const told = context.stderr.isTTY ? errorLines : errorLine
  context.note(wantsJson(args) ? errorJson(known) : told(known, wantsTrace(context)))
  return exitCodeOf(known.code)
}

/** Whether to print a stack trace: never where the settings themselves are what cannot be read. */
function wantsTrace(context: CliContext): boolean {
  try {
    return context.config().debug
  } catch {
    return false
  }
}

/** Whether the caller is a script that reads JSON, and so reads errors as JSON too. */
function wantsJson(args: readonly string[]): boolean {
  return args.some((arg, index) => {
    if (arg === '--json' || arg === '--ndjson') return true
    return /^--format=(?:nd)?json$/.test(arg) || (arg === '--format' && /^(?:nd)?json$/.test(args[index + 1] ?? ''))
  })
}
