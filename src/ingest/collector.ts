import { encodeRecords } from '../arrow/encode.ts'
import type { CatalogFailure, CatalogRecord } from '../catalog/catalog.ts'
import { toPlainError } from '../errors.ts'
import type { Payload } from '../inspect/payload.ts'
import { verdictOf } from '../inspect/verdict.ts'
import type { IngestProblem } from './counts.ts'
import type { InspectAnswer, InspectSettings } from './tasks.ts'

/** Gathers what became of the files of one batch. */
export class Collector {
  readonly #records: CatalogRecord[] = []
  readonly #failures: CatalogFailure[] = []
  readonly #incomplete: IngestProblem[] = []
  #bytes = 0

  /** `startedUs` since the Unix epoch, `startedMs` of `performance.now()`. */
  add(payload: Payload, startedUs: bigint, startedMs: number): void {
    this.#records.push({ payload, inspectedAtUs: startedUs, durationUs: (performance.now() - startedMs) * 1000 })
    this.#bytes += payload.file.size_bytes
    if (!payload.readers.raw.ok) this.#failures.push(headerFailure(payload, startedUs))
    else if (!payload.file.is_complete) this.#incomplete.push(incompleteProblem(payload))
  }

  fail(location: string, error: unknown, startedUs: bigint): void {
    const { code, message, details } = toPlainError(error, 'ERR_INTERNAL')
    const path = details.path ?? location
    this.#failures.push({ path, code, message, byteOffset: details.byteOffset ?? null, seenAtUs: startedUs })
  }

  finish({ runId, foldCase }: InspectSettings): InspectAnswer {
    const batch = encodeRecords(this.#records, { runId, foldCase })
    return { batch, failures: this.#failures, incomplete: this.#incomplete, bytes: this.#bytes }
  }
}

function headerFailure({ file, errors }: Payload, seenAtUs: bigint): CatalogFailure {
  const worst = errors.find((error) => error.severity === 'error' && error.code !== 'ERR_EXR_CHUNKS')
  return {
    path: file.path,
    code: worst?.code ?? 'ERR_EXR_HEADER',
    message: worst?.message ?? 'The header breaks the format.',
    byteOffset: worst?.byte_offset ?? null,
    seenAtUs,
  }
}

function incompleteProblem(payload: Payload): IngestProblem {
  const { reasons } = verdictOf(payload)
  return { path: payload.file.path, code: 'ERR_EXR_CHUNKS', message: reasons[0] ?? 'Pixels are missing.' }
}
