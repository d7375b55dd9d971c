// How many files a second does a catalog take in, the first time and when nothing has changed?
import { join } from 'node:path'
import { differingFarm, largeFarm } from './farm.ts'
import { check, cli, type Outcome, product, rateRow, timedProgram, withFolder } from './frame.ts'

const LINKED = 50_000
/** Each has bytes of its own on the disk. */
const DIFFERING = 20_000
const ROUNDS = 3

export async function run(): Promise<Outcome> {
  const linked = await rates(LINKED, largeFarm)
  const differing = await rates(DIFFERING, differingFarm)
  return {
    input: { linked: LINKED, differing: DIFFERING, rounds: ROUNDS },
    rows: [
      rateRow('first run, frames that differ', 'files/s', differing.first, { atLeast: 5000 }),
      rateRow('rescan of them, nothing changed', 'files/s', differing.again, { atLeast: 40_000 }),
      rateRow('first run, linked frames', 'files/s', linked.first, { atLeast: 5000 }),
      rateRow('rescan of them, nothing changed', 'files/s', linked.again, { atLeast: 40_000 }),
    ],
    leavesOut: [
      'cold disks and network file systems: all files are in the page cache',
      'linked frames share their headers, 1,080 of them: what is remembered of headers serves them better than a farm',
      'nothing of the command: process start, walk, reading, vectors, DuckDB transactions and closing are all inside',
    ],
  }
}

/** Files a second of a first run and of runs after it, into a new catalog each round. */
function rates(files: number, fill: (folder: string, count: number) => void) {
  return withFolder(async (folder) => {
    const renders = join(folder, 'renders')
    fill(renders, files)
    const first: number[] = []
    const again: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      const catalog = join(folder, `catalog-${round}.duckdb`)
      first.push(files / seconds(renders, catalog))
      again.push(files / seconds(renders, catalog), files / seconds(renders, catalog))
      check((await rowsIn(catalog)) === files, 'the catalog does not hold every file once')
    }
    return { first, again }
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
