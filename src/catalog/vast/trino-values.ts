import type { QueryColumn } from '../catalog.ts'

/** JSON whose whole numbers of 16 digits or more become text, so that none is rounded. */
export function parseTrinoJson(text: string): unknown {
  const exact = text.replace(/"(?:[^"\\]|\\.)*"|(?<![\d.eE+-])-?\d{16,}(?![\d.eE])/g, (found) =>
    found.startsWith('"') ? found : `"${found}"`,
  )
  return JSON.parse(exact)
}

/** A row of Trino's JSON as `QueryResult` describes values. */
export function trinoValues(row: readonly unknown[], columns: readonly QueryColumn[]): unknown[] {
  return row.map((value, index) => plainValue(value, columns[index]?.type.toLowerCase() ?? ''))
}

function plainValue(value: unknown, type: string): unknown {
  if (value === null || value === undefined) return null
  if (type === 'bigint') return BigInt(value as string | number)
  if (type === 'varbinary') return new Uint8Array(Buffer.from(String(value), 'base64'))
  if (type === 'real' || type === 'double') return Number(value)
  if (type.startsWith('timestamp')) return isoTime(String(value))
  const item = /^array\((.*)\)$/.exec(type)?.[1]
  return item !== undefined && Array.isArray(value) ? value.map((each) => plainValue(each, item)) : value
}

/** `2026-01-31 12:00:00.5 UTC` as ISO 8601 with microseconds; other zones stay as they are. */
function isoTime(text: string): string {
  const match = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d+))?(?: (?:UTC|Z))?$/.exec(text)
  if (!match) return text
  const [, date, time, fraction = ''] = match
  return `${date}T${time}.${fraction.slice(0, 6).padEnd(6, '0')}Z`
}
