import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  ChunkCensus,
  type ChunkReport,
  type ChunkTablePlan,
  decodeHeader,
  type ExrHeader,
  judgeChunkTables,
  makeAttribute,
  makeHeader,
  planChunkTables,
} from '../../../src/header/index.ts'
import { corpusDir, corpusFiles, fixturePath, fixtures } from '../../helpers.ts'
import {
  box,
  channel,
  concat,
  enumNumber,
  int,
  judgeFile,
  listedPart,
  offsetTable,
  part,
  singlePart,
  tiles,
  words,
} from '../headers.ts'

const corpus = corpusDir()
if (corpus === null)
  console.warn('Skipped: chunk tables of the corpus, there is no corpus beside the project (EXR_CORPUS)')

describe('the number of chunks', () => {
  const scanLines = (compression: number, height: number) =>
    planChunkTables(
      singlePart({
        dataWindow: box(9, height - 1 - 7, 0, -7),
        extra: [],
        compression: enumNumber('compression', compression),
      }),
      1e9,
    ).parts[0]!.chunkCount

  it.each([
    ['none', 0, 1],
    ['rle', 1, 1],
    ['zips', 2, 1],
    ['zip', 3, 16],
    ['piz', 4, 32],
    ['pxr24', 5, 16],
    ['b44', 6, 32],
    ['b44a', 7, 32],
    ['dwaa', 8, 32],
    ['dwab', 9, 256],
    ['htj2k256', 10, 256],
    ['htj2k32', 11, 32],
  ])('is right for %s', (_, compression, lines) => {
    expect(scanLines(compression, 256)).toBe(256 / lines)
    expect(scanLines(compression, 257)).toBe(Math.floor(256 / lines) + 1)
    expect(scanLines(compression, 1)).toBe(1)
  })

  // Level sizes worked out by hand: halve, round, at least 1; tiles are the size over the tile size, rounded up.
  it.each([
    ['one_level', 'round_down', 4 * 2],
    // 50x20, 25x10, 12x5, 6x2, 3x1, 1x1
    ['mipmap_levels', 'round_down', 4 * 2 + 2 * 1 + 1 + 1 + 1 + 1],
    // 50x20, 25x10, 13x5, 7x3, 4x2, 2x1, 1x1
    ['mipmap_levels', 'round_up', 4 * 2 + 2 * 1 + 1 + 1 + 1 + 1 + 1],
    // widths 50 25 12 6 3 1 give 4 2 1 1 1 1 tiles, heights 20 10 5 2 1 give 2 1 1 1 1
    ['ripmap_levels', 'round_down', 10 * 6],
    // widths 50 25 13 7 4 2 1, heights 20 10 5 3 2 1
    ['ripmap_levels', 'round_up', 11 * 7],
  ] as const)('is right for %s, %s', (levelMode, roundingMode, expected) => {
    const header = singlePart(
      { dataWindow: box(54, 22, 5, 3), extra: [tiles(16, 16, levelMode, roundingMode)] },
      { tiled: true },
    )
    const plan = planChunkTables(header, 1e9)
    expect(plan.parts[0]!.chunkCount).toBe(expected)
    expect(plan).toMatchObject({ tablesOffset: header.byteLength, tablesByteLength: expected * 8, defects: [] })
  })

  it('puts the tables of parts one after the other', () => {
    const header = makeHeader([
      listedPart('a', 'scanlineimage', 2),
      listedPart('b', 'tiledimage', 8, { extra: [tiles(16, 16)] }),
      listedPart('c', 'scanlineimage', 32, { compression: 'none' }),
    ])
    const { parts, readRange } = planChunkTables(header, 1e9)
    const start = header.byteLength
    expect(parts.map(({ tableOffset, chunkCount }) => [tableOffset, chunkCount])).toEqual([
      [start, 2],
      [start + 16, 8],
      [start + 80, 32],
    ])
    expect(readRange).toEqual({ start, endExclusive: start + 42 * 8 })
  })

  it('takes the claim only where the header tells no better', () => {
    const claim = (count: number, compression: string) =>
      singlePart({ compression, extra: [makeAttribute('chunkCount', 'int', int(count))] })
    expect(planChunkTables(claim(7, 'unknown(99)'), 1e9).parts[0]!.chunkCount).toBe(7)
    expect(planChunkTables(claim(7, 'zip'), 1e9).parts[0]).toMatchObject({ chunkCount: 2, claimedChunkCount: 7 })
    expect(planChunkTables(claim(-1, 'unknown(99)'), 1e9).parts[0]!.chunkCount).toBeNull()
    const unknown = judgeChunkTables(planChunkTables(claim(-1, 'unknown(99)'), 1e9), new Uint8Array(0), 1e9)
    expect(unknown).toMatchObject({ isComplete: false, missingChunks: null, lastChunk: null })
  })

  it('does not tell where later tables lie when a part before is unknown', () => {
    const bare = part({ compression: 'unknown(99)', extra: [makeAttribute('name', 'string', new Uint8Array([97]))] })
    const { parts, readRange } = planChunkTables(makeHeader([bare, listedPart('b', 'scanlineimage', 2)]), 1e9)
    expect(parts[1]).toMatchObject({ chunkCount: 2, tableOffset: null })
    expect(readRange).toBeNull()
  })
})

