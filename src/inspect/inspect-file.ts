import { type TaskResult, toPlainError } from '../errors.ts'
import type { HeaderMemory } from '../header/index.ts'
import { askOiioSync, type SpecAnswer } from '../oiio/ask.ts'
import { closeLocalFile, type OpenedFile, openLocalFiles } from '../oiio/local-files.ts'
import { toFilePath } from '../source/file-path.ts'
import type { Mark } from '../workers/task.ts'
import { GrantExceeded, grantError, withinGrant } from './inspect-within.ts'
import type { AnswerPlace } from './known-answers.ts'
import { LocalInspection, type Question } from './local-inspection.ts'
import { type InspectOptions, type ResolvedInspectOptions, resolveInspectOptions } from './options.ts'
import type { Payload } from './payload.ts'

/**
 * Files that are inspected side by side: our code over all of them, then OpenImageIO's over all of them. Neither
 * leaves the processor's caches at each file, which saves a third of the time (benchmarks/headers.ts).
 */
const SIDE_BY_SIDE = 16

/** Bytes of files that a run reads before it ends early, unless granted less: what is held of large headers stays bounded. */
const SIDE_BY_SIDE_BYTES = 8 * 1024 * 1024

/** First reads of files that are opened side by side. */
const AHEAD_BYTES = 256 * 1024

/** First reads land here: nothing in a payload points into them, so each run of files may overwrite the one before. */
const firstReads: Uint8Array[] = []

type Outcome = { readonly payload: Payload } | { readonly error: unknown }

/**
 * Inspects one local file on the calling thread.
 * Throws ERR_SOURCE_* when the file cannot be read, ERR_EXR_MAGIC, ERR_EXR_TRUNCATED and ERR_SOURCE_EMPTY when it is
 * not an OpenEXR file, ERR_OPTION_INVALID for a bad option. Everything else is in the payload.
 */
export function inspectFileSync(
  location: string | URL | Uint8Array,
  options: InspectOptions | ResolvedInspectOptions = {},
): Payload {
  const [outcome] = inspectRun([location], 0, resolveInspectOptions(options))
  if ('error' in outcome!) throw outcome.error
  return outcome!.payload
}

/**
 * Inspects local files on the calling thread, in order: what pool workers do. A bad file is a result like any other.
 * `mark` is told at which of them native code is. Throws ERR_OPTION_INVALID for a bad option.
 */
export function inspectFilesSync(
  locations: readonly (string | URL | Uint8Array)[],
  options: InspectOptions | ResolvedInspectOptions = {},
  mark?: Mark,
): TaskResult<Payload>[] {
  // Without a grant nothing exceeds one.
  return [...inspectRuns(locations, options, mark)].flat() as TaskResult<Payload>[]
}

/**
 * The same, some neighbours at a time: whoever stops asking leaves the rest unopened. Runs are short where headers are
 * large. With `grantBytes`, a header that needs more (see `withinGrant`) is given up before it is read, and a run ends
 * after so many bytes. With `memory`, payloads share frozen facts. Throws ERR_OPTION_INVALID for a bad option.
 */
export function* inspectRuns(
  locations: readonly (string | URL | Uint8Array)[],
  options: InspectOptions | ResolvedInspectOptions = {},
  mark?: Mark,
  grantBytes: number | null = null,
  memory?: HeaderMemory,
): Generator<(TaskResult<Payload> | GrantExceeded)[], void, undefined> {
  const resolved = resolveInspectOptions(options)
  const within = grantBytes === null ? resolved : withinGrant(resolved, grantBytes)
  for (let start = 0; start < locations.length; ) {
    const results = inspectRun(locations, start, resolved, mark, grantBytes, within, memory).map(toResult)
    start += results.length
    yield results
  }
}

function toResult(outcome: Outcome): TaskResult<Payload> | GrantExceeded {
  if ('payload' in outcome) return { ok: true, value: outcome.payload }
  if (outcome.error instanceof GrantExceeded) return outcome.error
  return { ok: false, error: toPlainError(outcome.error, 'ERR_INTERNAL') }
}

