import { DuckDBInstance } from '@duckdb/node-api'

/** Statements that add the copies: several, so that files stand by copy about as an ingest leaves them. */
const STATEMENTS = 30

/**
 * Adds `copies` copies of every file of a DuckDB catalog under other names: `/folder/` of its paths becomes `/folder/copy7/`.
 * Parts, channels and attributes come with each; vectors, inspections and the ledger do not, so `verify` has nothing good to say.
 */
export async function copyFiles(path: string, folder: string, copies: number): Promise<void> {
  const instance = await DuckDBInstance.create(path)
  const connection = await instance.connect()
  const renamed = (column: string) => `replace(${column}, '/${folder}/', '/${folder}/copy' || k || '/') AS ${column}`
  // Else every statement's rows go through the journal into the file.
  await connection.run("SET checkpoint_threshold = '64GB'; BEGIN TRANSACTION")
  for (const table of ['files', 'parts', 'channels', 'attributes']) {
    const names = `${renamed('file_path_normalized')}, ${renamed('sequence_key')}`
    const own = table === 'files' ? `, ${names}, NULL AS metadata_embedding` : ''
    const columns = `first.* REPLACE (md5(file_id || k) AS file_id, ${renamed('file_path')}${own})`
    await connection.run(`CREATE TEMP TABLE first AS FROM ${table}`)
    const atOnce = Math.ceil(copies / STATEMENTS)
    for (let copy = 1; copy <= copies; copy += atOnce) {
      const numbers = `range(${copy}, ${Math.min(copy + atOnce, copies + 1)}) n(k)`
      await connection.run(`INSERT INTO ${table} SELECT ${columns} FROM ${numbers}, first`)
    }
    await connection.run('DROP TABLE first')
  }
  await connection.run('COMMIT; CHECKPOINT')
  connection.closeSync()
  instance.closeSync()
}
