import { resolve } from 'node:path'
import { changesOf, type Difference, type FileChange } from '../../queries/index.ts'
import { printRanges, toRanges } from '../../sequences/index.ts'
import { parseDuration } from '../../settings/parse.ts'
import type { CatalogFlags } from '../catalog-flags.ts'
import { type CliContext, widthOf } from '../context.ts'
import { wrap } from '../format/columns.ts'
import { bytes } from '../format/units.ts'
import { singleLine } from '../format/visible.ts'
import { isRemote, openToRead } from '../open-catalog.ts'

export interface ChangesFlags extends CatalogFlags {
  readonly since?: string
  readonly json?: true
}

/** What several frames have in common is told once. */
interface Group {
  readonly lines: readonly string[]
  readonly paths: string[]
  readonly frames: number[]
}

export async function runChanges(location: string, flags: ChangesFlags, context: CliContext): Promise<void> {
  const catalog = await openToRead(context.config(flags), context)
  try {
    const path = isRemote(location) ? location : resolve(location)
    const since = flags.since === undefined ? {} : { since: momentOf(flags.since) }
    const groups = new Map<string, Group>()
    for await (const change of changesOf(catalog, path, since)) {
      if (flags.json) await context.printData(`${JSON.stringify(change)}\n`)
      else {
        const lines = linesOf(change)
        const group = groups.get(lines.join('\n')) ?? { lines, paths: [], frames: [] }
        group.paths.push(change.path)
        if (change.frame !== null) group.frames.push(change.frame)
        groups.set(lines.join('\n'), group)
      }
    }
    if (flags.json) return
    if (groups.size === 0) return await context.print('Nothing changed.\n')
    const isOne = groups.size === 1 && [...groups.values()][0]!.paths.length === 1
    const width = widthOf(context)
    for (const { lines, paths, frames } of groups.values()) {
      const name = isOne || frames.length === 0 ? paths.join(', ') : `frames ${printRanges(toRanges(frames))}`
      await context.print(
        `${[singleLine(name), ...lines.flatMap((line) => wrap(line, width, '    ').map((each, index) => (index === 0 ? each.slice(2) : each)))].join('\n')}\n`,
      )
    }
  } finally {
    await catalog.close()
  }
}

/** So long ago, or a moment as it is. */
function momentOf(text: string): string {
  if (!/^\s*\d+(\.\d+)?\s*[a-z]+\s*$/i.test(text)) return text
  return new Date(Date.now() - parseDuration(text, '--since')).toISOString()
}

function linesOf({ before, after, removedAt, differences }: FileChange): string[] {
  const lines: string[] = []
  if (removedAt !== null) lines.push(`removed ${removedAt}`)
  if (before === null) lines.push('new')
  else if (differences.length === 0 && before.fileId === after.fileId && removedAt === null)
    lines.push('same header, other bytes')
  if (before !== null && before.sizeBytes !== after.sizeBytes) {
    lines.push(`size: ${sizeText(before.sizeBytes)} -> ${sizeText(after.sizeBytes)}`)
  }
  return [...lines, ...differences.map(differenceText)]
}

function differenceText({ table, of, column, before, after }: Difference): string {
  const { part_index: part, attr_name: attribute, channel_name: channel } = of
  const what = attribute ?? channel ?? null
  const where = part === undefined || part === 0 ? '' : `part ${part} `
  const row = table === 'parts' ? (where || 'part ').trim() : `${where}${table.replace(/s$/, '')} ${what}`
  const name = singleLine(table === 'files' ? 'file' : row)
  if (column === null)
    return before === null ? `added ${name}${attributeValue(after)}` : `removed ${name}${attributeValue(before)}`
  const told = column === 'value_json' ? name : `${name} ${column}`
  return `${told}: ${text(before)} -> ${text(after)}`
}

/** Of a whole attribute its value. */
function attributeValue(row: unknown): string {
  const { value_json: json } = row as Record<string, unknown>
  return json === undefined ? '' : `: ${text(json)}`
}

function text(value: unknown): string {
  return value === null ? 'unknown' : singleLine(String(value))
}

function sizeText(size: number | null): string {
  return size === null ? 'unknown' : bytes(size)
}
