import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { hashDistance, perceptualHash } from '../../src/pixels/perceptual-hash.ts'
import { fixture, fixturePath, fixtures, tempDir } from '../helpers.ts'
import { runPython } from '../python-env.ts'
import { hashesOfFile, python } from './truth.ts'

/** Every fixture with EXR_ALL_REENCODINGS=1; those that cannot be stored in all ways are left out. */
const STORED_IN_ALL_WAYS = process.env['EXR_ALL_REENCODINGS']
  ? fixtures().flatMap(({ file, valid, complete }) => (valid && complete ? [file] : []))
  : [
      'compression-zip.exr',
      'compression-pxr24.exr',
      'compression-b44.exr',
      'compression-dwaa.exr',
      'pixel-types.exr',
      'window-overscan.exr',
      'window-outside.exr',
      'tiled-mipmap-up.exr',
      'tiled-ripmap-down.exr',
      'line-order-random-tiled.exr',
    ]

describe.skipIf(python === null)('hashes of pixels', () => {
  it('are the same over twelve ways to store them', async () => {
    const script = readFileSync(new URL('./reencode.py', import.meta.url), 'utf8')
    const request = { folder: tempDir(), paths: STORED_IN_ALL_WAYS.map(fixturePath) }
    const lines = runPython(python!, script, JSON.stringify(request)).trim().split('\n')
    const copies = JSON.parse(lines.at(-1)!) as Record<string, string[]>
    expect(Object.keys(copies).length).toBeGreaterThanOrEqual(10)
    for (const [path, files] of Object.entries(copies)) {
      const original = await hashesOfFile(path)
      expect(original.image_hash).toMatch(/^[0-9a-f]{32}$/)
      expect(files).toHaveLength(12)
      const stored = new Set<string>()
      for (const file of files) {
        const copy = await hashesOfFile(file)
        expect(copy.image_hash, `${path} as ${file}`).toBe(original.image_hash)
        stored.add(copy.file_hash)
        if (copy.parts.length === 1) expect(copy.parts[0]!.pixel_hash).toBe(original.parts[0]!.pixel_hash)
        const channels = copy.parts.flatMap((part) => part.channels)
        expect(channels).toEqual(expect.arrayContaining(original.parts[0]!.channels))
      }
      // Pixels that do not compress are stored as they are.
      expect(stored.size).toBeGreaterThanOrEqual(8)
    }
  }, 120_000)
})

describe('hashes of pixels', () => {
  it('follow their definition: SHA-256 over a preamble and the hashes of the rows', async () => {
    const path = fixturePath('compression-none.exr')
    const { parts, file_hash } = await hashesOfFile(path, 'sha-256')
    const bytes = await readFile(path)
    expect(file_hash).toBe(createHash('sha256').update(bytes).digest('hex'))
    const { width, rows, channels } = uncompressedRows(await fixture('compression-none.exr'))
    for (const [c, { channel_name, pixel_hash }] of parts[0]!.channels.entries()) {
      const hash = createHash('sha256').update(`flat half ${width} ${rows.length} 1 1\n`)
      for (const row of rows) {
        hash.update(
          createHash('sha256')
            .update(row.subarray(c * width * 2, (c + 1) * width * 2))
            .digest(),
        )
      }
      expect(pixel_hash, channel_name).toBe(hash.digest('hex'))
    }
    expect(channels).toBe(parts[0]!.channels.length)
    const lines = parts[0]!.channels.map(({ channel_name, pixel_hash }) => `${channel_name}\0${pixel_hash}\n`)
    expect(parts[0]!.pixel_hash).toBe(createHash('sha256').update(lines.join('')).digest('hex'))
  })

  it('of deep parts are those of all samples, however they are stored', async () => {
    const [rle, zips, none] = await Promise.all(
      ['rle', 'zips', 'none'].map((name) => hashesOfFile(fixturePath(`deep-compression-${name}.exr`))),
    )
    expect(rle!.image_hash).toBe(zips!.image_hash)
    expect(none!.image_hash).toBe(zips!.image_hash)
  })

  it('are null when pixels are missing, never those of the rest', async () => {
    const { image_hash, parts } = await hashesOfFile(fixturePath('unfinished-scanlines.exr'))
    expect(image_hash).toBeNull()
    expect(parts[0]!.pixel_hash).toBeNull()
    expect(parts[0]!.missing!.chunks).toBeGreaterThan(0)
  })
})

/** Rows of a scan-line file of half channels without compression: the last chunks of the file, 8 bytes of leader each. */
function uncompressedRows(bytes: Uint8Array): { width: number; rows: Buffer[]; channels: number } {
  const file = Buffer.from(bytes)
  const window = file.indexOf('dataWindow\0box2i\0') + 'dataWindow\0box2i\0'.length + 4
  const box = [0, 4, 8, 12].map((at) => file.readInt32LE(window + at)) as [number, number, number, number]
  const [width, height] = [box[2] - box[0] + 1, box[3] - box[1] + 1]
  const rowBytes = (file.length - endOfTable(file, height)) / height - 8
  const rows = Array.from({ length: height }, (_, y) => {
    const start = endOfTable(file, height) + y * (rowBytes + 8) + 8
    return file.subarray(start, start + rowBytes)
  })
  return { width, rows, channels: rowBytes / width / 2 }
}

/** The first chunk's offset is where the table ends. */
function endOfTable(file: Buffer, height: number): number {
  for (let start = 0; start + height * 8 <= file.length; start++) {
    if (file.readBigUInt64LE(start) === BigInt(start + height * 8)) return start + height * 8
  }
  throw new Error('no chunk table')
}

describe('the perceptual hash', () => {
  const picture = (value: (x: number, y: number) => number) => {
    const values = Float32Array.from({ length: 32 * 32 }, (_, i) => value(i % 32, Math.floor(i / 32)))
    return [values, values, values] as const
  }
  const scene = (x: number, y: number) => 0.1 + Math.exp(-((x - 10) ** 2 + (y - 20) ** 2) / 40) + (y > 16 ? 0.4 : 0)

  it('hardly changes with exposure and noise, and much with the picture', () => {
    const hash = perceptualHash(picture(scene))
    expect(hash).toMatch(/^[0-9a-f]{16}$/)
    expect(perceptualHash(picture((x, y) => 8 * scene(x, y)))).toBe(hash)
    const noisy = perceptualHash(picture((x, y) => scene(x, y) * (1 + 0.02 * Math.sin(97 * x + 31 * y))))
    expect(hashDistance(hash, noisy)).toBeLessThanOrEqual(6)
    expect(hashDistance(hash, perceptualHash(picture((x, y) => scene(31 - x, 31 - y))))).toBeGreaterThan(16)
  })

  it('of nothing but black or NaN is zero', () => {
    expect(perceptualHash(picture(() => 0))).toBe('0000000000000000')
    expect(perceptualHash(picture(() => Number.NaN))).toBe('0000000000000000')
  })
})
