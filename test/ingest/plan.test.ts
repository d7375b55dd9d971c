import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { KnownFile } from '../../src/catalog/catalog.ts'
import { DEFAULT_LIMITS, type HeaderLimits } from '../../src/header/index.ts'
import type { FoundFiles } from '../../src/ingest/found.ts'
import { planFiles } from '../../src/ingest/plan.ts'
import { inShard, toShard } from '../../src/ingest/shard.ts'

function found(directory: string, files: Record<string, readonly [size: number, mtimeUs: bigint]>): FoundFiles {
  const entries = Object.values(files)
  return {
    directory,
    names: Object.keys(files),
    sizes: Float64Array.from(entries, ([size]) => size),
    mtimesUs: BigInt64Array.from(entries, ([, mtimeUs]) => mtimeUs),
    etags: null,
  }
}

const known = (files: Record<string, Partial<KnownFile>>) =>
  new Map(
    Object.entries(files).map(([path, file]) => [
      path,
      { sizeBytes: 10n, mtimeUs: 5n, etag: null, checkDepth: 'leaders' as const, limitReached: null, ...file },
    ]),
  )
const options = {
  known: new Map<string, KnownFile>(),
  force: false,
  check: 'leaders' as const,
  limits: DEFAULT_LIMITS,
  shard: null,
  foldCase: false,
}

describe('planFiles', () => {
  const files = found('/r', { 'a.exr': [10, 5n], 'b.exr': [11, 5n], 'c.exr': [10, 6n], 'd.exr': [10, 5n] })

  it('skips only what has the size and the time of the last sighting', () => {
    const seen = known({ '/r/a.exr': {}, '/r/b.exr': {}, '/r/c.exr': {} })
    const plan = planFiles(files, { ...options, known: seen })
    expect(plan).toMatchObject({ unchanged: 1, elsewhere: 0 })
    expect(plan.changed).toEqual(found('/r', { 'b.exr': [11, 5n], 'c.exr': [10, 6n], 'd.exr': [10, 5n] }))
  })

  it('opens a file whose last time is not known', () => {
    expect(planFiles(files, { ...options, known: known({ '/r/a.exr': { mtimeUs: null } }) }).unchanged).toBe(0)
  })

  it('opens again what a lower limit kept unread in part', () => {
    const opened = (limitReached: string, limits: Partial<HeaderLimits> = {}) => {
      const seen = known({ '/r/a.exr': { limitReached, checkDepth: 'none' } })
      return planFiles(files, { ...options, known: seen, limits: { ...DEFAULT_LIMITS, ...limits } }).unchanged === 0
    }
    expect(opened('header-bytes=65536')).toBe(true)
    expect(opened('header-bytes=65536', { headerBytes: 65_536 })).toBe(false)
    expect(opened('header-bytes=65536', { headerBytes: 4096, tableBytes: 2 ** 30 })).toBe(false)
    expect(opened('channels=65536,table-bytes=1024', { tableBytes: 1024 })).toBe(false)
    expect(opened('channels=65536,table-bytes=1024', { tableBytes: 1025 })).toBe(true)
  })

  it('opens again what was looked at less far, unless no look says more', () => {
    const opened = (
      checkDepth: KnownFile['checkDepth'],
      check: 'table' | 'leaders' | 'all',
      etag: string | null = null,
    ) => {
      const at = { ...files, etags: etag === null ? null : files.names.map(() => etag) }
      const seen = known({ '/r/a.exr': { checkDepth, etag } })
      return planFiles(at, { ...options, known: seen, check }).unchanged === 0
    }
    expect(opened('leaders', 'all')).toBe(true)
    expect(opened('table', 'leaders')).toBe(true)
    expect([opened('leaders', 'table'), opened('all', 'all'), opened('pixels', 'all')]).toEqual([false, false, false])
    expect([opened('none', 'all'), opened(null, 'all')]).toEqual([false, false])
    expect([opened('leaders', 'all', 'e'), opened('all', 'all', 'e')]).toEqual([true, false])
  })

  it('opens everything when forced', () => {
    const plan = planFiles(files, { ...options, known: known({ '/r/a.exr': {} }), force: true })
    expect(plan).toEqual({ changed: files, unchanged: 0, elsewhere: 0 })
  })

  it('knows a file again under another spelling of its path, and under another case only when folding', () => {
    const spelled = found('/r//x/..', { 'e\u0301.exr': [10, 5n] })
    expect(planFiles(spelled, { ...options, known: known({ '/r/\u00e9.exr': {} }) }).unchanged).toBe(1)
    const upper = found('/R', { 'A.EXR': [10, 5n] })
    expect(planFiles(upper, { ...options, known: known({ '/r/a.exr': {} }) }).unchanged).toBe(0)
    expect(planFiles(upper, { ...options, known: known({ '/r/a.exr': {} }), foldCase: true }).unchanged).toBe(1)
  })

  it('tells times apart to the microsecond and sizes beyond 32 bits', () => {
    const large = found('/r', { 'a.exr': [2 ** 40 + 1, 1_700_000_000_000_001n] })
    const at = (sizeBytes: bigint, mtimeUs: bigint) =>
      planFiles(large, { ...options, known: known({ '/r/a.exr': { sizeBytes, mtimeUs } }) }).unchanged
    expect(at(2n ** 40n + 1n, 1_700_000_000_000_001n)).toBe(1)
    expect(at(2n ** 40n, 1_700_000_000_000_001n)).toBe(0)
    expect(at(2n ** 40n + 1n, 1_700_000_000_000_002n)).toBe(0)
  })

  it('leaves to other shards what is theirs, before it asks whether it changed', () => {
    const shares = [1, 2, 3].map((index) => planFiles(files, { ...options, shard: { index, count: 3 } }))
    const names = shares.flatMap((plan) => plan.changed.names)
    expect(names.toSorted()).toEqual(['a.exr', 'b.exr', 'c.exr', 'd.exr'])
    for (const plan of shares) expect(plan.elsewhere).toBe(4 - plan.changed.names.length)
  })
})

