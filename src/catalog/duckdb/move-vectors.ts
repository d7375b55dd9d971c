import type { DuckDBConnection } from '@duckdb/node-api'
import { vectorId } from '../../tables/index.ts'
import { throwIfAborted } from '../abort.ts'
import type { MigrateOptions, VectorsOnce } from '../migrations/migration.ts'
import { TableAppender } from './append.ts'
import { floatsOf, halvesOf } from './raw-columns.ts'
import { joinVectors } from './row-tables.ts'
import { storedColumnsOf } from './stored-columns.ts'

/** Rows whose vectors are read together: twelve megabytes of the longest. */
const ROWS_AT_ONCE = 8192

/** Takes the vectors out of the rows of a table, inside the connection's transaction: see `VectorsOnce`. No view may be there. */
export async function takeVectorsOut(
  connection: DuckDBConnection,
  once: VectorsOnce,
  options: MigrateOptions = {},
): Promise<void> {
  const { table, rows, column, dimension, id, distinct } = once
  await connection.run(`CREATE TABLE ${distinct} (${id} BIGINT NOT NULL, vector FLOAT[${dimension}] NOT NULL)`)
  await connection.run('CREATE OR REPLACE TEMP TABLE vector_places (place BIGINT, id BIGINT)')
  await storeDistinct(connection, once, options)
  const columns = await storedColumnsOf(connection, table)
  const kept = columns.map(({ name, sql }) => (name === column ? `${id} BIGINT` : sql))
  throwIfAborted(options.signal)
  options.onProgress?.({ doing: `writing ${rows}`, rows: 0 })
  await connection.run(`CREATE TABLE ${rows} (${kept.join(', ')})`)
  const list = columns.map(({ name }) => (name === column ? 'p.id' : `t.${name}`))
  await connection.run(
    `INSERT INTO ${rows} SELECT ${list.join(', ')} FROM ${table} t LEFT JOIN temp.vector_places p ON p.place = t.rowid
     ORDER BY t.rowid`,
  )
  await connection.run(`DROP TABLE ${table}; DROP TABLE temp.vector_places`)
}

/** Puts the vectors back into every row, inside the connection's transaction. No view may be there. */
export async function putVectorsBack(connection: DuckDBConnection, once: VectorsOnce): Promise<void> {
  const { table, rows, column, dimension, id, distinct } = once
  const columns = await storedColumnsOf(connection, rows)
  const filled = columns.map(({ name, sql }) => (name === id ? `${column} FLOAT[${dimension}]` : sql))
  await connection.run(`CREATE TABLE ${table} (${filled.join(', ')})`)
  const list = columns.map(({ name }) => (name === id ? 'v.vector' : `t.${name}`))
  await connection.run(
    `INSERT INTO ${table} SELECT ${list.join(', ')} FROM ${rows} t ${joinVectors(once, 't', 'v')} ORDER BY t.rowid`,
  )
  await connection.run(`DROP TABLE ${rows}; DROP TABLE ${distinct}`)
}

/** Fills the table of distinct vectors, and `temp.vector_places` with the id of each row's. */
async function storeDistinct(
  connection: DuckDBConnection,
  { table, column, dimension, distinct }: VectorsOnce,
  { onProgress, signal }: MigrateOptions,
): Promise<void> {
  const reader = await connection.runAndReadAll(`SELECT max(rowid), current_database() FROM ${table}`)
  const [[last, database]] = reader.getRows() as [[bigint | null, string]]
  const places = new TableAppender(['int64', 'int64'], 'vector_places', 'temp')
  const vectors = new TableAppender(['int64', { vector: dimension }], distinct, database)
  const stored = new Set<bigint>()
  for (let start = 0; start <= Number(last ?? -1); start += ROWS_AT_ONCE) {
    throwIfAborted(signal)
    onProgress?.({ doing: `looking for distinct vectors of ${table}`, rows: start })
    const result = await connection.stream(
      `SELECT rowid, ${column} FROM ${table}
       WHERE rowid BETWEEN ${start} AND ${start + ROWS_AT_ONCE - 1} AND ${column} IS NOT NULL`,
    )
    const rows: bigint[] = []
    const ids: bigint[] = []
    const added = new Map<bigint, Float32Array>()
    for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
      const halves = halvesOf(chunk, 0)
      const numbers = floatsOf(chunk, 1, dimension)
      for (let row = 0; row < chunk.rowCount; row++) {
        const vector = numbers.subarray(row * dimension, (row + 1) * dimension)
        const id = vectorId(vector)
        rows.push(BigInt(halves[row * 2]!) + (BigInt(halves[row * 2 + 1]!) << 32n))
        ids.push(id)
        if (!stored.has(id)) added.set(id, vector.slice())
        stored.add(id)
      }
    }
    const found = [rows, ids].map((values) => ({ data: BigInt64Array.from(values), valid: null }))
    await places.append(connection, { rowCount: rows.length, columns: found })
    const data = new Float32Array(added.size * dimension)
    for (const [at, vector] of [...added.values()].entries()) data.set(vector, at * dimension)
    const columns = [
      { data: BigInt64Array.from(added.keys()), valid: null },
      { data, valid: null },
    ]
    await vectors.append(connection, { rowCount: added.size, columns })
  }
}
