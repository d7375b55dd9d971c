import { displayWidth, type Style } from '../style.ts'
import { columns, wrap } from './columns.ts'
import { shortPath } from './fit.ts'

export interface TableColumn {
  readonly name: string
  /** Paths give up their middle where the line is too short; everything else is shown whole or not at all. */
  readonly isPath?: true
  /** Numbers stand on the right. */
  readonly right?: true
}

interface FittedTableOptions {
  readonly style: Style
  /** Columns of the terminal; infinity in a pipe. */
  readonly width: number
  readonly indent?: string
  /** Names of the columns that give way where not all fit, the first to go first. */
  readonly giveWay?: readonly string[]
}

const GAP = 2
const NARROWEST_PATH = 24

/**
 * A heading and rows that fit the line. Columns that are empty in every row are left out; where the rest does not fit,
 * those of `giveWay` go one by one, and a line below the table names them.
 */
export function fittedTable(
  table: readonly TableColumn[],
  rows: readonly (readonly string[])[],
  { style, width, indent = '', giveWay = [] }: FittedTableOptions,
): string[] {
  const widths = table.map(({ name }, column) => {
    const longest = Math.max(0, ...rows.map((row) => displayWidth(row[column] ?? '')))
    return longest === 0 ? 0 : Math.max(longest, displayWidth(name))
  })
  const least = widths.map((wanted, column) => (table[column]?.isPath ? Math.min(wanted, NARROWEST_PATH) : wanted))
  let shown = table.flatMap((_, column) => ((widths[column] ?? 0) > 0 ? [column] : []))
  const lineOf = (needed: readonly number[]) =>
    indent.length + shown.reduce((sum, column) => sum + (needed[column] ?? 0) + GAP, -GAP)
  const hidden: string[] = []
  for (const name of giveWay) {
    if (lineOf(least) <= width) break
    const column = table.findIndex((candidate) => candidate.name === name)
    if (!shown.includes(column)) continue
    shown = shown.filter((candidate) => candidate !== column)
    hidden.push(name)
  }
  const paths = shown.filter((column) => table[column]?.isPath)
  const others = lineOf(widths.map((wanted, column) => (paths.includes(column) ? 0 : wanted)))
  const room = Math.max(NARROWEST_PATH, Math.floor((width - others) / Math.max(1, paths.length)))
  const cells = rows.map((row) =>
    shown.map((column) => (paths.includes(column) ? shortPath(row[column] ?? '', room) : (row[column] ?? ''))),
  )
  const right = shown.flatMap((column, position) => (table[column]?.right ? [position] : []))
  const heading = shown.map((column) => style.dim(table[column]?.name ?? ''))
  return [
    ...columns([heading, ...cells], { indent, width: Number.POSITIVE_INFINITY, right }),
    ...(hidden.length === 0
      ? []
      : wrap(`Not shown on a line this short: ${hidden.join(', ')}.`, width, indent).map(style.dim)),
  ]
}
