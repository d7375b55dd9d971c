import { displayWidth, type Style } from '../style.ts'
import { columns, wrap } from './columns.ts'
import { cut, fitColumns, shortPath } from './fit.ts'

export interface TableColumn {
  readonly name: string
  /** Where the line is too short paths and names give up their middle, texts their end; all else is whole or not there at all. */
  readonly cut?: keyof typeof NARROWEST
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
const NARROWEST = { path: 24, name: 12, text: 12 } as const

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
  const least = widths.map((wanted, column) => {
    const cut = table[column]?.cut
    return cut === undefined ? wanted : Math.min(wanted, NARROWEST[cut])
  })
  let shown = table.flatMap((_, column) => ((widths[column] ?? 0) > 0 ? [column] : []))
  const needed = () => indent.length + shown.reduce((sum, column) => sum + (least[column] ?? 0) + GAP, -GAP)
  const hidden: string[] = []
  for (const name of giveWay) {
    if (needed() <= width) break
    const column = table.findIndex((candidate) => candidate.name === name)
    if (!shown.includes(column)) continue
    shown = shown.filter((candidate) => candidate !== column)
    hidden.push(name)
  }
  const needs = shown.map((column) => ({ width: widths[column] ?? 0, least: least[column] ?? 0 }))
  const fitted = fitColumns(needs, width - indent.length, GAP)
  hidden.push(...shown.splice(fitted.length).map((column) => table[column]?.name ?? ''))
  const cells = rows.map((row) =>
    shown.map((column, place) => shortCell(row[column] ?? '', table[column]?.cut, fitted[place] ?? 0)),
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

function shortCell(cell: string, kind: TableColumn['cut'], width: number): string {
  if (kind === undefined) return cell
  return kind === 'text' ? cut(cell, width) : shortPath(cell, width)
}
