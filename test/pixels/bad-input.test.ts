import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { deflateSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { analysePixels } from '../../src/pixels/analyse.ts'
import { diffFiles } from '../../src/pixels/diff.ts'
import { fileSource } from '../../src/source/file.ts'
import { memorySource } from '../../src/source/memory.ts'
import { rawExr } from './raw-exr.ts'

const int = (...numbers: number[]) => Buffer.from(Int32Array.from(numbers).buffer)

/** A file of one chunk that claims to hold `width` float samples in one row, stored as `data`. */
function claiming(width: number, compression: number, data: Buffer): Buffer {
  const bytes = rawExr(1, 1, ['Z'], () => 1)
  bytes[bytes.indexOf('compression\0compression\0') + 28] = compression
  for (const name of ['dataWindow', 'displayWindow'])
    bytes.writeInt32LE(width - 1, bytes.indexOf(`${name}\0box2i`) + name.length + 19)
  // The chunk of 12 bytes at the end is written anew.
  return Buffer.concat([bytes.subarray(0, bytes.length - 12), int(0, data.length), data])
}

/**
 * A PIZ chunk that repeats a number no times for ever, once its bits have ended: what is behind them reads as zeros, and here
 * they are the code of a repetition.
 */
function endlessPiz(): Buffer {
  const symbols = [14, 15, 15, 20].map((length) => length.toString(2).padStart(6, '0')).join('')
  const table = Buffer.from(symbols.match(/.{8}/g)!.map((byte) => Number.parseInt(byte, 2)))
  const bits = Buffer.from([0, 0b100])
  const huffman = Buffer.concat([int(0, 3, table.length, 14, 0), table, bits])
  return Buffer.concat([Buffer.from([0xff, 0x1f, 0, 0]), int(huffman.length), huffman])
}

/** A deep scan-line file whose rows claim so many samples each in their only pixel. */
function deepClaiming(rows: number, samples: number): Buffer {
  const flat = rawExr(1, rows, ['Z'], () => 1)
  const end = flat.indexOf('screenWindowWidth\0float\0') + 'screenWindowWidth\0float\0'.length + 8
  const type = Buffer.concat([Buffer.from('type\0string\0'), int(12), Buffer.from('deepscanline')])
  const header = Buffer.concat([flat.subarray(0, end), type, Buffer.from([0])])
  header.writeInt32LE(2 | 0x800, 4)
  const chunks = Array.from({ length: rows }, (_, y) =>
    Buffer.concat([int(y), int(4, 0), int(4, 0), int(4 * samples, 0), int(samples), int(0)]),
  )
  const table = Buffer.alloc(rows * 8)
  let at = header.length + table.length
  for (const [y, chunk] of chunks.entries()) {
    table.writeBigUInt64LE(BigInt(at), 8 * y)
    at += chunk.length
  }
  return Buffer.concat([header, table, ...chunks])
}

/** One uncompressed tile of one pixel by 2^30, of half floats that are in every so manieth row. */
function tallTile(channels: number, ySampling: number): Buffer {
  const rows = 2 ** 30
  const flat = rawExr(1, 1, [], () => 1)
  const list = Array.from({ length: channels }, (_, i) =>
    Buffer.concat([Buffer.from(`c${String(i).padStart(4, '0')}\0`), int(1, 0, 1, ySampling)]),
  )
  const tiles = Buffer.concat([Buffer.from('tiles\0tiledesc\0'), int(9, 1, rows), Buffer.from([0])])
  const channelsAt = flat.indexOf('channels\0chlist\0') + 'channels\0chlist\0'.length
  const end = flat.indexOf('screenWindowWidth\0float\0') + 'screenWindowWidth\0float\0'.length + 8
  const names = Buffer.concat([...list, Buffer.from([0])])
  const rest = flat.subarray(channelsAt + 5, end)
  const head = [flat.subarray(0, channelsAt), int(names.length), names, rest, tiles, Buffer.from([0])]
  const header = Buffer.concat(head)
  header.writeInt32LE(2 | 0x200, 4)
  for (const name of ['dataWindow', 'displayWindow'])
    header.writeInt32LE(rows - 1, header.indexOf(`${name}\0box2i`) + name.length + 23)
  return Buffer.concat([header, int(header.length + 8, 0), int(0, 0, 0, 0, 2 * channels), Buffer.alloc(2 * channels)])
}

const lookAt = async (bytes: Uint8Array) => {
  const all = { stats: true, deepStats: true, hash: 'xxh3-128' } as const
  return analysePixels(memorySource(bytes), all)
}

describe('chunks that claim what they do not hold', () => {
  it.each([
    ['more than is ever decoded at once', claiming(2 ** 28, 0, Buffer.alloc(4)), /would decode to 1073741824 bytes/],
    ['what no stream can hold', claiming(100_000, 3, deflateSync(Buffer.alloc(4))), /cannot decode to 400000/],
    ['more than they decode to', claiming(100, 3, deflateSync(Buffer.alloc(10))), /10 bytes instead of 400/],
    ['less than they decode to', claiming(100, 3, deflateSync(Buffer.alloc(9000))), /more than 400 bytes/],
    ['what is repeated without an end', claiming(100, 4, endlessPiz()), /packed data breaks off/],
    ['no stream at all', claiming(100, 3, Buffer.from('not deflated')), /damaged/],
  ])('%s are listed with the reason', async (_what, bytes, reason) => {
    const { stats, hashes } = await lookAt(bytes)
    const [part] = stats!.parts
    expect(part).toMatchObject({ partial: true, missing: { chunks: 1, rows: [[0, 0]] } })
    expect(part!.missing!.reasons[0]).toMatch(reason)
    expect(part!.channels[0]).toMatchObject({ count: 0, mean: null })
    expect(hashes!.parts[0]!.pixel_hash).toBeNull()
  })

  it('2^30 rows of a thousand channels in a few bytes are refused before anybody counts them', async () => {
    const path = join(await mkdtemp(join(tmpdir(), 'exr-tall-')), 'tall.exr')
    const reasons = []
    for (const bytes of [tallTile(1000, 1), tallTile(1000, 2 ** 30)]) {
      await writeFile(path, bytes)
      const [fromFile, fromMemory] = [fileSource(path), memorySource(bytes)]
      const { stats } = await analysePixels(fromFile, { stats: true, channels: ['c0007'] })
      expect(stats).toEqual((await analysePixels(fromMemory, { stats: true, channels: ['c0007'] })).stats)
      reasons.push(stats!.parts[0]!.missing!.reasons[0])
      await fromFile.close()
    }
    await rm(dirname(path), { recursive: true })
    expect(reasons[0]).toMatch(/would decode to 2147483648000 bytes/)
    expect(reasons[1]).toMatch(/claims 1073741824 rows of 1000 channels with 2000 bytes/)
  })

  it('sample counts that add up to 2^40 are refused row by row, before anything is allocated', async () => {
    const rows = 1024
    const before = process.memoryUsage().rss
    const { deepStats } = await lookAt(deepClaiming(rows, 2 ** 30))
    expect(deepStats!.parts[0]).toMatchObject({ partial: true, sample_count: 0, missing: { chunks: rows } })
    expect(deepStats!.parts[0]!.missing!.reasons[0]).toMatch(/would decode to 4294967296 bytes/)
    expect(process.memoryUsage().rss - before).toBeLessThan(256 * 2 ** 20)
  })
})

it('images of different size are compared where both are, and differ', async () => {
  const [a, b] = [rawExr(8, 6, ['Y'], () => 1), rawExr(5, 9, ['Y'], () => 1)]
  const { diff } = await diffFiles(memorySource(a), memorySource(b), {})
  expect(diff).toMatchObject({ result: 'differs', parts: [{ pixels_only_in_a: 18, pixels_only_in_b: 15 }] })
  expect(diff.parts[0]!.channels[0]).toMatchObject({ compared: 30, differing: 0 })
})
