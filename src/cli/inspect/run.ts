import { ExrError } from '../../errors.ts'
import { rootPattern } from '../../ingest/root-pattern.ts'
import type { InspectCallOptions } from '../../inspect/inspect.ts'
import type { CheckOption } from '../../inspect/options.ts'
import type { Payload } from '../../inspect/payload.ts'
import { verdictOf } from '../../inspect/verdict.ts'
import type { PayloadValidation } from '../../policy/index.ts'
import type { Config } from '../../settings/config.ts'
import { s3SettingsFrom } from '../../settings/s3.ts'
import type { CliContext } from '../context.ts'
import { errorJson, errorLine, toExrError } from '../errors.ts'
import { EXIT, exitCodeOf } from '../exit-codes.ts'
import { singleLine } from '../format/visible.ts'
import { inspectionOptions } from '../inspection-flags.ts'
import { compileLate } from '../late-compiler.ts'
import { type Located, Locations, namesOneFile } from '../locations.ts'
import { PROTOCOLS } from '../picture/protocol.ts'
import { policyWish } from '../policy-flags.ts'
import { listedFolder, shownPath } from '../shown-path.ts'
import { filterPayload } from './filters.ts'
import { DEFAULT_COLUMNS, hasColumn } from './named-columns.ts'
import {
  csvOutput,
  type InspectOutput,
  jsonOutput,
  lineOutput,
  reportOutput,
  tableOutput,
  yamlOutput,
} from './output.ts'
import { pictures } from './picture.ts'
import { sequenceOutput } from './sequence-output.ts'

export interface InspectFlags {
  readonly json?: true
  readonly ndjson?: true
  readonly yaml?: true
  readonly csv?: true
  readonly csvSafe?: true
  readonly columns?: string
  readonly image?: string | true
  readonly long?: true
  readonly each?: true
  readonly bySequence?: true
  readonly null?: true
  readonly part?: readonly string[]
  readonly attr?: readonly string[]
  readonly raw?: true
  readonly timings?: true
  readonly check?: CheckOption
  readonly firstRead?: string
  readonly limit?: readonly string[]
  readonly meta: boolean
  readonly stats?: true
  readonly deepStats?: true
  readonly hash?: true
  readonly validate?: true | string
  readonly policy?: string
  readonly follow?: true
  readonly hidden?: true
  readonly ignore?: readonly string[]
  readonly allowEmpty?: true
  readonly jobs?: string
  readonly isolate?: string
}

/** Inspects what the arguments name and writes each result as it comes, in the order of the arguments. */
export async function runInspect(given: readonly string[], asked: InspectFlags, context: CliContext): Promise<void> {
  const { flags, locations } = imageWish(given, asked)
  const config = context.config({ jobs: flags.jobs, isolate: flags.isolate })
  const { args, ...policy } = policyWish(locations, flags)
  if (args.length === 0)
    throw new ExrError(
      'ERR_OPTION_INVALID',
      "missing required argument 'location': a file, a directory or a pattern. See exr-inspector inspect --help",
    )
  const single = namesOneFile(args)
  if (!single) compileLate(context)
  const output = await outputFor(args, flags, single, context)
  const filters = { parts: flags.part ?? [], attributes: flags.attr ?? [] }
  let results = 0
  let attributes = 0
  const unseen = new Set(flags.columns === undefined ? [] : columnNames(flags.columns))
  const located = new Locations(args, flags, context)
  const options = { ...(await optionsOf(flags, config, context)), ...policy }
  try {
    for await (const result of inspected(located, options, { single, jobs: config.jobs })) {
      results += 1
      if ('payload' in result) {
        const { payload } = result
        if (verdictOf(payload).state !== 'whole' || payload.errors.some(isUnavailable) || failsPolicy(payload))
          context.exitWith(EXIT.someFilesFailed)
        const filtered = filterPayload(payload, filters)
        if (filtered.parts.length === 0 && payload.parts.length > 0) noSuchPart(payload, filters.parts, args, context)
        attributes += filtered.attributes.parts.flat().length
        for (const name of unseen) if (hasColumn(filtered, name)) unseen.delete(name)
        await output.file(filtered)
      } else {
        context.exitWith(exitCodeOf(result.error.code))
        if (isFile(result)) await output.failure(result.error, result.location)
        else context.note(flags.json || flags.ndjson ? errorJson(result.error) : errorLine(result.error, false))
      }
    }
  } finally {
    await output.end()
  }
  if (filters.attributes.length > 0 && results > 0 && attributes === 0) {
    context.exitWith(EXIT.someFilesFailed)
    context.note(`No file has an attribute that matches ${filters.attributes.join(', ')}`)
  }
  // An attribute may be missing in good files, so this alone is no failure.
  if (results > 0 && unseen.size > 0) context.note(`No file has a fact or attribute named ${[...unseen].join(', ')}`)
  located.finish()
}

/** `--image` takes a value only where it is a way to show pictures; else what follows it is a location. */
function imageWish(given: readonly string[], flags: InspectFlags) {
  const { image } = flags
  const isLocation = typeof image === 'string' && !PROTOCOLS.some((name) => name === image) && /[./:*?-]/.test(image)
  return isLocation
    ? { flags: { ...flags, image: true as const }, locations: [image, ...given] }
    : { flags, locations: given }
}

