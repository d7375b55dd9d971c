import { encodeRecords } from '../arrow/encode.ts'
import type { CatalogFailure, CatalogRecord } from '../catalog/catalog.ts'
import { toPlainError } from '../errors.ts'
import { inspectFileSync } from '../inspect/inspect-file.ts'
import { resolveInspectOptions } from '../inspect/options.ts'
import type { Payload } from '../inspect/payload.ts'
import { verdictOf } from '../inspect/verdict.ts'
import type { IngestProblem } from './counts.ts'
import type { InspectAnswer, InspectSettings } from './tasks.ts'

/** Inspects files and encodes what was found. Synchronous: a worker thread calls it. Never throws for a bad file. */
export function inspectBatch(locations: readonly string[], settings: InspectSettings): InspectAnswer {
  const { runId, foldCase } = settings
  const options = resolveInspectOptions({ foldCase })
  const records: CatalogRecord[] = []
  const failures: CatalogFailure[] = []
  const incomplete: IngestProblem[] = []
  let bytes = 0
  for (const location of locations) {
    const started = performance.now()
    const nowUs = BigInt(Date.now()) * 1000n
    try {
      const payload = inspectFileSync(location, options)
      records.push({ payload, inspectedAtUs: nowUs, durationUs: (performance.now() - started) * 1000 })
      bytes += payload.file.size_bytes
      if (!payload.readers.raw.ok) failures.push(headerFailure(payload, nowUs))
      else if (!payload.file.is_complete) incomplete.push(incompleteProblem(payload))
    } catch (error) {
      const { code, message, details } = toPlainError(error, 'ERR_INTERNAL')
      const path = details.path ?? location
      failures.push({ path, code, message, byteOffset: details.byteOffset ?? null, seenAtUs: nowUs })
    }
  }
  const batch = encodeRecords(records, { runId, foldCase })
  return { batch, failures, incomplete, bytes }
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
