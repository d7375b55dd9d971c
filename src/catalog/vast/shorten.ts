import { createHash } from 'node:crypto'
import { type EncodedBatch, type EncodedColumn, RECORD_TABLES, type StringPool } from '../../tables/index.ts'

/** Bytes one value of a column may have. */
const MAX_VALUE_BYTES = 128 * 1024

const VALUE_JSON = RECORD_TABLES.attributes.columns.findIndex(({ name }) => name === 'value_json')
const VALUE_TEXT = RECORD_TABLES.attributes.columns.findIndex(({ name }) => name === 'value_text')

/**
 * Attribute values that VAST DataBase cannot hold, such as the manifests of large cryptomattes, are stored as
 * `{"encoding":"omitted","byte_length":n,"sha256":"…"}` of their JSON text, without `value_text`: the file still has
 * them. Batches without any are returned as they are.
 */
export function shortenValues(batch: EncodedBatch): EncodedBatch {
  const long = longStrings(batch.strings)
  if (long.size === 0) return batch
  const { pool, replacements } = withMarkers(batch.strings, long)
  const { attributes } = batch.tables
  const columns = attributes.columns.map((column, index) => {
    if (index === VALUE_JSON) return recoded(column, (code) => replacements.get(code) ?? code)
    if (index === VALUE_TEXT) return recoded(column, (code) => (long.has(code) ? -1 : code))
    return column
  })
  return { ...batch, strings: pool, tables: { ...batch.tables, attributes: { ...attributes, columns } } }
}

/** Codes of the strings that are too long. */
function longStrings({ offsets }: StringPool): ReadonlySet<number> {
  const long = new Set<number>()
  for (let code = 0; code + 1 < offsets.length; code++) {
    if (offsets[code + 1]! - offsets[code]! > MAX_VALUE_BYTES) long.add(code)
  }
  return long
}

function withMarkers({ bytes, offsets }: StringPool, long: ReadonlySet<number>) {
  const replacements = new Map<number, number>()
  const parts = [bytes]
  const ends = [...offsets]
  for (const code of long) {
    const value = bytes.subarray(offsets[code], offsets[code + 1])
    const sha256 = createHash('sha256').update(value).digest('hex')
    const marker = Buffer.from(JSON.stringify({ encoding: 'omitted', byte_length: value.length, sha256 }))
    replacements.set(code, ends.length - 1)
    parts.push(new Uint8Array(marker))
    ends.push(ends.at(-1)! + marker.length)
  }
  const whole = new Uint8Array(ends.at(-1)!)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return { pool: { bytes: whole, offsets: Uint32Array.from(ends) }, replacements }
}

function recoded(column: EncodedColumn, change: (code: number) => number): EncodedColumn {
  return { ...column, data: (column.data as Int32Array<ArrayBuffer>).map(change) }
}
