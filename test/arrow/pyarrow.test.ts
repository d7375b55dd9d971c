import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { DuckDBInstance } from '@duckdb/node-api'
import { describe, expect, it } from 'vitest'
import { recordsToBatches, toIpcStream } from '../../src/arrow/index.ts'
import { openCatalog } from '../../src/catalog/open.ts'
import { recordVectors, TABLES, tableNamed } from '../../src/tables/index.ts'
import { record, sequence } from '../catalog/records.ts'
import { tempDir } from '../helpers.ts'
import { pythonWith, runPython } from '../python-env.ts'

const python = pythonWith('pyarrow==21.0.0')

/** Reads every stream of a folder: schema as pyarrow spells it, rows as JSON; and writes each as Parquet. */
const SCRIPT = `
import json, pathlib, sys
import pyarrow as pa, pyarrow.ipc as ipc, pyarrow.parquet as parquet
def lists(table):
    # Parquet has no vectors that may be null.
    for i, f in enumerate(table.schema):
        if pa.types.is_fixed_size_list(f.type):
            column = pa.chunked_array([pa.array(table.column(i).to_pylist(), pa.list_(pa.float32()))])
            table = table.set_column(i, f.name, column)
    return table
out = {}
for path in sorted(pathlib.Path(sys.stdin.read()).glob('*.arrow')):
    table = ipc.open_stream(path.read_bytes()).read_all()
    table.validate(full=True)
    parquet.write_table(lists(table), path.with_suffix('.parquet'))
    rows = [{k: str(v) if isinstance(v, float) and v != v else v for k, v in row.items()} for row in table.to_pylist()]
    fields = [f'{f.name}: {f.type}{"" if f.nullable else " not null"}' for f in table.schema]
    out[path.stem] = {'fields': fields, 'rows': rows}
print(json.dumps(out, default=lambda value: value.isoformat()))
`

const records = [
  ...sequence('/mnt/a', 3),
  record({
    path: '/mnt/ünïcode \u{1f3ac}.exr',
    parts: 2,
    channels: ['light.key.R', 'Z'],
    etag: '"e"',
    mtime: '1969-12-31T23:59:59.999999Z',
    attributes: [
      { name: 'n', type: 'float', value: 'NaN', source: 'exr' },
      { name: 'i', type: 'int', value: -7, source: 'exr' },
      { name: 's', type: 'string', value: '', source: 'exr', oiio_name: 'S' },
    ],
  }),
  record({ path: '/mnt/nothing.exr', mtime: null, channels: [], attributes: [] }),
]

