// How long does a similarity search over 100,000 files take?
import { join } from 'node:path'
import { Random } from '../test/fuzz/random.ts'
import { farmFiles } from './farm.ts'
import { check, type Outcome, product, row, times, withFolder } from './frame.ts'

const ROWS = 100_000
const BATCH = 1000
const K = 10

export function run(): Promise<Outcome> {
  return withFolder(async (folder) => {
    const { openCatalog } = await product<typeof import('../src/catalog/open.ts')>('catalog/open')
    const catalog = await openCatalog(join(folder, 'catalog.duckdb'))
    const vectors = await fill(catalog)
    const random = new Random(3, 3)
    const query = () => vectors[random.below(ROWS)]!

    const one = query()
    const found = await catalog.findSimilar(one, { k: K, each: true })
    const best = vectors.map((vector) => dot(vector, one)).sort((a, b) => b - a)
    check(found.length === K, `${found.length} matches`)
    check(
      found.every(({ similarity }, i) => Math.abs(similarity - best[i]!) < 1e-5),
      'not the nearest vectors',
    )

    const all = await times(40, 5, () => catalog.findSimilar(query(), { k: K }))
    const some = await times(40, 5, () => catalog.findSimilar(query(), { k: K, where: 'width >= 64' }))
    await catalog.close()
    return {
      input: { rows: ROWS, dimensions: one.length, k: K },
      rows: [row('10 nearest of all', 'ms', all, 1, { atMost: 120 }), row('10 nearest where width >= 64', 'ms', some)],
      leavesOut: ['opening the catalog', 'a catalog that does not fit in memory'],
    }
  })
}

/** Files of the farm under many names, their vectors moved a little so that no two are equal. */
async function fill(catalog: import('../src/catalog/catalog.ts').Catalog): Promise<Float32Array[]> {
  const { inspectFileSync } = await product<typeof import('../src/inspect/inspect-file.ts')>('inspect/inspect-file')
  const { recordVectors } = await product<typeof import('../src/tables/index.ts')>('tables/index')
  const originals = farmFiles().map((file) => {
    const payload = inspectFileSync(file)
    return { payload, vectors: recordVectors(payload) }
  })
  const random = new Random(1, 2)
  const all: Float32Array[] = []
  for (let start = 0; start < ROWS; start += BATCH) {
    const records = Array.from({ length: BATCH }, (_, i) => {
      const { payload, vectors } = originals[(start + i) % originals.length]!
      const metadata = moved(vectors.metadata, random)
      all.push(metadata)
      const file = { ...payload.file, path: `/farm/${start + i}.exr` }
      return { payload: { ...payload, file }, vectors: { ...vectors, metadata }, inspectedAtUs: 0n, durationUs: 0 }
    })
    const results = await catalog.upsert(records, 'benchmark')
    check(
      results.every(({ status }) => status === 'inserted'),
      'a record was not inserted',
    )
  }
  return all
}

function moved(vector: Float32Array, random: Random): Float32Array {
  const result = vector.map((value) => value + (random.below(2000) - 1000) / 20_000)
  const length = Math.sqrt(dot(result, result))
  return result.map((value) => value / length)
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}
