import { truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseSampling } from '../../src/inspect/sampling.ts'
import { analysePixels } from '../../src/pixels/analyse.ts'
import { parseLevel } from '../../src/pixels/options.ts'
import { fileSource } from '../../src/source/file.ts'
import { memorySource } from '../../src/source/memory.ts'
import { countingSource, fixture, fixturePath, fixtures, tempDir } from '../helpers.ts'
import { rawExr } from './raw-exr.ts'
import { statsOfFile } from './truth.ts'

/** The value of a half channel of the fixture writer at a pixel of a level, counted from its corner. */
function patternAt(x: number, y: number, channel: number): number {
  return toHalf(Math.fround(((x * 7 + y * 13 + channel * 29) % 97) / 97))
}

/** Nearest half of a number from 0 to 1, ties to even. */
function toHalf(value: number): number {
  if (value === 0) return 0
  const step = 2 ** (Math.max(-14, Math.floor(Math.log2(value))) - 10)
  const low = Math.floor(value / step)
  const rest = value / step - low
  return (rest > 0.5 || (rest === 0.5 && low % 2 === 1) ? low + 1 : low) * step
}

describe('levels', () => {
  it.each([
    ['tiled-mipmap-down.exr', '2'],
    ['tiled-mipmap-up.exr', '3'],
    ['tiled-ripmap-down.exr', '0,2'],
    ['tiled-ripmap-down.exr', '3,1'],
    ['tiled-ripmap-up.exr', '2,3'],
  ])('of %s: level %s is that level and nothing else', async (file, text) => {
    const level = parseLevel(text)
    const [part] = (await statsOfFile(fixturePath(file), { level })).parts
    expect(part!.level).toEqual(level.x === level.y ? level.x : level)
    expect(part!.partial).toBe(false)
    const round = file.includes('-up') ? Math.ceil : Math.floor
    for (const [c, channel] of part!.channels.entries()) {
      const [width, height] = sidesOf(file)
      const [w, h] = [Math.max(1, round(width / 2 ** level.x)), Math.max(1, round(height / 2 ** level.y))]
      expect(channel.count).toBe(w * h)
      let sum = 0
      for (let y = 0; y < h; y++) for (let x = 0; x < w; x++) sum += patternAt(x, y, c)
      expect(channel.mean).toBeCloseTo(sum / (w * h), 12)
    }
  })

  it('that a part lacks are said to be missing', async () => {
    const [part] = (await statsOfFile(fixturePath('compression-zip.exr'), { level: { x: 1, y: 1 } })).parts
    expect(part).toMatchObject({ partial: true, cannot_check: 'it has no level 1', channels: [] })
  })
})

function sidesOf(file: string): [number, number] {
  const [minX, minY, maxX, maxY] = fixtures().find((each) => each.file === file)!.parts![0]!.dataWindow
  return [maxX - minX + 1, maxY - minY + 1]
}

