import { VastdbError } from './errors.ts'

/** The protocol's usual number. */
export const MAX_TRIES = 10

/**
 * What the protocol allows to be sent again: anything the server refused as overload or that never reached it,
 * and reads whose connection broke. Writes whose answer was lost are never repeated, nor are timeouts.
 */
export function mayRetry(error: unknown, method: string): boolean {
  if (!(error instanceof VastdbError)) return false
  if (error.code === 'ERR_VASTDB_BUSY') return error.serverCode === 'SlowDown'
  if (error.code !== 'ERR_VASTDB_CONNECT') return false
  return error.stage === 'connect' || (error.stage === 'exchange' && (method === 'GET' || method === 'HEAD'))
}
