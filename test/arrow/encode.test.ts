import { tableFromIPC } from 'apache-arrow'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodedToBatches, type RecordBatches, recordsToBatches, toIpcStream } from '../../src/arrow/index.ts'
import {
  concatBatches,
  createTableSql,
  encodeRecords,
  isoFromUs,
  RECORD_TABLES,
  recordCount,
  selectFiles,
  tableNamed,
  timestampUs,
  transferList,
} from '../../src/tables/index.ts'
import { record, sequence } from '../catalog/records.ts'

const options = { runId: 'run' }

/** Rows as Apache Arrow's own reader sees them. */
function rowsOf(batches: RecordBatches): Record<string, unknown[]> {
  return Object.fromEntries(
    Object.entries(batches).map(([name, batch]) => {
      const table = tableFromIPC(toIpcStream(batch))
      return [name, table.toArray().map((row) => JSON.parse(JSON.stringify(row, (_key, value) => plain(value))))]
    }),
  )
}

function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}n`
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value
}

describe('encoding records', () => {
  const many = [
    ...sequence('/mnt/a', 4),
    record({ path: '/mnt/b.exr', parts: 3, channels: ['R'], mtime: null }),
    record({ path: '/mnt/c.exr', channels: [], attributes: [] }),
    ...sequence('/mnt/d', 3, { etag: '"d"' }),
  ]

  it('writes each distinct string once', () => {
    const { strings, tables } = encodeRecords(sequence('/mnt/a', 100), options)
    const cells = Object.values(tables).reduce((sum, table) => sum + table.rowCount, 0)
    expect(cells).toBeGreaterThan(1500)
    // Four per frame (path, hash, id, digest), the time code's JSON, and what the frames share.
    expect(strings.offsets.length).toBeLessThan(100 * 5 + 60)
  })

  it('selects the same rows as encoding only those records', () => {
    const batch = encodeRecords(many, options)
    fc.assert(
      fc.property(fc.subarray(many.map((_, index) => index)), (files) => {
        const selected = rowsOf(encodedToBatches(selectFiles(batch, files)))
        const alone = encodeRecords(
          files.map((file) => many[file]!),
          options,
        )
        expect(selected).toEqual(rowsOf(encodedToBatches(alone)))
      }),
      { numRuns: 30 },
    )
  })

  it('joins batches into the rows of one', () => {
    const whole = encodeRecords(many, options)
    fc.assert(
      fc.property(fc.array(fc.nat(many.length), { maxLength: 3 }), (cuts) => {
        const bounds = [0, ...cuts.sort((a, b) => a - b), many.length]
        const pieces = bounds.slice(1).map((end, index) => encodeRecords(many.slice(bounds[index], end), options))
        const joined = concatBatches(pieces)
        expect(rowsOf(encodedToBatches(joined))).toEqual(rowsOf(encodedToBatches(whole)))
        expect([...joined.ordinals]).toEqual([...whole.ordinals])
        expect(joined.tables.attributes.rowStart).toEqual(whole.tables.attributes.rowStart)
      }),
      { numRuns: 30 },
    )
  })

  it('counts records on over joined batches, failures included', () => {
    const broken = record({ path: '/mnt/x.exr', mtime: 'soon' })
    const joined = concatBatches([
      encodeRecords([many[0]!, broken], options),
      encodeRecords([broken, many[4]!], options),
    ])
    expect([...joined.ordinals]).toEqual([0, 3])
    expect(joined.failures.map((failure) => failure.index)).toEqual([1, 2])
    expect(recordCount(joined)).toBe(4)
  })

  it('leaves out records that cannot be encoded and keeps the places of the others', () => {
    const broken = { ...record({ path: '/mnt/x.exr' }), payload: { file: { path: '/mnt/x.exr' } } as never }
    const batch = encodeRecords([many[0]!, broken, many[4]!, null as never, many[5]!], options)

    expect([...batch.ordinals]).toEqual([0, 2, 4])
    expect(batch.failures.map(({ index, path }) => [index, path])).toEqual([
      [1, '/mnt/x.exr'],
      [3, ''],
    ])
    expect(rowsOf(encodedToBatches(batch))).toEqual(rowsOf(recordsToBatches([many[0]!, many[4]!, many[5]!], options)))
  })

  it('is refused as a whole where Arrow is asked for', () => {
    const broken = record({ path: '/mnt/x.exr', mtime: 'soon' })
    expect(() => recordsToBatches([many[0]!, broken], options)).toThrow('/mnt/x.exr')
  })

  it('stores numbers that do not fit their column as null and never as others', () => {
    const wide = record({ path: '/mnt/x.exr', width: 2 ** 32 })
    const batches = recordsToBatches([wide], options)
    expect(batches.parts.getChild('width')?.get(0)).toBeNull()
    expect(batches.parts.getChild('data_window')?.get(0)).toContain(String(2 ** 32 - 1))
  })

  it('moves every buffer to another thread and leaves none behind', () => {
    const batch = encodeRecords(many, options)
    const before = rowsOf(encodedToBatches(batch))
    const moved = structuredClone(batch, { transfer: transferList(batch) })
    expect(rowsOf(encodedToBatches(moved))).toEqual(before)
    for (const { columns } of Object.values(batch.tables)) {
      for (const { data } of columns) expect(data.byteLength).toBe(0)
    }
  })

  it('makes empty batches of no records', () => {
    const batches = recordsToBatches([], options)
    for (const batch of Object.values(batches)) expect(batch.numRows).toBe(0)
    expect(Object.keys(batches)).toEqual(Object.keys(RECORD_TABLES))
  })
})

describe('timestamps', () => {
  it.each([
    ['1970-01-01T00:00:00Z', 0n],
    ['1970-01-01T00:00:00.000001Z', 1n],
    ['1969-12-31T23:59:59.999999Z', -1n],
    ['2024-02-29T12:30:15.123456Z', 1_709_209_815_123_456n],
    ['2024-02-29T12:30:15.1Z', 1_709_209_815_100_000n],
    ['2024-02-29T12:30:15.123456789Z', 1_709_209_815_123_456n],
    ['2024-02-29T14:30:15.123456+02:00', 1_709_209_815_123_456n],
  ])('%s is %s us', (text, us) => {
    expect(timestampUs(text)).toBe(us)
    expect(timestampUs(isoFromUs(us))).toBe(us)
  })

  it.each(['', 'now', '2024-02-29', '2024-02-29T12:30:15', '2024-13-01T00:00:00Z'])('refuses %j', (text) => {
    expect(() => timestampUs(text)).toThrow(expect.objectContaining({ code: 'ERR_CATALOG_WRITE' }))
  })
})

describe('table definitions as SQL', () => {
  it('in the words of DuckDB and of Trino on VAST', () => {
    const table = tableNamed('channels')
    const duckdb = createTableSql(table, 'duckdb')
    const trino = createTableSql(table, 'trino', 'vast."bucket/schema"')
    expect(duckdb).toContain('channel_fingerprint FLOAT[128]')
    expect(trino).toContain('CREATE TABLE IF NOT EXISTS vast."bucket/schema".channels (')
    expect(trino).toContain('channel_fingerprint ARRAY(REAL)')
    expect(createTableSql(tableNamed('files'), 'trino')).toContain('  mtime TIMESTAMP(6), -- ')
  })

  it('refuses a table that is not in the catalog', () => {
    expect(() => tableNamed('invoices')).toThrow('invoices')
  })
})
