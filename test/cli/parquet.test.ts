import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { describe, expect, it } from 'vitest'
import { writeParquet } from '../../src/cli/format/parquet.ts'
import { tempDir } from '../helpers.ts'
import { pythonWith } from '../python-env.ts'

const python = pythonWith('pyarrow==21.0.0')

/** A value of every type that a catalog's answer may have, and what pyarrow makes of it. */
const VALUES: readonly (readonly [type: string, value: unknown, read: unknown])[] = [
  ['VARCHAR', 'text', 'text'],
  ['BOOLEAN', true, true],
  ['INTEGER', 7, 7],
  ['BIGINT', 2n ** 60n, 2 ** 60],
  ['FLOAT', 0.5, 0.5],
  ['DOUBLE', 0.1, 0.1],
  ['DECIMAL(9,2)', '1.50', '1.50'],
  ['DATE', '2024-02-29', '2024-02-29'],
  ['TIMESTAMP WITH TIME ZONE', '2024-02-29T12:00:00.000001Z', '2024-02-29 12:00:00.000001+00:00'],
  ['BLOB', Uint8Array.of(0, 255), "b'\\x00\\xff'"],
  ['FLOAT[3]', [1, 2, 3], [1, 2, 3]],
  ['VARCHAR[]', ['a', null], ['a', null]],
  ['STRUCT(a INTEGER, b FLOAT[2])', { a: 1, b: [1, 2] }, { a: 1, b: [1, 2] }],
]

describe.runIf(python !== null)('a Parquet file of an answer', () => {
  it('is read by pyarrow and DuckDB, nulls of every type included', async () => {
    const file = join(tempDir(), 'rows.parquet')
    const columns = VALUES.map(([type], index) => ({ name: `c${index}`, type }))
    const rows = [VALUES.map(([, value]) => value), VALUES.map(() => null)]
    await writeParquet(
      {
        columns,
        batches: (async function* () {
          yield rows
        })(),
      },
      file,
    )
    const script =
      'import json, sys, pyarrow.parquet as p\nprint(json.dumps(p.read_table(sys.argv[1]).to_pylist(), default=str))'
    const read = JSON.parse(execFileSync(python!, ['-c', script, file], { encoding: 'utf8' })) as object[]
    expect(Object.values(read[0]!)).toEqual(VALUES.map(([, , value]) => value))
    expect(Object.values(read[1]!)).toEqual(VALUES.map(() => null))
    const instance = await DuckDBInstance.create()
    const connection = await instance.connect()
    try {
      const rewritten = await connection.runAndReadAll(`FROM read_parquet('${file}')`)
      const kept = await connection.runAndReadAll(
        `SELECT ${VALUES.map(([type], index) => `c${index}::${type} IS NULL`).join(', ')} FROM read_parquet('${file}')`,
      )
      expect(rewritten.columnNames()).toEqual(columns.map(({ name }) => name))
      expect(kept.getRows()).toEqual([VALUES.map(() => false), VALUES.map(() => true)])
    } finally {
      connection.closeSync()
      instance.closeSync()
    }
  })
})