/** One run from `start` on: at least one file. `within` are the options narrowed to the grant. */
function inspectRun(
  locations: readonly (string | URL | Uint8Array)[],
  start: number,
  options: ResolvedInspectOptions,
  mark?: Mark,
  grantBytes: number | null = null,
  within: ResolvedInspectOptions = options,
  memory?: HeaderMemory,
): Outcome[] {
  const mostBytes = Math.min(SIDE_BY_SIDE_BYTES, grantBytes ?? Number.POSITIVE_INFINITY)
  // Alone, so that the time of one file is not that of its neighbours.
  const sideBySide = Math.max(1, Math.min(SIDE_BY_SIDE, Math.ceil(mostBytes / options.firstReadBytes)))
  const count = Math.min(locations.length - start, options.timings ? 1 : sideBySide)
  const how = { stopAtLimit: grantBytes !== null, memory }
  const markHere = mark && ((index: number | null) => mark(index === null ? null : start + index))
  let heldBytes = 0
  const outcomes: Outcome[] = []
  let waiting: Waiting[] = []
  /** Runs one file on until it is done, broken or has a question. */
  const run = (index: number, begin: () => LocalInspection) => {
    try {
      const inspection = begin()
      const next = inspection.advance()
      heldBytes += inspection.bytesRead
      if ('payload' in next) outcomes[index] = next
      else waiting.push({ index, inspection, question: next })
    } catch (error) {
      outcomes[index] = { error: grantError(error, String(locations[start + index]), options) }
    }
  }

  const files = locations.slice(start, start + count)
  const ahead = openAhead(files, options)
  let begun = 0
  for (; begun < count && heldBytes < mostBytes; begun++) {
    const index = begun
    const opened = ahead[index] ?? null
    run(index, () => {
      const buffer = opened === null ? firstReadBuffer(index, options) : NO_BYTES
      return new LocalInspection(toFilePath(files[index]!), buffer, within, { ...how, opened })
    })
  }
  for (const opened of ahead.slice(begun)) if (opened !== null) closeLocalFile(opened)
  while (waiting.length > 0) {
    const [asked, alike] = firstOfEachPlace(waiting)
    waiting = []
    const answers = ask(asked, markHere)
    for (const [i, { index, inspection }] of asked.entries()) run(index, () => inspection.answer(answers[i]!))
    for (const each of alike) {
      const answer = each.question.place?.answer
      if (answer) run(each.index, () => each.inspection.answer(answer))
      else waiting.push(each)
    }
  }
  return outcomes
}

const NO_BYTES = new Uint8Array(0)

/** Opened and read side by side where first reads are small; null for a file that is to be opened by itself. */
function openAhead(
  locations: readonly (string | URL | Uint8Array)[],
  { firstReadBytes, timings }: ResolvedInspectOptions,
): (OpenedFile | null)[] {
  if (timings || firstReadBytes > AHEAD_BYTES) return []
  const paths = locations.map(pathOf)
  const opened = openLocalFiles(
    paths.filter((path) => path !== null),
    firstReadBytes,
  )[Symbol.iterator]()
  return paths.map((path) => (path === null ? null : opened.next().value!))
}

/** Null for a location that is no path. */
function pathOf(location: string | URL | Uint8Array): string | Uint8Array | null {
  try {
    return toFilePath(location).path
  } catch {
    return null
  }
}

interface Waiting {
  readonly index: number
  readonly inspection: LocalInspection
  readonly question: Question
}

/** Those to ask about now, and those whose answer is that of one of these, if it can be noted. */
function firstOfEachPlace(waiting: readonly Waiting[]): [Waiting[], Waiting[]] {
  const places = new Set<AnswerPlace>()
  const [first, alike]: [Waiting[], Waiting[]] = [[], []]
  for (const each of waiting) {
    const { place } = each.question
    if (place !== null && places.has(place)) alike.push(each)
    else {
      first.push(each)
      if (place !== null) places.add(place)
    }
  }
  return [first, alike]
}

/** Asked side by side, or one by one where a crash must be blamed on one file. */
function ask(waiting: readonly Waiting[], mark: Mark | undefined): SpecAnswer[] {
  if (mark === undefined) return askOiioSync(waiting.map(({ question }) => question.source))
  return waiting.flatMap(({ index, question }) => {
    mark(index)
    const answer = askOiioSync([question.source])
    mark(null)
    return answer
  })
}

function firstReadBuffer(index: number, { firstReadBytes }: ResolvedInspectOptions): Uint8Array {
  const buffer = firstReads[index]
  if (buffer !== undefined && buffer.length >= firstReadBytes) return buffer.subarray(0, firstReadBytes)
  firstReads[index] = new Uint8Array(firstReadBytes)
  return firstReads[index]
}