describe('files with pixels missing', () => {
  it.each(['unfinished-scanlines.exr', 'unfinished-tiles.exr', 'truncated-pixels.exr', 'chunk-offset-outside.exr'])(
    '%s: what is there is counted, the rest is listed',
    async (file) => {
      const [part] = (await statsOfFile(fixturePath(file))).parts
      expect(part!.partial).toBe(true)
      expect(part!.missing!.chunks).toBe(part!.chunk_count - part!.chunks_seen)
      expect(part!.missing!.rows ?? part!.missing!.tiles).not.toHaveLength(0)
      expect(part!.missing!.reasons[0]).toMatch(/^chunk \d+ \((rows|tile)/)
      expect(part!.frame).toBeNull()
    },
  )

  it('a part without a pixel has null everywhere, never 0', async () => {
    const [part] = (await statsOfFile(fixturePath('unfinished-empty.exr'))).parts
    expect(part!.channels.length).toBeGreaterThan(0)
    for (const channel of part!.channels) {
      expect(channel).toMatchObject({ count: 0, min: null, max: null, mean: null, stddev: null, percentiles: null })
    }
  })

  it('a damaged chunk costs its own rows only', async () => {
    const bytes = await fixture('compression-zip.exr')
    const damaged = bytes.slice()
    // The last bytes are those of the last chunk.
    damaged.fill(0xff, damaged.length - 40)
    const facts = async (file: Uint8Array) =>
      (await analysePixels(memorySource(file), { stats: true })).stats!.parts[0]!
    const [before, after] = [await facts(bytes), await facts(damaged)]
    expect(after.partial).toBe(true)
    expect(after.missing!.chunks).toBe(1)
    const lostRows = after.missing!.rows![0]![1] - after.missing!.rows![0]![0] + 1
    const rows = before.channels[0]!.count - after.channels[0]!.count
    expect(rows % lostRows).toBe(0)
    expect(rows).toBeGreaterThan(0)
  })

  it.each([
    ['compression-unknown.exr', /compression unknown\(\d+\)/],
    ['compression-htj2k256.exr', /compression htj2k256 \(10\)/],
    ['missing-dataWindow.exr', /data window/],
    ['channels-none.exr', /no channels/],
  ])('%s: cannot be told, and says why', async (file, reason) => {
    const [part] = (await statsOfFile(fixturePath(file))).parts
    expect(part!.cannot_check).toMatch(reason)
    expect(part!.partial).toBe(true)
  })
})

describe('chunk tables that were not written', () => {
  /** A fixture with zeros in its table, and maybe one leader that names no row of it. */
  const zeroed = async (file: string, chunks: number, isZero: (chunk: number) => boolean, damage = -1) => {
    const bytes = Uint8Array.from(await fixture(file))
    const view = new DataView(bytes.buffer)
    // The first chunk begins where the table ends, and the table says so.
    const at = Array.from({ length: bytes.length - 8 }, (_, i) => i).find(
      (i) => view.getBigUint64(i, true) === BigInt(i + 8 * chunks),
    )!
    const offsets = Array.from({ length: chunks }, (_, i) => Number(view.getBigUint64(at + 8 * i, true)))
    for (let i = 0; i < chunks; i++) if (isZero(i)) view.setBigUint64(at + 8 * i, 0n, true)
    if (damage >= 0) view.setInt32(offsets[damage]!, 12345, true)
    return bytes
  }
  const lookAt = async (bytes: Uint8Array) =>
    (await analysePixels(memorySource(bytes), { stats: true })).stats!.parts[0]!

  it('cost nothing when every chunk follows', async () => {
    for (const file of ['compression-none.exr', 'compression-zip-tiled.exr']) {
      const whole = await lookAt(await fixture(file))
      expect(await lookAt(await zeroed(file, whole.chunk_count, () => true))).toEqual(whole)
    }
  })

  it('cost the chunks behind damage, up to the next that the table knows', async () => {
    const whole = await lookAt(await fixture('compression-none.exr'))
    const known = 20
    const part = await lookAt(await zeroed('compression-none.exr', whole.chunk_count, (i) => i !== known, 5))
    expect(part).toMatchObject({ partial: true, missing: { chunks: known - 5, rows: [[5, known - 1]] } })
    expect(part.chunks_seen).toBe(whole.chunk_count - known + 5)
  })
})

describe('sampling', () => {
  it('of every nth row reads only chunks with such rows and says what it saw', async () => {
    const bytes = await fixture('compression-none.exr')
    const full = (await analysePixels(memorySource(bytes), { stats: true })).stats!.parts[0]!
    const sampling = parseSampling('8')
    const part = (await analysePixels(memorySource(bytes), { stats: true, sampling })).stats!.parts[0]!
    expect(part).toMatchObject({ sampled: true, sampling: { method: 'every', n: 8 }, partial: false })
    expect(part.chunks_seen).toBe(Math.ceil(full.chunk_count / 8))
    expect(part.channels[0]!.count).toBe((full.channels[0]!.count / full.chunk_count) * part.chunks_seen)
  })

  it('of a share depends on the seed alone', async () => {
    const path = fixturePath('compression-none.exr')
    const seen = async (text: string) => (await statsOfFile(path, { sampling: parseSampling(text) })).parts[0]!
    expect(await seen('0.5')).toEqual(await seen('share=0.5,seed=0'))
    expect((await seen('0.5,seed=3')).channels).not.toEqual((await seen('0.5,seed=4')).channels)
  })

  it.each(['0', '-1', '1.5', 'all', '0.5,seed=x', ''])('refuses %s', (text) => {
    expect(() => parseSampling(text)).toThrow(expect.objectContaining({ code: 'ERR_OPTION_INVALID' }))
  })
})

describe('reads', () => {
  it('of a whole file are few: header and table, then chunks in one run', async () => {
    const source = countingSource(await fixture('compression-zip.exr'))
    await analysePixels(source, { stats: true })
    expect(source.counters.requests).toBeLessThanOrEqual(3)
  })

  it('leave out the bytes of channels and levels that are not asked for', async () => {
    const source = countingSource(await fixture('tiled-mipmap-down.exr'))
    await analysePixels(source, { stats: true, level: { x: 3, y: 3 } })
    const whole = countingSource(await fixture('tiled-mipmap-down.exr'))
    await analysePixels(whole, { stats: true })
    expect(source.counters.bytes).toBeLessThan(whole.counters.bytes)
  })
})

describe('parts without any of the channels asked for', () => {
  it('are neither decoded nor told', async () => {
    const bytes = await fixture('multipart-all-types.exr')
    const source = countingSource(bytes)
    const { stats } = await analysePixels(source, { stats: true, channels: ['ZBack'] })
    const parts = stats!.parts.map(({ part_index, channels }) => [part_index, channels.length])
    expect(parts).toEqual([
      [2, 1],
      [3, 1],
    ])
    const whole = countingSource(bytes)
    await analysePixels(whole, { stats: true })
    expect(source.counters.requests).toBeLessThan(whole.counters.requests)
  })

  it('reads of an uncompressed file on disk only the channels that are asked for, with the same answer', async () => {
    const names = [...'ABCDEFGH']
    const bytes = rawExr(8192, 6, names, (name, x, y) => names.indexOf(name) + x / 8192 + y)
    const path = join(tempDir(), 'eight.exr')
    await writeFile(path, bytes)
    const source = fileSource(path)
    const { stats } = await analysePixels(source, { stats: true, channels: ['C', 'G'] })
    expect(stats).toEqual((await analysePixels(memorySource(bytes), { stats: true, channels: ['C', 'G'] })).stats)
    expect(stats!.parts[0]!.channels.map(({ mean }) => mean)).toEqual([5, 9].map((mean) => mean - 0.5 / 8192))
    // Header and tables, and two of eight channels.
    expect(source.counters.bytes).toBeLessThan(65_536 + (bytes.length * 2) / 8 + 6 * 8)
    await source.close()
    // A row that breaks off loses that row alone.
    await truncate(path, bytes.length - 8192 * 4 * 2)
    const cut = fileSource(path)
    const [part] = (await analysePixels(cut, { stats: true, channels: ['C', 'G'] })).stats!.parts
    expect(part).toMatchObject({ partial: true, channels: [{ count: 5 * 8192 }, { count: 5 * 8192 }] })
    await cut.close()
  })
})

describe('the whole frame', () => {
  it('knows black buckets, pinholes and how much is empty', async () => {
    const path = join(tempDir(), 'buckets.exr')
    await writeFile(path, bucketFrame())
    const [part] = (await statsOfFile(path)).parts
    expect(part!.frame).toEqual({
      layer: '',
      empty_share: (64 * 32) / (256 * 128),
      is_black: false,
      black_rectangle_count: 1,
      black_rectangles: [{ x: 64, y: 32, width: 64, height: 32, bucket: 32 }],
      alpha_pinhole_count: 1,
      alpha_pinholes: [{ x: 200, y: 100 }],
      colour_without_alpha_count: 3,
      colour_without_alpha_window: { min: { x: 0, y: 126 }, max: { x: 255, y: 127 } },
    })
    expect(part!.monochrome_layers).toEqual([''])
  })
})

/** 256 x 128 uncompressed float RGBA, grey, with a black bucket, one pixel of alpha 0.5 and three of alpha 0. */
function bucketFrame(): Buffer {
  const [width, height] = [256, 128]
  const value = (channel: string, x: number, y: number) => {
    if (x >= 64 && x < 128 && y >= 32 && y < 64) return 0
    if (channel !== 'A') return 0.25
    if ((y === 126 && x === 0) || (y === 127 && x >= 254)) return 0
    return x === 200 && y === 100 ? 0.5 : 1
  }
  return rawExr(width, height, ['A', 'B', 'G', 'R'], value)
}
