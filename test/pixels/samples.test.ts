import { describe, expect, it } from 'vitest'
import { analysePixels } from '../../src/pixels/analyse.ts'
import { RECODED, recodeFile } from '../../src/pixels/recode.ts'
import { readRegion } from '../../src/pixels/region.ts'
import { readSamples } from '../../src/pixels/samples.ts'
import { memorySource } from '../../src/source/memory.ts'
import { fixture } from '../helpers.ts'
import { rawExr } from './raw-exr.ts'

describe('the samples of a pixel', () => {
  it('are those of every channel, in the coordinates of the data window', async () => {
    const value = (channel: string, x: number, y: number) => Math.fround((channel === 'R' ? 0.1 : 0.7) + x + 10 * y)
    const source = memorySource(rawExr(4, 3, ['G', 'R'], value, { origin: [-2, 5] }))
    const { channels } = await readSamples(source, { part: 0, x: -1, y: 6 })
    expect(channels).toEqual([
      { name: 'G', type: 'FLOAT', value: value('G', 1, 1) },
      { name: 'R', type: 'FLOAT', value: value('R', 1, 1) },
    ])
    await expect(readSamples(source, { part: 0, x: -3, y: 6 })).rejects.toMatchObject({ code: 'ERR_OPTION_INVALID' })
    await expect(readSamples(source, { part: 1, x: 0, y: 6 })).rejects.toMatchObject({ code: 'ERR_OPTION_INVALID' })
  })

  it('of a Cryptomatte have the names of its manifest, rank by rank, without the background', async () => {
    const idAsFloat = (hex: string) => Buffer.from(hex, 'hex').readFloatBE()
    const value = (channel: string, x: number) =>
      ({ 'm00.R': x === 0 ? idAsFloat('13851a76') : 0, 'm00.G': 0.75, 'm00.B': idAsFloat('5ecc6fe8'), 'm00.A': 0.25 })[
        channel
      ] ?? 0
    const strings = {
      'cryptomatte/abc/name': 'm',
      'cryptomatte/abc/manifest': JSON.stringify({ 'the hero': '13851a76' }),
    }
    const source = memorySource(
      rawExr(
        2,
        1,
        ['A', 'B', 'G', 'R'].map((c) => `m00.${c}`),
        value,
        { strings },
      ),
    )
    const nameless = { layer: 'm', id: '5ecc6fe8', name: null, coverage: 0.25 }
    expect((await readSamples(source, { part: 0, x: 0, y: 0 })).objects).toEqual([
      { layer: 'm', id: '13851a76', name: 'the hero', coverage: 0.75 },
      nameless,
    ])
    expect((await readSamples(source, { part: 0, x: 1, y: 0 })).objects).toEqual([nameless])
  })

  it('have the type of their channel; a deep pixel has those of its first sample, or none', async () => {
    const at = async (name: string, x: number) =>
      (await readSamples(memorySource(await fixture(name)), { part: 0, x, y: 0 })).channels
    expect(await at('pixel-types.exr', 1)).toContainEqual({ name: 'id', type: 'UINT', value: 65 })
    expect((await at('deep-scanline.exr', 0)).map(({ value }) => value)).toEqual([null, null, null, null, null, null])
    expect(await at('deep-scanline.exr', 1)).toContainEqual(
      expect.objectContaining({ name: 'A', type: 'HALF', value: 0.0999755859375 }),
    )
  })

  for (const name of ['deep-scanline.exr', 'deep-tile.exr']) {
    it(`are every sample of a deep pixel, whose number the picture of samples has: ${name}`, async () => {
      const source = memorySource(await fixture(name))
      const { rgba, columns, x, y, kind } = await readRegion(source, {
        samples: true,
        region: { x: 0, y: 0, width: 8, height: 4 },
      })
      expect(kind).toBe('scalar')
      for (const [i, count] of [...Array(32).keys()].map((at) => [at, halfOf(rgba[at * 4]!)] as const)) {
        const pixel = await readSamples(source, { part: 0, x: x + (i % columns), y: y + Math.floor(i / columns) })
        // The writer gives sample s of channel c the value 0.1 + s + c / 100.
        expect(pixel.sample_count).toBe(count)
        for (const [c, { samples, value, type }] of pixel.channels.entries()) {
          expect(samples).toHaveLength(count)
          expect(value).toBe(samples![0] ?? null)
          for (const [s, each] of samples!.entries()) {
            if (type !== 'UINT') expect(Math.abs(each - (0.1 + s + c / 100))).toBeLessThan(0.002)
          }
        }
      }
      const [analysed] = (await analysePixels(source, { deepStats: true })).deepStats!.parts
      const whole = await readRegion(source, { samples: true })
      const counts = [...Array(whole.columns * whole.rows).keys()].map((at) => halfOf(whole.rgba[at * 4]!))
      expect(counts.reduce((sum, each) => sum + each)).toBe(analysed!.sample_count)
      expect(Math.max(...counts)).toBe(analysed!.max_samples)
    })
  }

  it('are read with one decode, however many samples a deep pixel has', async () => {
    const bytes = await fixture('deep-scanline.exr')
    const source = memorySource(bytes)
    const { sample_count } = await readSamples(source, { part: 0, x: 3, y: 0 })
    expect(sample_count).toBeGreaterThan(2)
    // The header, then one chunk.
    expect(source.counters.bytes).toBeLessThanOrEqual(2 * bytes.length)
  })

  it('are counted of deep parts alone', async () => {
    const source = memorySource(await fixture('pixel-types.exr'))
    await expect(readRegion(source, { samples: true })).rejects.toMatchObject({ code: 'ERR_OPTION_INVALID' })
  })
})

/** Whole numbers below 2048. */
function halfOf(bits: number): number {
  return bits === 0 ? 0 : 2 ** ((bits >> 10) - 25) * (1024 + (bits & 1023))
}

describe('chunks encoded anew', () => {
  const recode = async (name: string, places = 100) => recodeFile(memorySource(await fixture(name), name), { places })

  it.each(['', '-tiled'])('take what a file of that compression takes that OpenEXR wrote (%s)', async (kind) => {
    const { bytes, ...seen } = await recode(`compression-none${kind}.exr`)
    expect(seen).toMatchObject({ left: 0, reason: null })
    // Lossless ones, and B44: the fixtures were written from the same samples.
    for (const codec of ['none', 'rle', 'piz', 'b44', 'b44a'] as const) {
      const written = await recode(`compression-${codec}${kind}.exr`)
      expect([codec, bytes[RECODED.indexOf(codec)]]).toEqual([codec, written.storedBytes])
    }
    // Of another level of zlib.
    const zip = await recode(`compression-zip${kind}.exr`)
    expect(bytes[RECODED.indexOf('zip')]! / zip.storedBytes).toBeCloseTo(1, 1)
  })

  it('are of places spread over the file and all of its flat parts, and what cannot be decoded is told', async () => {
    const two = await recode('compression-zips.exr', 2)
    expect([two.places, two.chunks]).toEqual([2, 38])
    expect(await recode('deep-scanline.exr')).toMatchObject({ places: 0, reason: 'it is deep' })
    const parts = await recode('multipart-all-types.exr')
    expect(parts.places).toBeGreaterThan(1)
    const cut = await recode('unfinished-scanlines.exr')
    expect([cut.places, cut.left, cut.reason]).toEqual([0, 2, expect.stringContaining('no usable offset')])
    const chroma = await recode('luminance-chroma.exr')
    expect([chroma.left, chroma.bytes.filter((size) => !size)]).toEqual([0, []])
  })
})