describe.runIf(python)('Arrow streams, read by pyarrow', () => {
  const folder = tempDir()
  const read = (): Record<string, { fields: string[]; rows: Record<string, unknown>[] }> => {
    mkdirSync(folder, { recursive: true })
    const batches = recordsToBatches(records, { runId: 'run' })
    for (const [name, batch] of Object.entries(batches))
      writeFileSync(join(folder, `${name}.arrow`), toIpcStream(batch))
    return JSON.parse(runPython(python!, SCRIPT, folder))
  }
  const tables = python ? read() : {}

  it('hold the answer of a query with its types, however many batches it has', async () => {
    const place = tempDir()
    mkdirSync(place, { recursive: true })
    const catalog = await openCatalog(join(place, 'catalog.duckdb'))
    const answer = (sql: string, name: string) =>
      pipeline(catalog.sqlArrow(sql), createWriteStream(join(place, `${name}.arrow`)))
    await answer(
      `SELECT i::INTEGER AS i, i * 3000000000 AS big, sum(i) OVER () AS total, i / 4 AS share, i > 1 AS flag, 'é' || i AS text,
        TIMESTAMPTZ '2026-01-31 12:00:00.123456Z' + to_days(i::INTEGER) AS at, TIMESTAMP '1969-12-31 23:59:59.999999' AS before,
        -1.50::DECIMAL(9, 2) AS price, [i, NULL] AS list, [0.5, 1.5]::FLOAT[2] AS vector, {'a': i} AS struct, '\\xAA'::BLOB AS bytes,
        DATE '2024-02-29' AS day, NULL AS nothing, 1 AS i
       FROM range(5000) r(i) ORDER BY big`,
      'many',
    )
    await answer('SELECT 1::BIGINT AS n WHERE false', 'none')
    await catalog.close()
    const { many, none } = JSON.parse(runPython(python!, SCRIPT.replace('isoformat()', '__str__()'), place))
    expect(none).toEqual({ fields: ['n: int64'], rows: [] })
    expect(many.rows).toHaveLength(5000)
    expect(many.fields.join('; ')).toBe(
      'i: int32; big: int64; total: decimal128(38, 0); share: double; flag: bool; text: string; at: timestamp[us, tz=UTC]; ' +
        'before: timestamp[us]; price: decimal128(9, 2); list: list<item: int64>; vector: fixed_size_list<item: float>[2]; ' +
        'struct: string; bytes: binary; day: string; nothing: int32; i_2: int32',
    )
    expect(many.rows[3]).toMatchObject({
      ...{ i: 3, big: 9000000000, total: '12497500', share: 0.75, flag: true, text: 'é3' },
      ...{ at: '2026-02-03 12:00:00.123456+00:00', before: '1969-12-31 23:59:59.999999', price: '-1.50' },
      ...{ list: [3, null], vector: [0.5, 1.5], struct: '{"a":"3"}', day: '2024-02-29', nothing: null, i_2: 1 },
    })
  })

  it('have exactly the columns, types and nullability of the catalog schema', () => {
    expect(tables['files']?.fields).toEqual([
      'file_id: string not null',
      'file_path: string not null',
      'file_path_normalized: string not null',
      'header_hash: string not null',
      'size_bytes: int64',
      'mtime: timestamp[us, tz=UTC]',
      'etag: string',
      'multipart_count: int32',
      'is_deep: bool',
      'is_complete: bool',
      'frame_number: int32',
      'sequence_key: string',
      'metadata_embedding: fixed_size_list<item: float not null>[384]',
      'embedding_version: int32',
      'inspection_timestamp: timestamp[us, tz=UTC]',
      'last_inspected: timestamp[us, tz=UTC]',
      'inspection_count: int32',
      'superseded_by: string',
      'schema_version: int32',
      'check_depth: string',
      'format_version: int32',
      'version_flags: string',
      'trailing_bytes: int64',
      'child_rows: string',
      'content_digest: string',
      'latest_rows: string',
      'sequencer: string',
      'limit_reached: string',
    ])
    expect(tables['channels']?.fields).toEqual([
      'file_id: string not null',
      'file_path: string not null',
      'part_index: int32 not null',
      'channel_name: string',
      'layer_name: string',
      'component_name: string',
      'channel_type: string',
      'x_sampling: int32',
      'y_sampling: int32',
      'p_linear: bool',
      'channel_fingerprint: fixed_size_list<item: float not null>[128]',
      'view_name: string',
    ])
    expect(tables['attributes']?.fields).toEqual([
      'file_id: string not null',
      'file_path: string not null',
      'part_index: int32 not null',
      'attr_name: string not null',
      'attr_type: string',
      'value_json: string not null',
      'value_text: string',
      'value_int: int64',
      'value_float: double',
      'source: string',
      'oiio_name: string',
      'display: string',
    ])
    expect(tables['parts']?.fields).toContain('pixel_aspect_ratio: float')
    expect(tables['parts']?.fields).toHaveLength(44)
  })

  it('hold the rows of the payloads', () => {
    const files = tables['files']?.rows ?? []
    expect(files.map((row) => row['file_path'])).toEqual(records.map(({ payload }) => payload.file.path))
    expect(files.map((row) => row['mtime'])).toEqual([
      ...Array(3).fill('2024-03-01T10:00:00.123456+00:00'),
      '1969-12-31T23:59:59.999999+00:00',
      null,
    ])
    expect(files.map((row) => row['etag'])).toEqual([null, null, null, '"e"', null])
    expect(tables['channels']?.rows.map((row) => [row['channel_name'], row['layer_name']]).slice(-2)).toEqual([
      ['light.key.R', 'light.key'],
      ['Z', ''],
    ])
    const typed = tables['attributes']?.rows
      .slice(-3)
      .map((row) => [row['value_text'], row['value_int'], row['value_float'], row['oiio_name']])
    expect(typed).toEqual([
      [null, null, 'nan', null],
      [null, -7, null, null],
      ['', null, null, 'S'],
    ])
  })

  it('hold the vectors bit for bit, null where a channel row has none', () => {
    expect(tables['files']?.rows.map((row) => row['metadata_embedding'])).toEqual(
      records.map(({ payload }) => [...recordVectors(payload).metadata]),
    )
    const fingerprints = tables['channels']?.rows.map((row) => row['channel_fingerprint'])
    const expected = records.flatMap(({ payload }) => {
      const { fingerprints: byPart } = recordVectors(payload)
      return payload.channels.map(({ part_index }, index) => {
        const isFirst = payload.channels[index - 1]?.part_index !== part_index
        return isFirst ? [...byPart[part_index]!] : null
      })
    })
    expect(fingerprints).toEqual(expected)
  })

  it('are the same rows in DuckDB as the catalog stores', async () => {
    const catalog = await openCatalog(join(folder, 'catalog.duckdb'))
    await catalog.upsert(records, 'run')
    const instance = await DuckDBInstance.create()
    const connection = await instance.connect()
    for (const table of ['files', 'parts', 'channels', 'attributes', 'inspections']) {
      const keys = tableNamed(table)
        .columns.map((column) => column.name)
        .join(', ')
      const query = (from: string) =>
        `SELECT md5(string_agg(t::VARCHAR, '|' ORDER BY t::VARCHAR)) FROM (SELECT ${keys} FROM ${from}) t`
      const file = join(folder, `${table}.parquet`)
      const count = (await connection.runAndReadAll(`SELECT count(*) FROM '${file}'`)).getRows()[0]?.[0]
      const lists = (from: string) =>
        query(from)
          .replace('metadata_embedding', 'metadata_embedding::FLOAT[] AS metadata_embedding')
          .replace('channel_fingerprint', 'channel_fingerprint::FLOAT[] AS channel_fingerprint')
      await connection.run("SET TimeZone = 'UTC'")
      const fromArrow = (await connection.runAndReadAll(lists(`'${file}'`))).getRows()
      expect((await catalog.sql(lists(table))).rows, table).toEqual(fromArrow)
      expect((await catalog.sql(`SELECT count(*) FROM ${table}`)).rows[0]?.[0], table).toBe(count)
    }
    connection.closeSync()
    instance.closeSync()
    await catalog.close()
  })
})

it('defines every table once, with every column named once', () => {
  expect(new Set(TABLES.map((table) => table.name)).size).toBe(TABLES.length)
  for (const { name, columns, key } of TABLES) {
    const names = columns.map((column) => column.name)
    expect(new Set(names).size, name).toBe(names.length)
    expect(names, name).toEqual(expect.arrayContaining([...key]))
  }
})