describe('claims', () => {
  it('of two thousand million rows cost no memory: the file is asked first', () => {
    const header = singlePart({ dataWindow: box(2 ** 30 - 2, 2 ** 30 - 2, 0, -(2 ** 30) + 2), compression: 'none' })
    const size = header.byteLength + 80
    const plan = planChunkTables(header, size)
    expect(plan.parts[0]!.chunkCount).toBe(2 ** 31 - 3)
    expect(plan.readRange).toEqual({ start: header.byteLength, endExclusive: size })
    const report = judgeChunkTables(plan, new Uint8Array(80), size)
    expect(report).toMatchObject({ isComplete: false, missingChunks: 2 ** 31 - 3 })
    expect(report.parts[0]!.missingRows).toEqual([[-(2 ** 30) + 2, 2 ** 30 - 2]])
  })

  it('of ripmaps over huge windows are counted, not listed', () => {
    const window = box(2 ** 30 - 2, 2 ** 30 - 2, -(2 ** 30) + 2, -(2 ** 30) + 2)
    const header = singlePart({ dataWindow: window, extra: [tiles(1, 1, 'ripmap_levels')] }, { tiled: true })
    const plan = planChunkTables(header, 1e6)
    expect(plan.parts[0]!.levels).toHaveLength(31 * 31)
    const report = judgeChunkTables(plan, new Uint8Array(0), 1e6)
    expect(report.parts[0]!.missingTiles).toHaveLength(1000)
    expect(report.parts[0]!.isTruncated).toBe(true)
  })

  it('of tables longer than the bound are not read', () => {
    const header = singlePart({ dataWindow: box(0, 99), compression: 'none' })
    expect(planChunkTables(header, 1e6, 800).readRange).not.toBeNull()
    const plan = planChunkTables(header, 1e6, 799)
    expect(plan).toMatchObject({ readRange: null, defects: [{ code: 'limit-exceeded' }] })
    expect(judgeChunkTables(plan, new Uint8Array(0), 1e6)).toMatchObject({ isComplete: false, missingChunks: null })
  })
})

/** What is known once the file was looked through for chunks that the table does not place, and holds none. */
function judgeWalked(plan: ChunkTablePlan, table: Uint8Array, fileSize: number, maxListed?: number): ChunkReport {
  const census = new ChunkCensus(plan, table, fileSize)
  while (census.walk(new Uint8Array(64)));
  return census.report(maxListed)
}

