import { ExrError } from '../errors.ts'
import { METADATA_DIMENSION } from '../tables/index.ts'

/** Throws ERR_OPTION_INVALID unless `k` is a whole number from 1 to 10,000. */
export function checkCount(k: number): void {
  if (Number.isInteger(k) && k >= 1 && k <= MAX_MATCHES) return
  throw new ExrError('ERR_OPTION_INVALID', `Expected a whole number from 1 to ${MAX_MATCHES} for k but received ${k}`)
}

/** Throws ERR_OPTION_INVALID for a vector of another size, or one that is not finite. */
export function checkVector(vector: Float32Array): Float32Array {
  if (vector.length === METADATA_DIMENSION && vector.every(Number.isFinite)) return vector
  throw new ExrError(
    'ERR_OPTION_INVALID',
    `Expected a vector of ${METADATA_DIMENSION} finite values but received ${vector.length} values`,
  )
}

const MAX_MATCHES = 10_000
