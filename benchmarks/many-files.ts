import { DuckDBInstance } from '@duckdb/node-api'
import { farmDir, farmFamilies } from '../test/paths.ts'
import { product } from './frame.ts'

/** Shows that are added by one statement, so that files stand by show as an ingest leaves them. */
const SHOWS_AT_ONCE = 25

/**
 * A DuckDB catalog of at least `count` files at `path`: the generated farm, ingested, and then its rows again and again under
 * the names of other shows. Attributes, channels and parts come with each file; inspections and the ledger do not, so `verify`
 * has nothing to say about it. Resolves with the number of files.
 */
export async function manyFiles(path: string, count: number): Promise<number> {
  const { openCatalog } = await product<typeof import('../src/catalog/open.ts')>('catalog/open')
  const { ingest } = await product<typeof import('../src/ingest/ingest.ts')>('ingest/ingest')
  const catalog = await openCatalog(path)
  await ingest({ roots: [farmDir()], catalog, jobs: 1, toolVersion: 'benchmark', source: 'benchmark' })
  await catalog.close()

  const inFarm = farmFamilies().reduce((sum, { files }) => sum + files.length, 0)
  const shows = Math.ceil(count / inFarm)
  const instance = await DuckDBInstance.create(path)
  const connection = await instance.connect()
  const renamed = (column: string) => `replace(${column}, '/farm/', '/farm/show' || k || '/') AS ${column}`
  for (const table of ['files', 'parts', 'channels', 'attributes']) {
    const own = table === 'files' ? `, ${renamed('file_path_normalized')}, ${renamed('sequence_key')}` : ''
    const columns = `first.* REPLACE (md5(file_id || k) AS file_id, ${renamed('file_path')}${own})`
    await connection.run(`CREATE TEMP TABLE first AS FROM ${table}`)
    for (let show = 1; show < shows; show += SHOWS_AT_ONCE) {
      const numbers = `range(${show}, ${Math.min(show + SHOWS_AT_ONCE, shows)}) n(k)`
      await connection.run(`INSERT INTO ${table} SELECT ${columns} FROM ${numbers}, first`)
    }
    await connection.run('DROP TABLE first')
  }
  await connection.run('CHECKPOINT')
  connection.closeSync()
  instance.closeSync()
  return shows * inFarm
}