describe('shards', () => {
  it('are the first 32 bits of SHA-256 modulo their number', () => {
    for (const path of ['/a.exr', '/show/shot/beauty.1001.exr', '/é.exr']) {
      const leading = createHash('sha256').update(path).digest().readUInt32BE(0)
      for (let index = 1; index <= 7; index++) {
        expect(inShard(path, { index, count: 7 })).toBe(leading % 7 === index - 1)
      }
    }
  })

  it('share one long sequence about evenly', () => {
    const sizes = [1, 2, 3, 4].map((index) => {
      const frames = Array.from({ length: 4000 }, (_, frame) => `/show/shot/beauty.${1001 + frame}.exr`)
      return frames.filter((path) => inShard(path, { index, count: 4 })).length
    })
    expect(sizes.reduce((sum, size) => sum + size)).toBe(4000)
    for (const size of sizes) expect(Math.abs(size - 1000)).toBeLessThan(120)
  })

  it('keep sequences whole where asked to', () => {
    const shardOf = (path: string) => [1, 2, 3].find((index) => inShard(path, { index, count: 3, by: 'sequence' }))
    const shots = Array.from({ length: 30 }, (_, shot) => [
      `/s${shot}/a.7.exr`,
      `/s${shot}/a.0999.exr`,
      `/s${shot}/a.1000.exr`,
    ])
    for (const frames of shots) expect(new Set(frames.map(shardOf)).size).toBe(1)
    expect(new Set(shots.map(([first]) => shardOf(first!))).size).toBe(3)
  })

  it.each(['0/2', '3/2', '1', '1/', 'a/b', '1/2/3', '-1/2', '1.5/2'])('refuse %s', (text) => {
    expect(() => toShard(text)).toThrow(expect.objectContaining({ code: 'ERR_OPTION_INVALID' }))
  })

  it('are counted from 1', () => {
    expect(toShard(' 2/8 ')).toEqual({ index: 2, count: 8, by: 'file' })
  })
})
