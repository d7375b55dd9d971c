import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { type ErrorCode, ExrError } from '../../errors.ts'
import {
  atLeast,
  type Baseline,
  factsOf,
  type JudgeOptions,
  makeBaseline,
  needsOf,
  type Policy,
  type PolicyFacts,
  parseBaseline,
  pruneBaseline,
  RULES,
  type Severity,
  TIERS,
  type Tier,
  unreadableFacts,
  Validation,
  type ValidationReport,
  withoutAccepted,
} from '../../policy/index.ts'
import { s3SettingsFrom } from '../../settings/s3.ts'
import type { Inspected } from '../../tasks/inspect-many.ts'
import { openPolicy } from '../../tasks/policy-file.ts'
import { flow } from '../../workers/flow.ts'
import type { CliContext } from '../context.ts'
import { errorLine, toExrError } from '../errors.ts'
import { EXIT, exitCodeOf } from '../exit-codes.ts'
import { inspectionOptions } from '../inspection-flags.ts'
import { compileLate } from '../late-compiler.ts'
import { type Located, type LocationFlags, Locations, nothingFound } from '../locations.ts'
import { readingProgress } from '../progress.ts'
import { openBeside, pixelWish } from './beside.ts'
import { FORMATS, type Format, renderReport } from './formats.ts'
import { picturesOf, Windows } from './pictures.ts'

export interface ValidateFlags extends LocationFlags {
  readonly policy: string
  readonly format?: readonly string[]
  readonly json?: true
  readonly failOn: string
  readonly skip?: readonly string[]
  readonly maxTier?: string
  readonly all?: true
  readonly baseline?: string
  readonly writeBaseline?: string
  readonly pruneBaseline?: true
  readonly catalog?: string
  readonly wait?: string
  readonly where?: string
  readonly again?: true
  /** Commander's word for `--no-keep`. */
  readonly keep: boolean
  readonly jobs?: string
  readonly limit?: readonly string[]
}

/** What of a policy is asked. */
type Scope = Pick<JudgeOptions, 'skip' | 'maxTier'>

const SEVERITIES: readonly Severity[] = ['info', 'warn', 'error']

/** Judges what the arguments or the catalog name, writes the reports, and answers with the exit code. */
export async function runValidate(args: readonly string[], flags: ValidateFlags, context: CliContext): Promise<void> {
  compileLate(context)
  const failOn = oneOf(flags.failOn, SEVERITIES, '--fail-on')
  const maxTier = flags.maxTier === undefined ? undefined : oneOf(flags.maxTier, TIERS, '--max-tier')
  const formats = formatsOf(flags)
  const skip = flags.skip ?? []
  if (args.length === 0 && flags.catalog === undefined) {
    throw new ExrError('ERR_OPTION_INVALID', 'Name files to validate, or a catalog with --catalog.')
  }
  if (args.length > 0 && flags.catalog !== undefined) {
    throw new ExrError('ERR_OPTION_INVALID', 'Name files to validate or a catalog, not both; --where picks its files.')
  }
  if (flags.where !== undefined && flags.catalog === undefined) {
    throw new ExrError('ERR_OPTION_INVALID', '--where picks files of a catalog. Name one with --catalog.')
  }
  if (flags.pruneBaseline && flags.baseline === undefined) {
    throw new ExrError('ERR_OPTION_INVALID', '--prune-baseline needs the baseline: --baseline accepted.json')
  }
  const policy = await reachedPolicy(flags.policy, context)
  if (policy === null) return
  for (const id of skip) {
    if (!RULES.has(id) && !policy.custom.has(id))
      throw new ExrError('ERR_OPTION_INVALID', `There is no rule ${id} for --skip.`)
  }
  const known = flags.baseline === undefined ? null : readBaseline(flags.baseline)
  const located = new Locations(args, flags, context)
  const scope = { skip, ...(maxTier !== undefined && { maxTier }) }
  // Pictures are of files whose pixels were read; what a catalog says needs no file to be there.
  const wantsPictures =
    flags.catalog === undefined &&
    formats.some(({ kind }) => kind === 'html') &&
    needsOf(policy, maxTier, skip).tier === 'pixels'
  const windows = new Windows()
  const { whole, files, lost } =
    flags.catalog === undefined
      ? await judgeFiles(located, flags, policy, scope, context, wantsPictures ? windows : null)
      : await judgeStored(flags.catalog, flags, policy, scope, context)
  const root = `${resolve('.')}/`
  const report = known === null ? whole : withoutAccepted(whole, known, root)
  const { jobs } = context.config({ jobs: flags.jobs })
  const pictures = wantsPictures ? await picturesOf(report, windows, jobs, context) : new Map()
  for (const { kind, file } of formats) {
    const text = renderReport(kind, report, { context, policy, root, all: flags.all === true, pictures })
    if (file === null) await (kind === 'table' ? context.print(text) : context.printData(text))
    else save(file, text)
  }
  if (flags.writeBaseline !== undefined) save(flags.writeBaseline, json(makeBaseline(whole, root)))
  if (flags.pruneBaseline && flags.baseline !== undefined)
    save(flags.baseline, json(pruneBaseline(known!, whole, root)))
  if (report.findings.some(({ state, severity }) => state === 'fail' && atLeast(severity, failOn))) {
    context.exitWith(EXIT.someFilesFailed)
  }
  try {
    if (flags.catalog === undefined) located.finish()
    else if (files === 0 && !flags.allowEmpty) throw nothingFound([flags.catalog], 0)
  } catch (error) {
    const known = toExrError(error)
    context.note(errorLine(known, false))
    context.exitWith(exitCodeOf(known.code))
  }
  if (lost) context.exitWith(EXIT.system)
}

