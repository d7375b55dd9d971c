import { displayWidth, padEnd, padStart } from '../style.ts'
import { cut, fitColumns, piecesOf } from './fit.ts'

interface ColumnOptions {
  readonly indent?: string
  /** Columns of the terminal; texts are cut there, the last column first. Infinity never cuts. */
  readonly width: number
  /** Widest a column other than the last may become; longer cells push their row's rest to the right, as far as there is room. */
  readonly maxWidths?: readonly number[]
  /** Columns aligned on the right. */
  readonly right?: readonly number[]
}

const GAP = 2
/** Texts are not cut to less. */
const LEAST = 8

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
  const needs = widths.map((needed, column) => ({ width: needed, least: right.includes(column) ? needed : LEAST }))
  const fitted = fitColumns(needs, width - displayWidth(indent), GAP)
  const taken = widths.map((needed, column) => fitted[column] ?? Math.min(needed, LEAST))
  return rows.map((row) => {
    let line = indent
    for (let column = 0; column < count; column++) {
      const cell = row[column] ?? ''
      const most = taken[column] ?? 0
      if (most === 0) continue
      if (column === count - 1 && !right.includes(column)) {
        line += cut(cell, Math.max(LEAST, width - displayWidth(line)))
      } else if (right.includes(column)) {
        line += padStart(cell, most) + ' '.repeat(GAP)
      } else {
        const behind = taken.slice(column + 1).reduce((sum, other) => sum + (other > 0 ? other + GAP : 0), 0)
        line += padEnd(cut(cell, Math.max(most, width - displayWidth(line) - behind)), most) + ' '.repeat(GAP)
      }
    }
    return line.trimEnd()
  })
}

/** The same with the last column whole, on as many lines as it takes. */
export function wrappedColumns(rows: readonly (readonly string[])[], options: ColumnOptions): string[] {
  const { width } = options
  // A mark in the place of the last cell keeps the spaces before it.
  const before = columns([...rows.map((row) => [...row.slice(0, -1), '|'])], {
    ...options,
    width: Number.POSITIVE_INFINITY,
  })
  return rows.flatMap((row, index) => {
    const lead = before[index]?.slice(0, -1) ?? ''
    const indent = ' '.repeat(displayWidth(lead))
    const [first = indent, ...others] = wrap(row.at(-1) ?? '', width, indent)
    return [`${lead}${first.slice(indent.length)}`.trimEnd(), ...others]
  })
}

/** `text` as `wrap` breaks it, what follows the first line two columns further in. */
export function hanging(text: string, width: number, indent: string): string[] {
  return wrap(text, width - 2, indent).map((line, index) => (index === 0 ? line : `  ${line}`))
}

/** `text` as lines of at most `width` columns, broken at spaces, each with the indent. A word that no line holds goes on in the next. */
export function wrap(text: string, width: number, indent: string): string[] {
  const lines: string[] = []
  let line = indent
  const room = Math.max(LEAST, width - displayWidth(indent))
  for (const word of text.split(' ').flatMap((each) => piecesOf(each, room))) {
    if (line !== indent && displayWidth(line) + 1 + displayWidth(word) > width) {
      lines.push(line)
      line = indent
    }
    line += (line === indent ? '' : ' ') + word
  }
  if (line !== indent) lines.push(line)
  return lines
}
