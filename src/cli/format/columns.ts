import { displayWidth, padEnd, padStart } from '../style.ts'
import { cut } from './fit.ts'

interface ColumnOptions {
  readonly indent?: string
  /** Columns of the terminal; the last column is cut there. Infinity never cuts. */
  readonly width: number
  /** Widest a column other than the last may become; longer cells push their row's rest to the right. */
  readonly maxWidths?: readonly number[]
  /** Columns aligned on the right. */
  readonly right?: readonly number[]
}

const GAP = 2

/** Rows as aligned lines. Colours may be in the cells: only what is seen counts. */
export function columns(rows: readonly (readonly string[])[], options: ColumnOptions): string[] {
  const { indent = '', width, maxWidths = [], right = [] } = options
  const widths: number[] = []
  for (const row of rows) {
    for (const [column, cell] of row.entries()) {
      const wanted = Math.min(displayWidth(cell), maxWidths[column] ?? Number.POSITIVE_INFINITY)
      widths[column] = Math.max(widths[column] ?? 0, wanted)
    }
  }
  const count = widths.length
  return rows.map((row) => {
    let line = indent
    for (let column = 0; column < count; column++) {
      const cell = row[column] ?? ''
      if ((widths[column] ?? 0) === 0) continue
      if (column === count - 1 && !right.includes(column)) {
        line += cut(cell, Math.max(8, width - displayWidth(line)))
      } else {
        const pad = right.includes(column) ? padStart : padEnd
        line += pad(cell, widths[column] ?? 0) + ' '.repeat(GAP)
      }
    }
    return line.trimEnd()
  })
}

/** `text` as lines of at most `width` columns, broken at spaces, each with the indent. */
export function wrap(text: string, width: number, indent: string): string[] {
  const lines: string[] = []
  let line = indent
  for (const word of text.split(' ')) {
    if (line !== indent && displayWidth(line) + 1 + displayWidth(word) > width) {
      lines.push(line)
      line = indent
    }
    line += (line === indent ? '' : ' ') + word
  }
  if (line !== indent) lines.push(line)
  return lines
}
