import { checkName } from '../../broker/index.ts'
import { ExrError } from '../../errors.ts'
import { dispatch } from '../../farm/index.ts'
import { kafkaSettings } from '../../settings/kafka.ts'
import { s3SettingsFrom } from '../../settings/s3.ts'
import type { CliContext } from '../context.ts'
import { EXIT } from '../exit-codes.ts'
import { count, plural } from '../format/units.ts'
import { catchInterrupts } from '../interrupts.ts'
import { namesFrom, nothingFound } from '../locations.ts'

export interface DispatchFlags {
  readonly brokers?: string
  readonly topic: string
  readonly state?: string
  readonly jobs?: string
  readonly allowEmpty?: true
  readonly follow?: true
  readonly hidden?: true
  readonly ignore?: readonly string[]
  readonly null?: true
  readonly quiet?: true
  readonly json?: true
}

const FAILURES_SHOWN = 20

export async function runDispatch(args: readonly string[], flags: DispatchFlags, context: CliContext): Promise<void> {
  if (args.length === 0) throw new ExrError('ERR_OPTION_INVALID', 'Name a directory, a file or a prefix to dispatch.')
  const { jobs } = context.config({ jobs: flags.jobs })
  const interrupts = catchInterrupts(() => context.note('Finishing what was begun. Press Ctrl-C again to end at once.'))
  try {
    const summary = await dispatch({
      broker: kafkaSettings((name) => context.env[name], flags.brokers),
      topic: checkName(flags.topic, '--topic'),
      roots: rootsOf(args, flags, context),
      jobs,
      statePath: flags.state ?? null,
      allowEmpty: flags.allowEmpty === true,
      follow: flags.follow === true,
      hidden: flags.hidden === true,
      ignore: flags.ignore ?? [],
      s3: s3SettingsFrom((name) => context.env[name]),
      stop: interrupts.signal,
    })
    const { found, published, known, failures, isStopped, skippedLinks } = summary
    for (const { message, code } of failures.slice(0, FAILURES_SHOWN)) {
      context.note(`exr-inspector: ${message} [${code}]`)
    }
    if (failures.length > 0) context.exitWith(EXIT.someFilesFailed)
    if (isStopped) context.exitWith(interrupts.exitCode() ?? EXIT.interrupted)
    if (flags.json) {
      const shown = { topic: flags.topic, found, published, already_published: known, skipped_links: skippedLinks }
      await context.printData(`${JSON.stringify({ ...shown, stopped: isStopped, failures }, null, 2)}\n`)
    } else if (!flags.quiet) {
      const before = known > 0 ? `; ${count(known)} were there before` : ''
      await context.print(`${plural(published, 'location')} put on ${flags.topic}${before}\n`)
    }
    if (found + failures.length === 0 && !isStopped && !flags.allowEmpty) throw nothingFound(args, skippedLinks)
  } finally {
    interrupts.release()
  }
}

/** Relative names are of this machine's working directory, which no other knows: the walk makes them absolute. */
function rootsOf(args: readonly string[], flags: DispatchFlags, context: CliContext) {
  if (!args.includes('-')) return args
  return (async function* () {
    for (const arg of args) {
      if (arg === '-') yield* namesFrom(context.stdin, flags.null === true)
      else yield arg
    }
  })()
}
