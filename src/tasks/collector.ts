import type { PlainError } from '../errors.ts'
import type { Payload } from '../inspect/payload.ts'
import { firstReason } from '../inspect/verdict.ts'
import { type CatalogRecord, encodeRecords } from '../tables/index.ts'
import type { FileFailure, FileProblem, IngestAnswer, IngestTaskSettings } from './ingest-task.ts'
import type { LocationResult } from './locations.ts'

/** Gathers what became of the files of one batch. */
export class Collector {
  readonly #records: CatalogRecord[] = []
  readonly #failures: FileFailure[] = []
  readonly #incomplete: FileProblem[] = []
  #bytes = 0

  add({ location, result, startedUs, durationUs }: LocationResult): void {
    if (!result.ok) {
      this.#failures.push(readFailure(String(location), result.error, startedUs))
      return
    }
    const payload = result.value
    this.#records.push({ payload, inspectedAtUs: startedUs, durationUs })
    this.#bytes += payload.file.size_bytes
    if (!payload.readers.raw.ok) this.#failures.push(headerFailure(payload, startedUs))
    else if (payload.file.is_complete === false) this.#incomplete.push(incompleteProblem(payload))
  }

  finish({ runId, foldCase }: IngestTaskSettings): IngestAnswer {
    const batch = encodeRecords(this.#records, { runId, foldCase })
    return { batch, failures: this.#failures, incomplete: this.#incomplete, bytes: this.#bytes }
  }
}

function readFailure(location: string, { code, message, details }: PlainError, seenAtUs: bigint): FileFailure {
  return { path: details.path ?? location, code, message, byteOffset: details.byteOffset ?? null, seenAtUs }
}

function headerFailure({ file, errors }: Payload, seenAtUs: bigint): FileFailure {
  const worst = errors.find((error) => error.severity === 'error' && error.code !== 'ERR_EXR_CHUNKS')
  return {
    path: file.path,
    code: worst?.code ?? 'ERR_EXR_HEADER',
    message: worst?.message ?? 'The header breaks the format.',
    byteOffset: worst?.byte_offset ?? null,
    seenAtUs,
  }
}

function incompleteProblem(payload: Payload): FileProblem {
  return { path: payload.file.path, code: 'ERR_EXR_CHUNKS', message: firstReason(payload) ?? 'Pixels are missing.' }
}
