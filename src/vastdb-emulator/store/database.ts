import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { DuckDBInstance } from '../../duckdb-api.ts'
import { ExrError } from '../../errors.ts'

/** Name of the file inside the data directory. */
const FILE_NAME = 'vast-emulator.duckdb'
const STORE_VERSION = 1

/** Queries must not reach files, and a checkpoint every few inserts would halve the throughput. */
const SETTINGS = {
  checkpoint_threshold: '256MB',
  enable_external_access: 'false',
  autoload_known_extensions: 'false',
  autoinstall_known_extensions: 'false',
}

/** The emulator's own bookkeeping; rows of tables live in schema `data`, one DuckDB table per table. */
const CATALOG = `
CREATE SCHEMA IF NOT EXISTS data;
CREATE SCHEMA IF NOT EXISTS catalog;
CREATE TABLE IF NOT EXISTS catalog.info (version INTEGER);
CREATE TABLE IF NOT EXISTS catalog.schemas (id BIGINT, bucket VARCHAR, path VARCHAR, properties VARCHAR);
CREATE TABLE IF NOT EXISTS catalog.tables (
  id BIGINT, schema_id BIGINT, name VARCHAR, properties VARCHAR,
  revision BIGINT, arrow_schema BLOB, columns BIGINT[], sorting_key BIGINT[],
  external_row_ids BOOLEAN, vector_column VARCHAR, vector_metric VARCHAR, next_row_id BIGINT);
CREATE TABLE IF NOT EXISTS catalog.projections (
  id BIGINT, table_id BIGINT, name VARCHAR, sorted BIGINT[], unsorted BIGINT[]);
ALTER TABLE catalog.tables ADD COLUMN IF NOT EXISTS vector_cluster VARCHAR DEFAULT 'scalar_8bit';
ALTER TABLE catalog.tables ADD COLUMN IF NOT EXISTS vector_search VARCHAR DEFAULT 'scalar_8bit';
ALTER TABLE catalog.tables ADD COLUMN IF NOT EXISTS partition_keys VARCHAR DEFAULT '[]';
`

/** An open DuckDB with the catalogue tables in it, and connections to reuse. */
export class Database {
  readonly #instance: DuckDBInstance
  readonly #idle: DuckDBConnection[] = []
  #nextId: number

  private constructor(instance: DuckDBInstance, nextId: number) {
    this.#instance = instance
    this.#nextId = nextId
  }

  /**
   * Open or create the store in `directory`, or in memory when it is null.
   * Throws ERR_CATALOG_OPEN or, for a directory another process has open, ERR_CATALOG_LOCKED.
   */
  static async open(directory: string | null): Promise<Database> {
    const path = directory === null ? ':memory:' : join(directory, FILE_NAME)
    try {
      if (directory !== null) await mkdir(directory, { recursive: true })
      const instance = await DuckDBInstance.create(path, SETTINGS)
      const connection = await instance.connect()
      await connection.run(CATALOG)
      const version = await connection.runAndReadAll('SELECT max(version) FROM catalog.info')
      const found = version.getRows()[0]?.[0] ?? null
      if (found === null) await connection.run(`INSERT INTO catalog.info VALUES (${STORE_VERSION})`)
      else if (found !== STORE_VERSION) throw new Error(`it has layout ${found}, this version reads ${STORE_VERSION}`)
      const ids = await connection.runAndReadAll(
        `SELECT coalesce(max(greatest(id, last)), 0) FROM (
           SELECT id, id AS last FROM catalog.schemas UNION ALL SELECT id, id FROM catalog.projections
           UNION ALL SELECT greatest(id, revision), list_max(columns) FROM catalog.tables)`,
      )
      connection.closeSync()
      return new Database(instance, Number(ids.getRows()[0]![0]) + 1)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      const code = /lock/i.test(reason) ? 'ERR_CATALOG_LOCKED' : 'ERR_CATALOG_OPEN'
      throw new ExrError(code, `Cannot open the emulator's store ${path}: ${reason}`, { cause: error })
    }
  }

  /** A number no schema, table, column, projection or revision of this store has had since it was opened. */
  newId(): number {
    return this.#nextId++
  }

  async acquire(): Promise<DuckDBConnection> {
    return this.#idle.pop() ?? (await this.#instance.connect())
  }

  release(connection: DuckDBConnection): void {
    this.#idle.push(connection)
  }

  /** Write down where each table's row ids go on, so that ids of deleted rows are not used again after a restart. */
  async keepRowIds(entries: Iterable<[number, bigint]>): Promise<void> {
    const values = [...entries].map(([tableId, next]) => `(${tableId}, ${next})`)
    if (values.length === 0) return
    const connection = await this.acquire()
    await connection.run(
      `UPDATE catalog.tables SET next_row_id = v.next FROM (VALUES ${values.join(', ')}) AS v(id, next) WHERE tables.id = v.id`,
    )
    this.release(connection)
  }

  close(): void {
    for (const connection of this.#idle.splice(0)) connection.closeSync()
    this.#instance.closeSync()
  }
}
