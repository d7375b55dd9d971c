import type { PlainError } from '../errors.ts'
import type { Payload } from '../inspect/payload.ts'
import { firstReason, verdictOf } from '../inspect/verdict.ts'
import { BatchEncoder } from '../tables/index.ts'
import type { FileFailure, FileProblem, HeavyFile, IngestAnswer, IngestTaskSettings } from './ingest-task.ts'
import type { HeavyLocation, LocationResult } from './locations.ts'

/** Bytes of an answer after which no more files are taken into it, unless a grant says less. One answer is one transaction. */
const ANSWER_BYTES = 16 * 1024 * 1024
/** Of what headers may need, so much in an answer. */
const ANSWER_PER_GRANT = 2

/** Gathers what became of the files of one batch. Payloads are encoded as they come, so that none is held. */
export class Collector {
  readonly #settings: IngestTaskSettings
  readonly #encoder: BatchEncoder
  readonly #failures: FileFailure[] = []
  readonly #incomplete: FileProblem[] = []
  readonly #heavy: HeavyFile[] = []
  #bytes = 0
  #count = 0

  constructor(settings: IngestTaskSettings) {
    this.#settings = settings
    this.#encoder = new BatchEncoder({ runId: settings.runId, foldCase: settings.foldCase })
  }

  /** Locations that were added. */
  get count(): number {
    return this.#count
  }

  /** True when what was gathered is as much as one answer should hold. */
  get isFull(): boolean {
    const { grantBytes = ANSWER_BYTES } = this.#settings
    return this.#encoder.byteLength >= Math.min(ANSWER_BYTES, grantBytes * ANSWER_PER_GRANT)
  }

  add(found: LocationResult | HeavyLocation): void {
    this.#count += 1
    if ('neededBytes' in found) {
      this.#heavy.push({ location: String(found.location), neededBytes: found.neededBytes })
      return
    }
    const { location, result, startedUs, durationUs } = found
    if (!result.ok) {
      this.#failures.push(readFailure(String(location), result.error, startedUs))
      return
    }
    const payload = result.value
    this.#encoder.add({ payload, inspectedAtUs: startedUs, durationUs })
    this.#bytes += payload.file.size_bytes
    if (!payload.readers.raw.ok) this.#failures.push(headerFailure(payload, startedUs))
    else if (payload.file.is_complete !== true) this.#incomplete.push(storedProblem(payload))
  }

  finish(): IngestAnswer {
    const batch = this.#encoder.finish()
    const [failures, incomplete, heavy] = [this.#failures, this.#incomplete, this.#heavy]
    return { batch, failures, incomplete, bytes: this.#bytes, heavy }
  }
}

function readFailure(location: string, { code, message, details }: PlainError, seenAtUs: bigint): FileFailure {
  const path = details.path ?? location
  return { path, state: 'unreadable', code, message, byteOffset: details.byteOffset ?? null, seenAtUs }
}

function headerFailure(payload: Payload, seenAtUs: bigint): FileFailure {
  const { file, errors } = payload
  const { state } = verdictOf(payload)
  const worst = errors.find((error) => error.severity === 'error' && error.code !== 'ERR_EXR_CHUNKS')
  return {
    path: file.path,
    state: state === 'whole' ? 'invalid' : state,
    code: worst?.code ?? 'ERR_EXR_HEADER',
    message: worst?.message ?? 'The header breaks the format.',
    byteOffset: worst?.byte_offset ?? null,
    seenAtUs,
  }
}

/** A file that was stored and is not whole, or of which that cannot be told. */
function storedProblem(payload: Payload): FileProblem {
  const { state } = verdictOf(payload)
  const message = firstReason(payload) ?? 'Pixels are missing.'
  const code = state === 'limited' ? 'ERR_EXR_LIMIT' : 'ERR_EXR_CHUNKS'
  return { path: payload.file.path, state: state === 'whole' ? 'unknown' : state, code, message }
}
