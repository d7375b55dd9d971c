import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { LargeValueCollector } from '../../src/tables/encoded/large-values.ts'
import {
  BatchEncoder,
  byteLengthOf,
  concatBatches,
  contentIds,
  encodeRecords,
  encodeRows,
  RECORD_TABLES,
  selectFiles,
  TextCells,
  vectorId,
  vectorIds,
} from '../../src/tables/index.ts'
import { record, sequence } from '../catalog/records.ts'

const options = { runId: 'run' }

describe('a batch that grows record by record', () => {
  it('is that of all records at once, however little room it had at first', () => {
    const records = sequence('/farm/shot', 70, { parts: 3 })
    const encoder = new BatchEncoder(options, new LargeValueCollector(), 1)
    for (const each of records) encoder.add(each)
    expect(encoder.finish()).toEqual(encodeRecords(records, options))
  })

  it('leaves out a record that is none, and counts it', () => {
    const encoder = new BatchEncoder(options)
    const [first, last] = sequence('/farm/shot', 2)
    for (const each of [first!, { ...first!, payload: { file: { path: '/none' } } as never }, last!]) encoder.add(each)
    const batch = encoder.finish()
    expect([batch.fileCount, [...batch.ordinals]]).toEqual([2, [0, 2]])
    expect(batch.failures).toMatchObject([{ index: 1, path: '/none' }])
  })

  it('names each vector by the first half of SHA-256 over it, joined and divided too', () => {
    const batch = encodeRecords(sequence('/farm/shot', 4, { parts: 2 }), options)
    const joined = concatBatches([selectFiles(batch, [2]), selectFiles(batch, [0, 1, 3])])
    for (const [name, size] of [
      ['files', 384],
      ['channels', 128],
    ] as const) {
      const at = RECORD_TABLES[name].columns.findIndex(({ type }) => typeof type === 'object')
      const { rowCount, columns } = joined.tables[name]
      const { ids, ...column } = columns[at]!
      expect(ids).toEqual(vectorIds(column, rowCount, size))
      expect(new Set(ids).size).toBe(name === 'files' ? 1 : 2)
    }
    // printf '\0\0\x80\x3f\0\0\0\0' | sha256sum, its first eight bytes read from the last one on.
    expect(BigInt.asUintN(64, vectorId(Float32Array.of(1, 0))).toString(16)).toBe('b83fff2a04264b43')
  })

  it('names the content of rows by their cells alone, joined and divided too', () => {
    const batch = encodeRecords(sequence('/farm/shot', 4, { parts: 2 }), options)
    const joined = concatBatches([selectFiles(batch, [2]), selectFiles(batch, [0, 1, 3])])
    for (const [name, distinct] of [
      ['attributes', 5 + 4],
      ['channels', 8],
    ] as const) {
      const { columns } = RECORD_TABLES[name]
      const { contentIds: named, ...rows } = joined.tables[name]
      expect(named).toEqual(contentIds(columns, rows, new TextCells(joined.strings)))
      expect(named).toHaveLength(rows.rowCount)
      expect(new Set(named).size).toBe(distinct)
    }
  })

  it('names the content of a row by SHA-256 over its cells', () => {
    const columns = [
      { name: 'file_id', type: 'utf8', nullable: false, doc: '' },
      { name: 'text', type: 'utf8', nullable: true, doc: '' },
      { name: 'number', type: 'int32', nullable: true, doc: '' },
    ] as const
    const rows = encodeRows(
      columns,
      3,
      (row, column) => [['f', 'a', 7][column], ['g', 'a', 7][column], ['f', null, 7][column]][row],
    )
    const [one, same, other] = contentIds(columns, rows, new TextCells(rows.strings))
    expect(same).toBe(one)
    // Place 0 and the first half of SHA-256 of "a", its words turned; place 1 and the number in 64 bits.
    const words = Uint32Array.of(0, 0xca978112, 0xca1bbdca, 0xfac231b3, 0x9a23dc4d, 1, 0, 7, 0, 0)
    const sha = (array: Uint32Array) => createHash('sha256').update(array).digest().readBigInt64LE(0)
    expect(one).toBe(sha(words))
    expect(other).toBe(sha(words.slice(5)))
  })

  it('says about how many bytes it has, large values and vectors included', () => {
    const encoder = new BatchEncoder(options)
    expect(encoder.byteLength).toBe(0)
    for (const each of sequence('/farm/shot', 200)) encoder.add(each)
    const before = encoder.byteLength
    let value = ''
    for (let index = 0; value.length < 400_000; index++) value += Math.sin(index).toString(36)
    encoder.add(record({ path: '/farm/large.exr', attributes: [{ name: 'x', type: 'string', value, source: 'exr' }] }))
    const after = encoder.byteLength
    expect(after - before).toBeGreaterThan(100_000)
    const actual = byteLengthOf(encoder.finish())
    expect(after / actual).toBeGreaterThan(0.6)
    expect(after / actual).toBeLessThan(1.7)
  })
})
