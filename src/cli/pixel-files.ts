import type { Command } from 'commander'
import { Option } from 'commander'
import type { AnalyseOptions, PixelFacts } from '../pixels/analyse.ts'
import { s3SettingsFrom } from '../settings/s3.ts'
import type { PixelNews } from '../tasks/pixel-task.ts'
import type { CliContext } from './context.ts'
import { errorJson, errorLine, toExrError } from './errors.ts'
import { EXIT, exitCodeOf } from './exit-codes.ts'
import { shortPath } from './format/fit.ts'
import { duration } from './format/units.ts'
import { singleLine } from './format/visible.ts'
import { catchInterrupts } from './interrupts.ts'
import { type Located, type LocationFlags, Locations, namesOneFile } from './locations.ts'
import { shownPath } from './shown-path.ts'

/** Flags of every command that looks at the pixels of some files. */
export interface PixelFileFlags extends LocationFlags {
  readonly json?: true
  readonly ndjson?: true
  readonly jobs?: string
}

/** What an argument may be. */
export const LOCATIONS_HELP = 'file, directory, pattern (*.exr, a.####.exr, a.1-9#.exr), URL, or -'

export function addPixelFileFlags(command: Command): Command {
  return command
    .argument('<location...>', LOCATIONS_HELP)
    .addOption(new Option('--json', 'JSON: one object for one file, else an array').conflicts('ndjson'))
    .option('--ndjson', 'JSON: one object a line, as soon as it is known')
    .option('--allow-empty', 'finding no file at all is no error')
    .option('--follow', 'follow symbolic links below directories')
    .option('--hidden', 'look at hidden files and directories too')
    .option('--ignore <pattern>', 'leave out what matches, as in .gitignore (repeat for more)', listOf)
    .option('-0, --null', 'names on standard input end in NUL bytes')
    .option('-j, --jobs <n>', 'files at a time')
}

/** For flags that may be given several times. */
export function listOf(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value]
}

export interface PixelFileOutput {
  /** What is printed of a file as JSON. */
  json(facts: PixelFacts, path: string): object
  /** What is printed of a file for people; a final newline included. */
  text(facts: PixelFacts, path: string): string
  /** Whether something of the file could not be looked at. */
  isPartial(facts: PixelFacts): boolean
}

/** Looks at what the arguments name, a few files at a time, and prints the results in order. */
export async function runOnPixelFiles(
  args: readonly string[],
  flags: PixelFileFlags,
  work: Omit<AnalyseOptions, 'signal' | 'onProgress'>,
  output: PixelFileOutput,
  context: CliContext,
): Promise<void> {
  const { jobs } = context.config({ jobs: flags.jobs })
  const single = namesOneFile(args)
  const [{ openPixelPool }, { flow }] = await Promise.all([
    import('../tasks/pixel-pool.ts'),
    import('../workers/index.ts'),
  ])
  const interrupts = catchInterrupts(() => context.note('Stopping after the chunk at hand.'))
  const progress = new ChunkProgress(context, single)
  const pool = openPixelPool({
    jobs,
    s3: s3SettingsFrom((name) => context.env[name]),
    onProgress: (news) => progress.update(news),
  })
  const { signal } = interrupts
  const analyse = async (found: Located) => {
    if (found.kind === 'failure') return { error: found.error }
    const { location } = found
    try {
      return { path: location, facts: await pool.ask({ kind: 'analyse', location, options: work }, { signal }) }
    } catch (error) {
      return { error: toExrError(error) }
    }
  }
  const located = new Locations(args, flags, context)
  const asJson = flags.json === true || flags.ndjson === true
  const inArray = flags.json === true && !single
  let printed = 0
  try {
    for await (const result of flow(located, analyse, { window: 2 * jobs, ordered: true, signal })) {
      progress.clear()
      if ('error' in result) {
        if (result.error.code === 'ERR_ABORTED' || (single && result.error.code === 'ERR_OPTION_INVALID'))
          throw result.error
        context.exitWith(exitCodeOf(result.error.code))
        context.note(asJson ? errorJson(result.error) : errorLine(result.error, false))
        continue
      }
      const { facts, path } = result
      if (output.isPartial(facts)) context.exitWith(EXIT.someFilesFailed)
      const object = asJson ? { path, ...output.json(facts, path) } : null
      const text =
        object === null
          ? output.text(facts, singleLine(shownPath(path, args)))
          : JSON.stringify(object, null, flags.ndjson ? 0 : 2)
      if (object === null) await context.print(text)
      else if (inArray) await context.print(`${printed === 0 ? '[\n' : ',\n'}${text}`)
      else await context.print(`${text}\n`)
      printed++
    }
    if (inArray) await context.print(printed === 0 ? '[]\n' : '\n]\n')
    progress.clear()
    located.finish()
  } catch (error) {
    const code = interrupts.exitCode()
    if (code === null) throw error
    context.exitWith(code)
  } finally {
    progress.clear()
    interrupts.release()
    await pool.close()
  }
}

/** Shows on a terminal how far a file is that takes longer than a moment. */
class ChunkProgress {
  readonly #context: CliContext
  readonly #isShown: boolean
  readonly #start = performance.now()
  #isOnScreen = false

  constructor(context: CliContext, single: boolean) {
    this.#context = context
    this.#isShown = single && context.stderr.isTTY === true
  }

  update({ location, chunksDone, chunks }: PixelNews): void {
    if (!this.#isShown || performance.now() - this.#start < 500) return
    this.#isOnScreen = true
    const percent = chunks === 0 ? 100 : Math.floor((100 * chunksDone) / chunks)
    const { stderr } = this.#context
    const elapsed = performance.now() - this.#start
    const left = chunksDone === 0 ? '' : `, ${duration((elapsed * (chunks - chunksDone)) / chunksDone)} left`
    const state = `: ${chunksDone} of ${chunks} chunks, ${percent} %${left}`
    const name = shortPath(singleLine(location), (stderr.columns || 80) - 1 - state.length)
    stderr.write(`\r\u001b[K${name}${state}`)
  }

  clear(): void {
    if (this.#isOnScreen) this.#context.stderr.write('\r\u001b[K')
    this.#isOnScreen = false
  }
}
