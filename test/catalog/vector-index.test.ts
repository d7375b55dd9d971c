import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chownSync,
  closeSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Catalog, CatalogRecord, SimilarMatch } from '../../src/catalog/catalog.ts'
import { compactFile } from '../../src/catalog/duckdb/compact.ts'
import { openCatalog } from '../../src/catalog/open.ts'
import { type VectorFile, vectorFileAt } from '../../src/oiio/vector-file.ts'
import { EMBEDDING_VERSION, METADATA_DIMENSION, recordVectors } from '../../src/tables/index.ts'
import { Random } from '../fuzz/random.ts'
import { projectRoot } from '../helpers.ts'
import { sequence } from './records.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vector-index-'))
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

const random = new Random(12, 7)

/** Unit vectors around a few centres, so that many are nearly alike. */
function vectors(count: number): Float32Array {
  const centres = Array.from({ length: 8 }, () => Array.from({ length: METADATA_DIMENSION }, number))
  const all = new Float32Array(count * METADATA_DIMENSION)
  for (let row = 0; row < count; row++) {
    const one = centres[row % 8]!.map((value) => value + number() / 4)
    const length = Math.hypot(...one)
    all.set(
      one.map((value) => value / length),
      row * METADATA_DIMENSION,
    )
  }
  return all
}

function number(): number {
  return (random.below(2001) - 1000) / 1000
}

function rowOf(all: Float32Array, row: number): Float32Array {
  return all.slice(row * METADATA_DIMENSION, (row + 1) * METADATA_DIMENSION)
}

function cosine(a: Float32Array, b: Float32Array): number {
  let [dot, aa, bb] = [0, 0, 0]
  for (let i = 0; i < a.length; i++) {
    dot += a[i]! * b[i]!
    aa += a[i]! ** 2
    bb += b[i]! ** 2
  }
  return dot / Math.sqrt(aa * bb)
}

async function add(file: VectorFile, group: number, all: Float32Array): Promise<void> {
  const count = all.length / METADATA_DIMENSION
  const places = Uint32Array.from({ length: count }, (_, place) => place)
  await file.add(group, BigInt(group + 1), count, places, all)
}