function noSuchPart(
  { file, parts }: Payload,
  asked: readonly string[],
  args: readonly string[],
  context: CliContext,
): void {
  context.exitWith(EXIT.someFilesFailed)
  const names = parts.map((part) =>
    part.part_name === null ? `${part.part_index}` : `${part.part_index} ${part.part_name}`,
  )
  const shown = names.length > 8 ? [...names.slice(0, 8), `${names.length - 8} more`] : names
  context.note(
    `${singleLine(shownPath(file.path, args))} has no part ${asked.join(', ')}: its parts are ${shown.join(', ')}`,
  )
}

async function outputFor(
  args: readonly string[],
  flags: InspectFlags,
  single: boolean,
  context: CliContext,
): Promise<InspectOutput> {
  const columns = flags.columns === undefined ? null : columnNames(flags.columns)
  if (flags.json || flags.ndjson) {
    return jsonOutput(context, { form: flags.json ? 'json' : 'ndjson', single, columns })
  }
  if (flags.yaml) return yamlOutput(context)
  if (flags.csv) return csvOutput(context, columns ?? DEFAULT_COLUMNS, flags.csvSafe === true)
  if (columns !== null) return tableOutput(context, columns)
  const people = {
    shown: (path: string) => shownPath(path, args),
    below: listedFolder(args),
    picture: flags.image === undefined ? null : pictures(flags.image, context),
    byName: (flags.attr?.length ?? 0) > 0,
  }
  if (single || flags.long || flags.image !== undefined) return reportOutput(context, flags.long === true, people)
  const bySequence = flags.bySequence ?? (context.stdout.isTTY === true && !flags.each && !people.byName)
  return bySequence ? sequenceOutput(context, people) : lineOutput(context, people)
}

function columnNames(text: string): string[] {
  const names = text.split(',').map((name) => name.trim())
  if (names.every((name) => name !== '')) return names
  throw new ExrError('ERR_OPTION_INVALID', `Expected names separated by commas for --columns but received ${text}`)
}

async function optionsOf(flags: InspectFlags, { isolation }: Config, context: CliContext): Promise<InspectCallOptions> {
  return {
    s3: s3SettingsFrom((name) => context.env[name]),
    meta: flags.meta,
    raw: flags.raw === true,
    timings: flags.timings === true,
    ...(await inspectionOptions(flags, context.env)),
    stats: flags.stats === true,
    deepStats: flags.deepStats === true,
    hash: flags.hash === true,
    ...(isolation && { isolation }),
  }
}

type Result = { readonly payload: Payload } | { readonly error: ExrError; readonly location: string }

/** Results in the order in which files were located; a single file is read on this thread, which starts sooner. */
async function* inspected(
  located: AsyncIterable<Located>,
  options: InspectCallOptions,
  { single, jobs }: { readonly single: boolean; readonly jobs: number },
): AsyncGenerator<Result> {
  if (single) {
    const { inspect } = await import('../../lazy.ts')
    for await (const found of located) {
      if (found.kind === 'failure') yield failed(found.error)
      else {
        try {
          yield { payload: framed(await inspect(found.location, options), found) }
        } catch (error) {
          yield failed(toExrError(error), found.location)
        }
      }
    }
    return
  }
  const { inspectMany } = await import('../../tasks/inspect-many.ts')
  // One entry for each input under way, and between them the failures that came before it.
  const order: Located[] = []
  const inputs = (async function* () {
    for await (const found of located) {
      order.push(found)
      if (found.kind === 'file') yield found.location
    }
  })()
  function* failuresBefore(): Generator<Result> {
    for (let next = order[0]; next?.kind === 'failure'; next = order[0]) {
      order.shift()
      yield failed(next.error)
    }
  }
  for await (const { input, payload, error } of inspectMany(inputs, { ...options, maxThreads: jobs })) {
    yield* failuresBefore()
    const found = order.shift()
    yield payload ? { payload: framed(payload, found) } : failed(error, String(input))
  }
  yield* failuresBefore()
}

/** Frame and sequence by the names of its folder, where the file was found among them. */
function framed(payload: Payload, found: Located | undefined): Payload {
  const frames = found?.kind === 'file' ? found.frames : null
  if (frames === null) return payload
  return {
    ...payload,
    file: { ...payload.file, frame_number: frames.frameNumber, sequence_key: frames.sequenceKey },
  }
}

/** A pattern that found nothing is no line of a table of files. */
function isFile({ error: { code }, location }: { readonly error: ExrError; readonly location: string }): boolean {
  return code !== 'ERR_SOURCE_NOT_FOUND' || rootPattern(location) === null
}

function failed(error: ExrError, location = error.details.path ?? ''): Result {
  return { error, location }
}

/** Errors alone: what is milder is told, and `validate --fail-on` decides about it. */
function failsPolicy({ validation }: Payload): boolean {
  const { findings = [] } = validation as Partial<PayloadValidation>
  return findings.some(({ state, severity }) => state === 'fail' && severity === 'error')
}

function isUnavailable({ code }: { readonly code: string }): boolean {
  return code === 'ERR_FEATURE_UNAVAILABLE'
}