describe('judging tables', () => {
  /** 50 rows from -10 in chunks of 16: -10..5, 6..21, 22..37, 38..39. */
  const header = singlePart({ dataWindow: box(9, 39, 0, -10) })
  const judge = (offsets: (number | bigint)[], fileSize = 5000, maxListed?: number) =>
    judgeWalked(planChunkTables(header, fileSize), offsetTable(offsets), fileSize, maxListed)

  it('finds a file complete whose chunks are all inside', () => {
    expect(judge([1000, 2000, 3000, 4000])).toMatchObject({
      isComplete: true,
      missingChunks: 0,
      defects: [],
      lastChunk: { partIndex: 0, chunkIndex: 3, start: 4000, endExclusive: 4008 },
      parts: [{ order: 'increasing', missingRows: [], isTruncated: false }],
    })
  })

  it('notes the order in which chunks were written', () => {
    expect(judge([4000, 3000, 2000, 1000])).toMatchObject({ isComplete: true, parts: [{ order: 'decreasing' }] })
    expect(judge([4000, 1000, 3000, 2000])).toMatchObject({ isComplete: true, parts: [{ order: 'random' }] })
    expect(judge([1000, 0, 0, 0]).parts[0]!.order).toBeNull()
  })

  it('does not say that a chunk is missing which the table does not place', () => {
    const alone = (offsets: number[]) =>
      judgeChunkTables(planChunkTables(header, 5000), offsetTable(offsets), 5000).parts[0]
    expect(alone([0, 0, 0, 0])).toMatchObject({ missingChunks: null, missingRows: [] })
    expect(alone([1000, 0, 3000, 4000])).toMatchObject({ missingChunks: null, missingRows: [] })
    expect(alone([1000, 12, 3000, 4000])).toMatchObject({ missingChunks: null })
    expect(alone([1000, 1000, 3000, 4000])).toMatchObject({ missingChunks: null })
    // Garbage, since those behind it lie inside; a file that was cut off.
    expect(alone([1000, 99_000, 3000, 4000])).toMatchObject({ missingChunks: null })
    expect(alone([1000, 2000, 9000, 12_000])).toMatchObject({ missingChunks: 2, missingRows: [[22, 39]] })
    expect(alone([12_000, 9000, 2000, 1000])).toMatchObject({ missingChunks: 2, missingRows: [[-10, 21]] })
    // Of two that are gone and one without a place at least two are missing.
    expect(alone([0, 2000, 9000, 12_000])).toMatchObject({ missingChunks: 2 })
  })

  it('names the rows of missing chunks, joined where they touch', () => {
    expect(judge([0, 2000, 0, 0]).parts[0]).toMatchObject({
      missingChunks: 3,
      missingRows: [
        [-10, 5],
        [22, 39],
      ],
    })
    expect(judge([1000, 9000, 0, 12]).parts[0]!.missingRows).toEqual([[6, 39]])
  })

  it('cuts long lists and says so', () => {
    const report = judge([0, 2000, 0, 4000], 5000, 1)
    expect(report.parts[0]).toMatchObject({ missingRows: [[-10, 5]], isTruncated: true, missingChunks: 2 })
  })

  it('takes offsets beyond 2^53 for what they are: outside', () => {
    expect(judge([1000, 2n ** 64n - 1n, 2n ** 53n + 1n, 4000]).defects).toMatchObject([
      { code: 'chunk-offset-outside-file', message: 'Missing chunks: offsets outside the file' },
    ])
  })

  it('lets the first of equal offsets keep it', () => {
    expect(judge([3000, 3000, 2000, 3000]).parts[0]).toMatchObject({
      missingChunks: 2,
      missingRows: [
        [6, 21],
        [38, 39],
      ],
    })
  })

  it('counts as missing what a cut table lacks', () => {
    const plan = planChunkTables(header, header.byteLength + 20)
    const report = judgeChunkTables(plan, new Uint8Array(20), header.byteLength + 20)
    expect(report.parts[0]).toMatchObject({ missingChunks: 4, missingRows: [[-10, 39]] })
  })

  it('names missing tiles by level and position', () => {
    // 40x20 in tiles of 16: level 0 has 3x2, level 1 (20x10) 2x1, then 1, 1, 1, 1.
    const tiled = singlePart({ dataWindow: box(39, 19), extra: [tiles(16, 16, 'mipmap_levels')] }, { tiled: true })
    const offsets = [1000, 0, 1200, 1300, 0, 1500, 0, 1700, 1800, 1900, 2000, 2100]
    const report = judgeWalked(planChunkTables(tiled, 5000), offsetTable(offsets), 5000)
    expect(report.parts[0]!.missingTiles).toEqual([
      { levelX: 0, levelY: 0, x: 1, y: 0 },
      { levelX: 0, levelY: 0, x: 1, y: 1 },
      { levelX: 1, levelY: 1, x: 0, y: 0 },
    ])
  })

  it('lists rip levels with x running first', () => {
    const tiled = singlePart({ dataWindow: box(3, 3), extra: [tiles(4, 4, 'ripmap_levels')] }, { tiled: true })
    const report = judgeWalked(
      planChunkTables(tiled, 5000),
      offsetTable([1000, 0, 1200, 0, 1400, 1500, 1600, 1700, 1800]),
      5000,
    )
    expect(report.parts[0]!.missingTiles).toEqual([
      { levelX: 1, levelY: 0, x: 0, y: 0 },
      { levelX: 0, levelY: 1, x: 0, y: 0 },
    ])
  })

  it('counts parts apart and together', () => {
    const two = makeHeader([listedPart('a', 'scanlineimage', 2), listedPart('b', 'scanlineimage', 2)])
    const report = judgeWalked(planChunkTables(two, 9000), offsetTable([1000, 0, 0, 3000]), 9000)
    expect(report).toMatchObject({
      isComplete: false,
      missingChunks: 2,
      parts: [{ missingRows: [[16, 31]] }, { missingRows: [[0, 15]] }],
      lastChunk: { partIndex: 1, chunkIndex: 1, start: 3000, endExclusive: 3012 },
    })
    expect(report.defects.map(({ partIndex, byteOffset }) => [partIndex, byteOffset - two.byteLength])).toEqual([
      [0, 8],
      [1, 16],
    ])
  })
})