describe('a file of vectors', () => {
  const count = 3000
  const all = vectors(count)
  // Of every length, and the largest codes of either sign.
  rowOf(all, 5).forEach((_, i) => {
    all[5 * METADATA_DIMENSION + i] = i % 2 === 0 ? 1e20 : -1e20
    all[6 * METADATA_DIMENSION + i] = 1e-30
  })
  let file: VectorFile
  beforeAll(async () => {
    file = vectorFileAt(join(folder, 'plain.vectors'))!
    expect(await file.beginAdding(0o600, false)).toBe(true)
    await add(file, 0, all)
    file.endAdding()
  })
  afterAll(() => file.close())

  it('finds the nearest exactly, and says how much alike all others can be, the same bits on every path', async () => {
    const wanted = new Uint8Array(count).fill(1)
    for (const row of [5, 6, 17, 1200]) {
      const query = rowOf(all, row)
      const exact = Array.from({ length: count }, (_, other) => cosine(query, rowOf(all, other)))
      const order = exact
        .map((similarity, other) => ({ similarity, other }))
        .sort((a, b) => b.similarity - a.similarity)
      for (const [most, enough] of [
        [1, 1],
        [50, 10],
        [700, 10],
        [5000, 5000],
      ] as const) {
        const best = await file.find(query, wanted, most, enough, false)
        expect(await file.find(query, wanted, most, enough, true)).toEqual(best)
        const sure = best.similarities.filter((similarity) => similarity > best.bound)
        sure.forEach((similarity, place) => {
          expect(similarity).toBeCloseTo(order[place]!.similarity, 12)
        })
        const found = new Set(best.vectors)
        const rest = order.find(({ other }) => !found.has(other))
        expect(best.bound).toBeGreaterThanOrEqual(rest?.similarity ?? -2)
        // Eight bits tell these apart well enough for ten of 700.
        if (most >= 700) expect(sure.length).toBeGreaterThanOrEqual(Math.min(enough, count))
      }
    }
  })

  it('compares only what is wanted', async () => {
    const wanted = new Uint8Array(count)
    wanted[2999] = 1
    wanted[3] = 1
    const { vectors, bound } = await file.find(rowOf(all, 17), wanted, 10, 10, false)
    expect([...vectors].sort()).toEqual([2999, 3])
    expect(bound).toBeLessThan(-1)
  })

  it('orders by cosines whatever the file says of their bounds', async () => {
    const path = join(folder, 'bounds.vectors')
    copyFileSync(join(folder, 'plain.vectors'), path)
    const other = vectorFileAt(path)!
    await other.load()
    // Behind the first line, the head of the block and the codes: no numbers at all.
    const written = openSync(path, 'r+')
    writeSync(written, Buffer.alloc(count * 8, 0xff), 0, count * 8, 24 + 32 + count * METADATA_DIMENSION)
    closeSync(written)
    const wanted = new Uint8Array(count).fill(1)
    expect((await other.find(rowOf(all, 17), wanted, 10, 1, false)).bound).toBe(Number.POSITIVE_INFINITY)
    expect((await other.find(rowOf(all, 17), wanted, count, 1, false)).vectors[0]).toBe(17)
    other.close()
  })

  it('goes when the disk is full', async () => {
    const path = join(folder, 'full.vectors')
    const script = `
      const { VectorFile } = require(${JSON.stringify(join(projectRoot, 'build/Release/exr_inspector_vectors.node'))})
      const file = new VectorFile(${JSON.stringify(path)})
      const places = Uint32Array.from({ length: 50 }, (_, place) => place)
      const run = async () => {
        await file.beginAdding(0o600, false)
        await file.add(0, 1n, 50, places, new Float32Array(50 * 384).fill(1))
        await file.add(1, 1n, 50, places, Float32Array.from({ length: 50 * 384 }, (_, i) => i))
      }
      run().then(() => process.exit(3), (error) => console.log(error.message))`
    const child = spawn('bash', ['-c', 'ulimit -f 40; exec "$0" -e "$1"', process.execPath, script])
    const [said] = (await once(child.stdout, 'data')) as [Buffer]
    expect(String(said)).toMatch(/write/)
    expect(existsSync(path)).toBe(false)
  })

  it('keeps one of equal vectors, is added to by one at a time, and starts anew beside those who read it', async () => {
    const other = vectorFileAt(join(folder, 'plain.vectors'))!
    expect(await file.beginAdding(0o600, false)).toBe(true)
    expect(await other.beginAdding(0o600, false)).toBe(false)
    await add(file, 3, all.slice(0, 100 * METADATA_DIMENSION))
    file.endAdding()
    const content = await other.load()
    expect(content).toMatchObject({ vectorCount: count, rowCount: count + 100 })
    expect([...content.groups]).toEqual([0, 3])
    expect([...content.fingerprints]).toEqual([1n, 4n])
    const places = new Uint32Array(5)
    await other.rows(places, 2)
    expect([...places]).toEqual([0, 1, 2, 3, 4])

    expect(await other.beginAdding(0o600, true)).toBe(true)
    other.endAdding()
    const wanted = new Uint8Array(count).fill(1)
    expect((await file.find(rowOf(all, 17), wanted, 10, 1, false)).vectors[0]).toBe(17)
    expect((await file.load()).groups).toHaveLength(0)
    other.close()
  })

  it('is whole up to the last group when the process is killed at any moment', async () => {
    const path = join(folder, 'killed.vectors')
    const script = `
      const { VectorFile } = require(${JSON.stringify(join(projectRoot, 'build/Release/exr_inspector_vectors.node'))})
      const file = new VectorFile(${JSON.stringify(path)})
      const places = Uint32Array.from({ length: 500 }, (_, place) => place)
      const run = async () => {
        if (!(await file.beginAdding(0o600, false))) process.exit(3)
        for (let group = (await file.load()).groups.length; ; group++) {
          const vectors = Float32Array.from({ length: 500 * 384 }, (_, i) => Math.sin(group * 1e6 + i))
          await file.add(group, BigInt(group), 500, places, vectors)
          process.stdout.write('.')
        }
      }
      run()`
    const reader = vectorFileAt(path)!
    let [groups, acknowledged] = [0, 0]
    for (const wait of [0, 7, 23]) {
      const child: ChildProcess = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
      child.stdout!.on('data', (text: Buffer) => {
        acknowledged += text.length
      })
      await once(child.stdout!, 'data')
      await sleep(wait)
      child.kill('SIGKILL')
      await once(child, 'close')
      const content = await reader.load()
      // A tail that is not whole makes the next one start anew.
      groups = content.groups.length
      expect(groups).toBeGreaterThan(0)
      const wanted = new Uint8Array(content.vectorCount).fill(1)
      const query = Float32Array.from({ length: METADATA_DIMENSION }, (_, i) => Math.sin(i))
      expect((await reader.find(query, wanted, wanted.length, 1, false)).similarities[0]).toBeCloseTo(1, 6)
    }
    expect(acknowledged).toBeGreaterThanOrEqual(groups - 1)
    reader.close()
  })
})

