import { DuckDBInstance } from '@duckdb/node-api'

/** Statements that add the copies: several, so that files stand by copy about as an ingest leaves them. */
const STATEMENTS = 30

/**
 * Adds `copies` copies of every file of a DuckDB catalog under other names: `/folder/` of its paths becomes `/folder/copy7/`.
 * Parts, channels and attributes come with each; the ledger does not, so `verify` has nothing good to say, and vectors, sightings, statistics,
 * hashes and results do only with `everything`: every copy but each tenth has hashes of its own.
 */
export async function copyFiles(
  path: string,
  folder: string,
  copies: number,
  { everything = false }: { readonly everything?: boolean } = {},
): Promise<void> {
  const instance = await DuckDBInstance.create(path)
  const connection = await instance.connect()
  const renamed = (column: string) => `replace(${column}, '/${folder}/', '/${folder}/copy' || k || '/') AS ${column}`
  // Else every statement's rows go through the journal into the file.
  await connection.run("SET checkpoint_threshold = '64GB'; BEGIN TRANSACTION")
  const more = ['inspection_rows', 'channel_stats', 'deep_stats', 'content_hashes', 'validation_results']
  const highest = await connection.runAndReadAll('SELECT max(file_no) FROM file_rows')
  const number = `(file_no + k * ${highest.getRows()[0]![0]})::INTEGER AS file_no`
  const numbered = ['part_rows', 'channel_rows', 'channel_set_rows', 'attribute_rows', 'attribute_set_rows']
  for (const table of ['file_rows', ...numbered, ...(everything ? more : [])]) {
    const names = `${renamed('file_path_normalized')}, ${renamed('sequence_key')}`
    const hashed =
      ', CASE WHEN k % 10 = 0 THEN pixel_hash ELSE left(md5(pixel_hash || k), length(pixel_hash)) END AS pixel_hash'
    const vector = everything ? '' : ', NULL AS vector_id'
    const own = table === 'file_rows' ? `, ${number}, ${names}${vector}` : table === 'content_hashes' ? hashed : ''
    const columns = `first.* REPLACE (${numbered.includes(table) || table === 'inspection_rows' ? number : `md5(file_id || k) AS file_id, ${renamed('file_path')}${own}`})`
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
