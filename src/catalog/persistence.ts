import type { Persistence } from '../inspect/payload.ts'
import type { UpsertResult } from './catalog.ts'

/** The result of a write in the payload's words; null when no catalog is configured. */
export function persistenceOf(result: UpsertResult | null): Persistence {
  if (result === null) {
    return { status: 'skipped', file_id: null, inserted: false, message: 'VAST DataBase not configured', error: null }
  }
  if (result.status === 'error') {
    return {
      status: 'error',
      file_id: null,
      inserted: false,
      message: 'File not persisted',
      error: `${result.message} [${result.code}]`,
    }
  }
  const inserted = result.status === 'inserted'
  const message = inserted ? `File persisted: ${result.fileId}` : `File already persisted: ${result.fileId}`
  return { status: 'success', file_id: result.fileId, inserted, message, error: null }
}
