import { withRows } from '../header/index.ts'
import type { PartLayout } from './layout.ts'
import type { PassOutcome } from './pass.ts'
import type { MissingPixels } from './types.ts'

const MAX_REASONS = 8

/** Lost chunks in the words of the format: rows of scan-line parts, inclusive, or tiles. Undefined when none is lost. */
export function missingPixels(
  { lost, lostCount }: Pick<PassOutcome, 'lost' | 'lostCount'>,
  { native, level }: Extract<PartLayout, { canDecode: true }>,
): MissingPixels | undefined {
  if (lostCount === 0) return undefined
  const missing: MissingPixels = { chunks: lostCount, reasons: [], truncated: false }
  const named = lost.reduce((total, { chunk }) => total + chunk.count, 0)
  missing.truncated = named < lostCount
  if (native.isTiled) {
    missing.truncated ||= lost.some(({ chunk }) => chunk.count > 1)
    missing.tiles = lost.map(({ chunk }) => ({
      level_x: level?.levelX ?? 0,
      level_y: level?.levelY ?? 0,
      x: chunk.tileX,
      y: chunk.tileY,
    }))
  } else {
    let rows: [number, number][] = []
    for (const { chunk } of lost) rows = withRows(rows, [chunk.y, chunk.y + chunk.height - 1])
    missing.rows = rows
  }
  for (const { chunk, reason } of lost.slice(0, MAX_REASONS)) {
    const where = native.isTiled ? `tile ${chunk.tileX}, ${chunk.tileY}` : `rows from ${chunk.y}`
    missing.reasons.push(`chunk ${chunk.index} (${where}): ${reason}`)
  }
  return missing
}