/** The policy; null for one that could not be reached, which is told: 1 would say that files failed. */
async function reachedPolicy(name: string, context: CliContext): Promise<Policy | null> {
  try {
    return await openPolicy(name, { s3: s3SettingsFrom((variable) => context.env[variable]) })
  } catch (error) {
    const known = toExrError(error)
    if (!isOutOfReach(known.code)) throw error
    context.note(errorLine(known, false))
    context.exitWith(EXIT.system)
    return null
  }
}

/** A file that was never there or never opened: nothing can be said of it, so the run is not clean. */
function isOutOfReach(code: string): boolean {
  return code.startsWith('ERR_SOURCE_') && code !== 'ERR_SOURCE_EMPTY'
}

interface Output {
  readonly kind: Format
  readonly file: string | null
}

function formatsOf({ format = [], json: asJson }: ValidateFlags): Output[] {
  const named = asJson ? [...format, 'json'] : format
  const outputs = (named.length === 0 ? ['table'] : named).map((text): Output => {
    const at = text.indexOf('=')
    const kind = oneOf(at === -1 ? text : text.slice(0, at), FORMATS, '--format')
    return { kind, file: at === -1 ? null : text.slice(at + 1) }
  })
  if (outputs.filter(({ file }) => file === null).length > 1) {
    throw new ExrError(
      'ERR_OPTION_INVALID',
      'Two reports cannot share standard output. Give one a file: -f sarif=out.sarif',
    )
  }
  return outputs
}

function oneOf<T extends string>(value: string, allowed: readonly T[], name: string): T {
  const found = allowed.find((word) => word === value)
  if (found !== undefined) return found
  throw new ExrError('ERR_OPTION_INVALID', `Expected ${allowed.join(', ')} for ${name} but received ${value}`)
}

interface Judged {
  readonly whole: ValidationReport
  /** Files there were, ignored ones too. */
  readonly files: number
  /** Some could not be reached. */
  readonly lost: boolean
}

async function judgeFiles(
  located: Locations,
  flags: ValidateFlags,
  policy: Policy,
  scope: Scope,
  context: CliContext,
  windows: Windows | null,
): Promise<Judged> {
  const judging = new Validation(policy, scope)
  let files = 0
  let lost = false
  for await (const facts of factsOfFiles(located, flags, policy, scope.maxTier, context)) {
    files += 1
    lost ||= facts.error !== null && isOutOfReach(facts.error.code)
    judging.add(facts)
    windows?.add(facts)
  }
  return { whole: judging.finish(), files, lost }
}

