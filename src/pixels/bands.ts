import type { Region } from './chunk-list.ts'

/** Fewer pixels than these are read at once: a thread more gains less than it costs. */
const FEW_PIXELS = 1024 * 1024

/** Rows of a picture, and the pixels of the level that they are made of. */
export interface Band {
  readonly firstRow: number
  readonly endRow: number
  readonly region: Region
}

/**
 * Cuts a picture of an area into bands of about as many rows that share neither a row of the picture nor a row of chunks: what is
 * decoded for one is for no other. `chunkRows` are those of a chunk, the first of which begins at `top`. Fewer bands than
 * `most` where there are no such cuts, or few pixels. Pure.
 */
export function bandsOf(area: Region, height: number, chunkRows: number, top: number, most: number): Band[] {
  const cuts = [0]
  const cells = Math.min(height, area.height)
  const firstPixel = (row: number) => Math.ceil((row * area.height) / cells)
  const isCut = (row: number) => (area.y - top + firstPixel(row)) % chunkRows === 0
  const wanted = height > area.height || area.width * area.height < FEW_PIXELS ? 1 : Math.min(most, cells)
  for (let band = 1; band < wanted; band++) {
    const middle = Math.round((band * cells) / wanted)
    const cut = nearest(middle, Math.floor(cells / wanted / 2), isCut)
    if (cut !== null && cut > cuts.at(-1)!) cuts.push(cut)
  }
  return cuts.map((firstRow, i) => {
    const next = cuts[i + 1]
    const y = firstPixel(firstRow)
    const end = next === undefined ? area.height : firstPixel(next)
    return { firstRow, endRow: next ?? height, region: { ...area, y: area.y + y, height: end - y } }
  })
}

/** The number nearest to `middle`, at most `reach` from it, for which something holds. */
function nearest(middle: number, reach: number, holds: (number: number) => boolean): number | null {
  for (let distance = 0; distance <= reach; distance++) {
    for (const number of [middle - distance, middle + distance]) if (number > 0 && holds(number)) return number
  }
  return null
}
