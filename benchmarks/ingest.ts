// How many files a second does a catalog take in, the first time and when nothing has changed?
import { join } from 'node:path'
import { largeFarm } from './farm.ts'
import { check, cli, type Outcome, product, rateRow, timedProgram, withFolder } from './frame.ts'

const FILES = 50_000
const ROUNDS = 3

export function run(): Promise<Outcome> {
  return withFolder(async (folder) => {
    const renders = join(folder, 'renders')
    largeFarm(renders, FILES)
    const first: number[] = []
    const again: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      const catalog = join(folder, `catalog-${round}.duckdb`)
      first.push(FILES / seconds(renders, catalog))
      again.push(FILES / seconds(renders, catalog), FILES / seconds(renders, catalog))
      check((await rowsIn(catalog)) === FILES, 'the catalog does not hold every file once')
    }
    return {
      input: { files: FILES, rounds: ROUNDS },
      rows: [
        rateRow('first run', 'files/s', first, { atLeast: 4000 }),
        rateRow('rescan, nothing changed', 'files/s', again, { atLeast: 25_000 }),
      ],
      leavesOut: [
        'cold disks and network file systems: files are hard links to frames in the page cache',
        'nothing of the command: process start, walk, reading, vectors, DuckDB transactions and closing are all inside',
      ],
    }
  })
}

function seconds(renders: string, catalog: string): number {
  return timedProgram(process.execPath, [cli, 'ingest', renders, '--catalog', catalog]).ms / 1000
}

async function rowsIn(path: string): Promise<number> {
  const { openCatalog } = await product<typeof import('../src/catalog/open.ts')>('catalog/open')
  const catalog = await openCatalog(path, { readOnly: true })
  const { rows } = await catalog.info()
  await catalog.close()
  return rows['files'] ?? 0
}