describe('similarity through the file of vectors', () => {
  const query = rowOf(vectors(1), 0)
  let path = ''
  let sidecar = ''
  let catalog: Catalog

  const withVectors = (record: CatalogRecord, metadata: Float32Array, version = EMBEDDING_VERSION): CatalogRecord => ({
    ...record,
    vectors: { ...recordVectors(record.payload), metadata, version },
  })
  const records = (name: string, count: number) => {
    const some = vectors(count)
    // Every third frame has the vector of the one before.
    return sequence(`/mnt/${name}`, count).map((one, row) =>
      withVectors(one, rowOf(some, row - (row % 3 === 2 ? 1 : 0))),
    )
  }
  const searches = async () => [
    await catalog.findSimilar(query, { k: 10, each: true }),
    await catalog.findSimilar(query, { k: 3 }),
    await catalog.findSimilar('/mnt/a/beauty.1003.exr', { k: 7, each: true, where: 'frame_number % 2 = 1' }),
    await catalog.findSimilar('/mnt/a/beauty.1003.exr', { k: 1000 }),
  ]
  /** What DuckDB answers: a folder cannot be a file of vectors. */
  const exact = async () => {
    await catalog.close()
    const kept = statSync(sidecar, { throwIfNoEntry: false })?.isFile() ? readFileSync(sidecar) : null
    rmSync(sidecar, { force: true, recursive: true })
    mkdirSync(sidecar)
    catalog = await openCatalog(path)
    const answers = await searches()
    await catalog.close()
    expect(statSync(sidecar).isDirectory()).toBe(true)
    rmSync(sidecar, { recursive: true })
    if (kept) writeFileSync(sidecar, kept)
    catalog = await openCatalog(path)
    return answers
  }
  const facts = (answers: readonly (readonly SimilarMatch[])[]) =>
    answers.map((matches) =>
      matches.map((match) => ({ ...match, similarity: Math.fround(match.similarity).toFixed(5) })),
    )
  const stored = async () => {
    const file = vectorFileAt(sidecar)!
    const { vectorCount, rowCount, groups } = await file.load()
    file.close()
    return { vectorCount, rowCount, groups: groups.length }
  }

  beforeAll(async () => {
    path = join(folder, 'catalog.duckdb')
    sidecar = `${path}.vectors`
    catalog = await openCatalog(path)
    await catalog.ensureSchema()
    await catalog.upsert([...records('a', 60), ...records('b', 60), ...records('c', 60)], 'run')
  })
  afterAll(() => catalog.close())

  it('answers as DuckDB does, while files come, go, change and get other vectors', async () => {
    expect(facts(await searches())).toEqual(facts(await exact()))
    expect(await stored()).toEqual({ vectorCount: 120, rowCount: 180, groups: 1 })

    const before = facts(await searches())
    await catalog.upsert([withVectors(sequence('/mnt/d', 1)[0]!, query)], 'run')
    const first = async () =>
      (await catalog.findSimilar(query, { k: 1 })).map(({ path: at, fileCount }) => [at, fileCount])
    expect(await first()).toEqual([['/mnt/d/beauty.1001.exr', 1]])
    await catalog.markRemoved(['/mnt/d/beauty.1001.exr'], BigInt(Date.now()) * 1000n)
    expect(facts(await searches())).toEqual(before)

    // The same files, with a vector that was another file's.
    const fileId = String(
      (await catalog.sql("SELECT file_id FROM files WHERE file_path = '/mnt/b/beauty.1009.exr'")).rows[0]![0],
    )
    const isNearest = { fileId, vectors: { metadata: query, fingerprints: [], version: EMBEDDING_VERSION } }
    await catalog.writeVectors([isNearest])
    expect(await first()).toEqual([['/mnt/b/beauty.1009.exr', 60]])
    await catalog.upsert([withVectors(sequence('/mnt/a', 1, { header: 'another' })[0]!, query)], 'run')
    expect(await first()).toEqual([['/mnt/a/beauty.1001.exr', 60]])
    const after = facts(await searches())
    expect(after).toEqual(facts(await exact()))
    expect((await catalog.verify()).ok).toBe(true)
  })

  it('makes the file anew when it is not whole, garbage, or of another catalog', async () => {
    const answers = facts(await searches())
    const whole = readFileSync(sidecar)
    const flipped = (at: number) => {
      const bytes = Buffer.from(whole)
      bytes[at]! ^= 0x10
      return bytes
    }
    const damaged = [
      whole.subarray(0, 0),
      whole.subarray(0, 10),
      whole.subarray(0, 40),
      whole.subarray(0, whole.length - 1),
      Buffer.concat([whole, Buffer.alloc(100)]),
      Buffer.alloc(5000, 0xff),
      flipped(3),
      flipped(28),
      flipped(100),
      // Of a number, which no checksum covers.
      flipped(whole.length - 5),
    ]
    // Whoever searches: root does so for others.
    if (process.geteuid?.() === 0) chownSync(path, 65_534, 65_534)
    for (const bytes of damaged) {
      await catalog.close()
      writeFileSync(sidecar, bytes)
      catalog = await openCatalog(path, { readOnly: true })
      expect(facts(await searches())).toEqual(answers)
      expect((await stored()).groups).toBe(1)
      const [{ mode, uid }, its] = [statSync(path), statSync(sidecar)]
      expect([its.mode & 0o777, its.uid]).toEqual([mode & 0o777, uid])
    }
    await catalog.close()
    await compactFile(path, undefined)
    expect(statSync(sidecar, { throwIfNoEntry: false })).toBeUndefined()
    catalog = await openCatalog(path)
    expect(facts(await searches())).toEqual(answers)
  })

  it('asks DuckDB where something else lies in the place of the file, and leaves that', async () => {
    const answers = facts(await searches())
    const target = join(folder, 'target')
    const others: Record<string, () => void> = {
      pipe: () => execFileSync('mkfifo', [sidecar]),
      link: () => symlinkSync(target, sidecar),
    }
    for (const [what, make] of Object.entries(others)) {
      await catalog.close()
      rmSync(sidecar)
      make()
      catalog = await openCatalog(path)
      expect(facts(await searches()), what).toEqual(answers)
      expect(lstatSync(sidecar).isFile()).toBe(false)
      expect(existsSync(target)).toBe(false)
    }
    await catalog.close()
    rmSync(sidecar)
    catalog = await openCatalog(path)
    await searches()
    // Damaged while it is open, and nothing that can be removed.
    truncateSync(sidecar, 100)
    renameSync(sidecar, target)
    mkdirSync(sidecar)
    expect(facts(await searches())).toEqual(answers)
    rmSync(sidecar, { recursive: true })
  })

  it('asks DuckDB where the vector of a file has no direction, or the one that is given', async () => {
    const zero = new Float32Array(METADATA_DIMENSION)
    const [first] = await catalog.findSimilar(zero, { k: 1, each: true })
    expect(first).toBeDefined()
    await catalog.upsert([withVectors(sequence('/mnt/zero', 1)[0]!, zero)], 'run')
    expect(facts(await searches())).toEqual(facts(await exact()))
  })
})