async function judgeStored(
  url: string,
  { where, again, keep, wait }: ValidateFlags,
  policy: Policy,
  scope: Scope,
  context: CliContext,
): Promise<Judged> {
  const [{ openExisting, openToRead }, { judgeCatalog }] = await Promise.all([
    import('../open-catalog.ts'),
    import('../../queries/judge.ts'),
  ])
  const config = context.config({ catalog: url, wait })
  const catalog = keep ? await openExisting(config) : await openToRead(config, context)
  try {
    if (keep) await catalog.ensureSchema()
    const options = { ...scope, where: where ?? null, keep, again: again === true }
    const whole = await judgeCatalog(catalog, policy, options)
    return { whole, files: whole.summary.files + whole.summary.ignored, lost: false }
  } finally {
    await catalog.close()
  }
}

async function* factsOfFiles(
  located: AsyncIterable<Located>,
  flags: ValidateFlags,
  policy: Policy,
  maxTier: Tier | undefined,
  context: CliContext,
): AsyncGenerator<PolicyFacts> {
  const needs = needsOf(policy, maxTier, flags.skip)
  const lost: PolicyFacts[] = []
  const wanted = (async function* () {
    for await (const found of located) {
      if (found.kind === 'file') {
        if (policy.ignores(found.location)) lost.push(namesOnly(found.location))
        else yield found.location
      } else {
        context.note(errorLine(found.error, false))
        lost.push(unreadableFacts(found.error.details.path ?? '', found.error))
      }
    }
  })()
  if (needs.tier === 'names') {
    for await (const location of wanted) yield namesOnly(location)
  } else {
    const { inspectMany } = await import('../../tasks/inspect-many.ts')
    const { jobs } = context.config({ jobs: flags.jobs })
    const s3 = s3SettingsFrom((name) => context.env[name])
    const options = {
      ...(await inspectionOptions({ limit: flags.limit ?? [] }, context.env)),
      maxThreads: jobs,
      s3,
      ...pixelWish(needs),
    }
    const progress = await readingProgress(context)
    const beside = await openBeside(policy, needs, { jobs, s3 })
    const factsFrom = async ({ input, payload, error }: Inspected): Promise<PolicyFacts> => {
      progress.read(error === null)
      // Nothing is judged of what is not there: the reason is no finding of a rule.
      if (error !== null && isOutOfReach(error.code)) context.note(errorLine(toExrError(error), false))
      if (payload === null) return unreadableFacts(String(input), error, sizeOf(String(input)))
      return { ...factsOf(payload), ...(await beside.read(payload, String(input))) }
    }
    try {
      const read = inspectMany(progress.found(wanted), options)
      yield* flow(read, factsFrom, { window: beside.window, ordered: true })
    } finally {
      progress.end()
      await beside.close()
    }
  }
  yield* lost
}

function namesOnly(location: string): PolicyFacts {
  return { path: location, sizeBytes: sizeOf(location), payload: null, error: null }
}

function sizeOf(location: string): number | null {
  try {
    return statSync(location).size
  } catch {
    return null
  }
}

function readBaseline(file: string): Baseline {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    throw new ExrError(
      'ERR_POLICY_INVALID',
      `Cannot read the baseline ${file}. Write one with --write-baseline ${file}`,
      { cause },
    )
  }
  return parseBaseline(text, file)
}

function save(file: string, text: string): void {
  try {
    mkdirSync(dirname(resolve(file)), { recursive: true })
    writeFileSync(file, text)
  } catch (cause) {
    const code: ErrorCode = (cause as { code?: string }).code === 'ENOSPC' ? 'ERR_DISK_FULL' : 'ERR_OPTION_INVALID'
    throw new ExrError(code, `Cannot write ${file}: ${(cause as Error).message}`, { cause })
  }
}

function json(value: Baseline | ValidationReport): string {
  return `${JSON.stringify(value, null, 2)}\n`
}