describe('the last chunk', () => {
  const leaderOf = (header: ExrHeader, offsets: number[]) => {
    return (...leader: number[]) => {
      const census = new ChunkCensus(planChunkTables(header, 5000), offsetTable(offsets), 5000)
      census.judge(census.lastEntry!, words(...leader))
      return census.report()
    }
  }
  const deepChunk = { compression: 'none', channels: [channel('Z', 'FLOAT')], dataWindow: box(7, 1) }

  it('of scan lines names its first row and its size', () => {
    const judge = leaderOf(singlePart({ dataWindow: box(9, 20, 0, -10) }), [1000, 2000])
    expect(judge(6, 2992)).toMatchObject({ isComplete: true, chunksEnd: 5000, defects: [] })
    expect(judge(6, 2993)).toMatchObject({ isComplete: false, missingChunks: 1, parts: [{ missingRows: [[6, 20]] }] })
    expect(judge(7, 10)).toMatchObject({
      isComplete: false,
      defects: [{ code: 'chunk-leader-mismatch', byteOffset: 2000 }],
    })
    expect(judge(6)).toMatchObject({ isComplete: false, defects: [{ code: 'last-chunk-truncated' }] })
  })

  it('of tiles names position and level', () => {
    const header = singlePart({ dataWindow: box(31, 15), extra: [tiles(16, 16)] }, { tiled: true })
    const judge = leaderOf(header, [1000, 2000])
    expect(judge(1, 0, 0, 0, 2980)).toMatchObject({ isComplete: true, chunksEnd: 5000 })
    expect(judge(0, 0, 0, 0, 2980)).toMatchObject({
      isComplete: false,
      parts: [{ missingChunks: null, missingTiles: [] }],
      defects: [{ code: 'chunk-leader-mismatch' }],
    })
    expect(judge(7, 7, 7, 7, 7)).toMatchObject({
      isComplete: false,
      parts: [{ missingTiles: [{ levelX: 0, levelY: 0, x: 1, y: 0 }] }],
    })
  })

  it('of deep scan lines has two sizes that take room, and one that does not', () => {
    const header = makeHeader([listedPart('', 'deepscanline', 2, deepChunk)], { nonImage: true })
    const judge = leaderOf(header, [1000, 2000])
    expect(judge(1, 972, 0, 2000, 0, 0x7fffffff, 0)).toMatchObject({ isComplete: true, chunksEnd: 5000 })
    expect(judge(1, 972, 0, 2001, 0, 0, 0).defects).toMatchObject([{ code: 'last-chunk-truncated' }])
    expect(judge(1, 972, 0, 0, 1, 0, 0).defects).toMatchObject([{ code: 'last-chunk-truncated' }])
    expect(judge(1, 972, 0, 0, -1, 0, 0).defects).toMatchObject([{ code: 'chunk-leader-mismatch' }])
  })

  it('of deep tiles has both', () => {
    const header = makeHeader([listedPart('', 'deeptile', 2, { ...deepChunk, extra: [tiles(4, 4)] })], {
      nonImage: true,
    })
    const judge = leaderOf(header, [1000, 2000])
    expect(judge(1, 0, 0, 0, 960, 0, 2000, 0, 0, 0)).toMatchObject({ isComplete: true, chunksEnd: 5000 })
  })

  it('of a multi-part file names its part first', () => {
    const two = makeHeader([listedPart('a', 'scanlineimage', 2), listedPart('b', 'scanlineimage', 2)])
    const judge = leaderOf(two, [1400, 1500, 4000, 3000])
    expect(judge(1, 0, 988)).toMatchObject({ isComplete: true, chunksEnd: 5000 })
    expect(judge(0, 0, 988).defects).toMatchObject([{ code: 'chunk-leader-mismatch', partIndex: 1 }])
  })

  it('is missing where the place of another is not known', () => {
    const judge = leaderOf(singlePart({ dataWindow: box(9, 63) }), [1000, 0, 3000, 2000])
    expect(judge(32, 9999).parts[0]).toMatchObject({ missingChunks: 1, missingRows: [[32, 47]] })
  })
})

