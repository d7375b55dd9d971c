import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ErrorCode, ExrError } from '../../src/errors.ts'
import { openPixelPool } from '../../src/tasks/pixel-pool.ts'
import { flow } from '../../src/workers/index.ts'
import { fixturePath, fixtures } from '../paths.ts'
import { Random } from './random.ts'

/** What came of mutated files on the way that the command line takes: every pixel decoded, counted and hashed in children. */
export interface PixelFuzzResult {
  /** Files of which every sample was seen, and of which some or all could not be. */
  whole: number
  partial: number
  /** Files that were refused, by code. */
  refused: Partial<Record<ErrorCode, number>>
  /** Refusals that do not name their file, and answers that are no error of ours. */
  unnamed: string[]
}

/** Larger files would be mostly pixels nobody hit. */
const MAX_SEED_BYTES = 64 * 1024
const WORDS = [0, 1, -1, 2, 7, 255, 65535, 65536, 0x7fffffff, -0x80000000, 0x40000000, -8]

/**
 * Mutates whole files: headers, tables, leaders and compressed data. The same seed gives the same files. The parent never
 * decodes; a child that dies costs the file it worked on.
 */
export async function fuzzPixels(seed: number, cases: number, jobs = 2): Promise<PixelFuzzResult> {
  const seeds = fixtures()
    .map(({ file }) => fixturePath(file))
    .filter((path) => statSync(path).size <= MAX_SEED_BYTES)
    .map((path) => new Uint8Array(readFileSync(path)))
  const folder = mkdtempSync(join(tmpdir(), 'exr-fuzz-pixels-'))
  const pool = openPixelPool({ jobs })
  const result: PixelFuzzResult = { whole: 0, partial: 0, refused: {}, unnamed: [] }
  const options = { stats: true, deepStats: true, hash: 'xxh3-128' } as const
  const look = async (index: number): Promise<void> => {
    const location = join(folder, `${seed}-${index}.exr`)
    writeFileSync(location, mutated(seeds, new Random(seed, index)))
    try {
      const { stats } = await pool.ask({ kind: 'analyse', location, options })
      if (stats!.parts.some(({ partial }) => partial)) result.partial++
      else result.whole++
    } catch (error) {
      if (!(error instanceof ExrError) || !error.message.includes(location)) result.unnamed.push(`${index}: ${error}`)
      else result.refused[error.code] = (result.refused[error.code] ?? 0) + 1
    }
    rmSync(location)
  }
  try {
    const numbers = Array.from({ length: cases }, (_, index) => index)
    for await (const _ of flow(numbers, look, { window: 2 * jobs, ordered: false }));
    return result
  } finally {
    await pool.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** One to four changes, half of them near the start, where headers and tables are. */
function mutated(seeds: readonly Uint8Array[], random: Random): Uint8Array {
  let bytes = Uint8Array.from(random.pick(seeds))
  for (let changes = 1 + random.below(4); changes > 0; changes--) {
    const near = random.below(2) === 0 ? Math.min(bytes.length, 2048) : bytes.length
    const at = 8 + random.below(Math.max(1, near - 8))
    const length = 1 + random.below(64)
    switch (random.below(6)) {
      case 0:
        bytes[at] = random.below(256)
        break
      case 1:
        bytes[at]! ^= 1 << random.below(8)
        break
      case 2:
        if (at + 4 <= bytes.length) new DataView(bytes.buffer).setInt32(at, random.pick(WORDS), true)
        break
      case 3:
        bytes.fill(random.below(2) * 255, at, at + length)
        break
      case 4:
        bytes.copyWithin(at, random.below(bytes.length), random.below(bytes.length) + length)
        break
      default:
        if (random.below(4) === 0) bytes = bytes.slice(0, at)
    }
  }
  return bytes
}
