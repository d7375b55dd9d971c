import { MAX_ROWS_PER_REQUEST, MAX_SLICE_BYTES } from './constants.ts'
import { VastdbError } from './errors.ts'
import { planBatch, planStream } from './wire/encode.ts'
import { type Rows, sliceRows } from './wire/rows.ts'

interface Slice {
  readonly body: Uint8Array
  readonly rowCount: number
}

interface SliceLimits {
  readonly maxBytes: number
  readonly maxRows: number
}

const LIMITS: SliceLimits = { maxBytes: MAX_SLICE_BYTES, maxRows: MAX_ROWS_PER_REQUEST }

/**
 * Cuts rows into request bodies. The first cut assumes rows of equal size and leaves a tenth of room; a slice that is
 * still too large is halved, as are all after it. Sizes are computed before a value is copied.
 * Throws ERR_VASTDB_TOO_LARGE when a single row does not fit.
 */
export function* slices(rows: Rows, what: string, limits: SliceLimits = LIMITS): Generator<Slice> {
  const whole = planBatch(rows)
  const { valueBytes } = whole
  const guess = valueBytes === 0 ? rows.length : Math.floor((0.9 * rows.length * limits.maxBytes) / valueBytes)
  let rowsPerSlice = Math.min(Math.max(guess, 1), limits.maxRows)
  for (let start = 0; start < rows.length; ) {
    if (rowsPerSlice < 1) {
      const message = `${what}: row ${start} takes more than the ${limits.maxBytes} bytes of one request. Shorten its values; a cell may have 128 KiB.`
      throw new VastdbError('ERR_VASTDB_TOO_LARGE', message)
    }
    const end = Math.min(start + rowsPerSlice, rows.length)
    const plan = end - start === rows.length ? whole : planBatch(sliceRows(rows, start, end))
    const stream = planStream(plan)
    if (stream.byteLength > limits.maxBytes) {
      rowsPerSlice = Math.floor(rowsPerSlice / 2)
      continue
    }
    yield { body: stream.encode(), rowCount: end - start }
    start = end
  }
}
