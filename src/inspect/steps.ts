import { ExrError } from '../errors.ts'
import { type ChunkReport, type ExrHeader, type HeaderProgress, HeaderScanner } from '../header/index.ts'
import type { SpecAnswer } from '../oiio/ask.ts'
import type { SourceIdentity } from '../source/source.ts'
import { readChunks } from './chunk-steps.ts'
import { hiddenTexts } from './hidden-texts.ts'
import type { Inspection, InspectRequest } from './inspection.ts'
import { answerPlace } from './known-answers.ts'
import { bytesOf, supply } from './known-bytes.ts'
import { knownNamesOf } from './oiio-attributes.ts'
import type { ResolvedInspectOptions } from './options.ts'

/** Everything the bytes told. */
export interface Findings {
  readonly header: ExrHeader
  readonly chunks: ChunkReport
  readonly oiio: SpecAnswer | null
}

/** Told what the time since the last call was spent on. */
type StepClock = (step: 'header' | 'chunks' | 'oiio') => void

/** A read of the header's rest at least multiplies the bytes known so far by this. */
const GROWTH = 16
/** How often OpenImageIO may ask for bytes it was not given, and how many it gets each time at most. */
const MAX_SPEC_ROUNDS = 4
const MAX_SPEC_BYTES = 1024 * 1024
/** OpenImageIO compares every attribute and channel of a part with all others: more of them would hang it. */
const MAX_SPEC_ENTRIES = 16_384
/** It keeps some hundred bytes of every attribute and channel of every part. */
const MAX_SPEC_TOTAL = 65_536
/** It makes some 6 KB of every part, in pieces so small that the process does not get them back. */
const MAX_SPEC_PARTS = 4_096
/** What OpenImageIO is given beyond header and tables at once, so that its reads ahead do not each ask again. */
const READ_AHEAD = 64 * 1024

/**
 * Plans an inspection without doing any I/O: yields what it needs and goes on once the driver has supplied it. The
 * driver has read the first bytes before. Throws ERR_EXR_MAGIC, ERR_EXR_TRUNCATED and ERR_SOURCE_EMPTY for what is
 * not an OpenEXR file, and LimitReached where the inspection is to stop there; everything else that is wrong with it is
 * in the findings.
 */
export function* inspectSteps(
  inspection: Inspection,
  options: ResolvedInspectOptions,
  clock: StepClock = () => {},
): Generator<InspectRequest, Findings, void> {
  const header = yield* timed('header', clock, readHeader(inspection, options))
  const chunks = yield* timed('chunks', clock, readChunks(inspection, header, options))
  const oiio = options.meta ? yield* timed('oiio', clock, askOiio(inspection, header, chunks)) : null
  return { header, chunks, oiio }
}

function* timed<T>(
  step: Parameters<StepClock>[0],
  clock: StepClock,
  work: Generator<InspectRequest, T, void>,
): Generator<InspectRequest, T, void> {
  for (;;) {
    const next = work.next()
    clock(step)
    if (next.done === true) return next.value
    yield next.value
  }
}

function* readHeader(
  { identity, known, stopAtLimit = false, memory }: Inspection,
  options: ResolvedInspectOptions,
): Generator<InspectRequest, ExrHeader, void> {
  const fileSize = identity.sizeBytes
  const scanner = new HeaderScanner({ fileSize, limits: options.limits, stopAtLimit, memory })
  let progress = scan(scanner, bytesOf(known, identity, 0, Math.min(known.prefixLength, fileSize)), identity)
  while (!progress.done) {
    // Each read reaches past the attribute that was cut off, to what follows it and the chunk tables; for a header of
    // very many small attributes it grows fast, so that three reads are enough for 16 MiB; never past what a header may have.
    const start = known.prefixLength
    const grown = Math.min(start * GROWTH, options.limits.headerBytes ?? Number.POSITIVE_INFINITY)
    const end = Math.min(fileSize, Math.max(progress.needBytes + options.firstReadBytes, grown))
    yield { kind: 'bytes', range: { start, endExclusive: end } }
    progress = scan(scanner, bytesOf(known, identity, 0, end), identity)
  }
  return progress.header
}

/** The codec does not know whose bytes it reads. */
function scan(scanner: HeaderScanner, prefix: Uint8Array, { path }: SourceIdentity): HeaderProgress {
  try {
    return scanner.scan(prefix)
  } catch (error) {
    if (!(error instanceof ExrError)) throw error
    const details = { ...error.details, path }
    throw new ExrError(error.code, `Cannot read ${path}: ${error.message}`, { cause: error, details })
  }
}

function* askOiio(
  inspection: Inspection,
  header: ExrHeader,
  chunks: ChunkReport,
): Generator<InspectRequest, SpecAnswer, void> {
  const { identity, known, memory } = inspection
  const reason = reasonNotToAsk(header)
  if (reason !== null) return { available: false, error: reason }
  const place = answerPlace(header, chunks, memory)
  if (place?.answer) return place.answer
  const knownNames = header.parts.map((part) => memory?.recall(header, part, knownNamesOf) ?? knownNamesOf(part))
  const hidden = hiddenTexts(header, memory)
  let answer: SpecAnswer | null = null
  for (let round = 0; round < MAX_SPEC_ROUNDS; round++) {
    const source = {
      name: identity.path,
      sizeBytes: identity.sizeBytes,
      ranges: known.spans,
      knownNames,
      hidden,
    }
    yield { kind: 'specs', source, place }
    answer = inspection.spec
    if (answer?.available !== true || answer.spec.status !== 'needs-bytes') break
    const { start, endExclusive } = answer.spec.range
    // An unfinished file makes OpenImageIO walk through all of its pixels; headers never need that much.
    if (endExclusive - start > MAX_SPEC_BYTES || !chunks.isComplete) break
    const end = Math.min(identity.sizeBytes, Math.max(endExclusive, start + READ_AHEAD))
    yield* supply(known, { start, endExclusive: end })
  }
  answer ??= { available: false, error: 'OpenImageIO was not asked.' }
  place?.note(answer)
  return answer
}

function reasonNotToAsk(header: ExrHeader): string | null {
  if (header.defects.some(({ code }) => code === 'limit-exceeded')) {
    return 'OpenImageIO was not asked: the header exceeds a limit.'
  }
  if (header.parts.length > MAX_SPEC_PARTS) {
    return `OpenImageIO was not asked: the file has more than ${MAX_SPEC_PARTS} parts.`
  }
  let total = 0
  for (const part of header.parts) {
    const channels = part.get('channels')?.value
    const channelCount = channels?.kind === 'chlist' ? channels.value.length : 0
    if (part.attributes.length > MAX_SPEC_ENTRIES || channelCount > MAX_SPEC_ENTRIES) {
      return `OpenImageIO was not asked: a part has more than ${MAX_SPEC_ENTRIES} channels or attributes.`
    }
    total += part.attributes.length + channelCount
  }
  return total > MAX_SPEC_TOTAL
    ? `OpenImageIO was not asked: the file has more than ${MAX_SPEC_TOTAL} channels and attributes.`
    : null
}