describe('files', () => {
  it.each(
    fixtures()
      .filter(({ valid }) => valid)
      .map((facts) => [facts.file, facts.complete] as const),
  )('fixture %s is complete: %s', (file, complete) => {
    const { report } = judgeFile(readFileSync(fixturePath(file)))
    expect(report.isComplete).toBe(complete)
    if (complete) expect(report.missingChunks).toBe(0)
  })

  it('truncated at any byte are never complete', () => {
    for (const file of ['compression-zip.exr', 'multipart-two.exr', 'deep-tile.exr', 'compression-zip-tiled.exr']) {
      const bytes = readFileSync(fixturePath(file))
      const { byteLength } = decodeHeader(bytes)
      const step = Math.max(1, Math.floor((bytes.length - byteLength) / 300))
      for (let length = byteLength; length < bytes.length; length += step) {
        const { report } = judgeFile(bytes.subarray(0, length))
        expect(report.isComplete, `${file} cut at ${length}`).toBe(false)
      }
      expect(judgeFile(bytes).report.isComplete).toBe(true)
    }
  })

  it('cost their tables and one leader to judge', () => {
    const bytes = readFileSync(fixturePath('compression-zip.exr'))
    const { report, bytesRead } = judgeFile(bytes)
    expect(bytesRead).toBe(report.parts[0]!.chunkCount! * 8 + 8)
  })

  /** By hand: `exrheader`, `exrcheck` and a look at the bytes. */
  const DAMAGED: Record<string, number | null> = {
    // Headers with a size that is text or a negative number.
    'openexr/tests/comp_bad_bounds_piz.exr': null,
    'openexr/tests/comp_bad_neg_bounds_pxr24.exr': null,
    'openexr/tests/comp_bad_pos_bounds_piz.exr': null,
    'openexr/tests/comp_bad_pos_bounds_pxr24.exr': null,
    'openexr/tests/comp_early_eof_piz.exr': null,
    'openexr/tests/comp_invalid_unknown.exr': null,
    'openexr/tests/comp_short_decode_piz.exr': null,
    // Never written, or only in part.
    'openexr/tests/invalid_shared_attrs_multipart.exr': 101,
    'openexr/tests/python/unfinished_multipart.exr': 2,
    'openimageio/missingcolor/src/partial.exr': 6,
    'openimageio/oiiotool-readerror/src/incomplete.exr': 355,
    // A line-end conversion took a byte from the table: at least.
    'openexr/tests/tiled.exr': 8,
    // 464 bytes that claim 46,340 rows.
    'openimageio/openexr-bomb/src/bomb.exr': 2897,
  }

  it.runIf(corpus !== null)('of the corpus are complete but for the damaged ones, down to the last byte', () => {
    const damaged: Record<string, number | null> = {}
    for (const file of corpusFiles()) {
      const bytes = readFileSync(join(corpus!, file))
      if (bytes.readUInt32LE(0) !== 20000630) continue
      const { report } = judgeFile(bytes)
      if (!report.isComplete) damaged[file] = report.missingChunks
      else expect(report.chunksEnd, file).toBe(bytes.length)
    }
    expect(damaged).toEqual(DAMAGED)
  })

  it('with trailing bytes end their chunks before the file does', () => {
    const bytes = readFileSync(fixturePath('compression-zip.exr'))
    const { report } = judgeFile(concat(bytes, new Uint8Array(100)))
    expect(report).toMatchObject({ isComplete: true, chunksEnd: bytes.length })
  })
})

describe('a hundred thousand chunks', () => {
  const rows = 100_000
  const header = singlePart({ dataWindow: box(0, rows - 1), compression: 'none' })
  const judge = (offsets: number[]) => judgeChunkTables(planChunkTables(header, 2 ** 40), offsetTable(offsets), 2 ** 40)

  it('are judged in one pass, whatever their order', () => {
    const base = header.byteLength + rows * 8
    const shuffled = Array.from({ length: rows }, (_, i) => base + ((i * 7919) % rows) * 64)
    expect(judge(shuffled)).toMatchObject({ isComplete: true, parts: [{ order: 'random' }] })
    shuffled[rows - 1] = shuffled[0]!
    expect(judge(shuffled)).toMatchObject({ missingChunks: null, defects: [{ code: 'chunk-offset-duplicate' }] })
  })
})
