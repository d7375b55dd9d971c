import { readFileSync } from 'node:fs'
import { cp, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { diff } from '../../src/lazy.ts'
import { type DiffOptions, diffFiles } from '../../src/pixels/diff.ts'
import { memorySource } from '../../src/source/memory.ts'
import { runHere as runCli } from '../cli/run-cli.ts'
import { fixture, fixturePath, tempDir } from '../helpers.ts'
import { runPython } from '../python-env.ts'
import { rawExr } from './raw-exr.ts'
import { python } from './truth.ts'

const RGB = ['B', 'G', 'R']
const ramp = (channel: string, x: number, y: number) => x + 10 * y + (channel === 'R' ? 0.5 : 0)

async function diffOf(a: Uint8Array, b: Uint8Array, options: DiffOptions = {}) {
  return (await diffFiles(memorySource(a, 'a'), memorySource(b, 'b'), options)).diff
}

describe('a diff of pixels', () => {
  const a = rawExr(8, 6, RGB, ramp)

  it('of a file with itself is nothing', async () => {
    const diff = await diffOf(a, a)
    expect(diff).toMatchObject({ result: 'same', parts: [{ pixels: 'same', attributes: [], storage: [] }] })
    expect(diff.parts[0]!.channels.map(({ compared }) => compared)).toEqual([48, 48, 48])
  })

  it('measures what differs, and where most', async () => {
    const b = rawExr(8, 6, RGB, (channel, x, y) => {
      if (channel !== 'G') return ramp(channel, x, y)
      return ramp(channel, x, y) + (x === 3 && y === 4 ? 2 : x === 1 && y === 1 ? -1 : 0)
    })
    const diff = await diffOf(a, b, { fail: 1.5, warn: 0.5 })
    const green = diff.parts[0]!.channels[1]!
    expect(diff.result).toBe('differs')
    expect(green).toMatchObject({
      channel_name: 'G',
      compared: 48,
      differing: 2,
      over_warn: 2,
      over_fail: 1,
      max_absolute: 2,
      mean_absolute: 3 / 48,
      max_relative: 1 / 11,
      worst: { x: 3, y: 4, a: 43, b: 45 },
    })
    expect(green.rms).toBeCloseTo(Math.sqrt(5 / 48), 14)
    // The peak is the largest value of both files: 57.
    expect(green.psnr).toBeCloseTo(20 * Math.log10(57 / Math.sqrt(5 / 48)), 12)
    expect((await diffOf(a, b, { fail: 2 })).result).toBe('same')
  })

  it('leaves out the pixels it is told to, in what it compares and counts', async () => {
    const b = rawExr(8, 4, RGB, (channel, x, y) => ramp(channel, x, y) + (x === 3 && y === 2 ? 2 : 0))
    const around = { x: 3, y: 2, width: 1, height: 1 }
    const [part] = (await diffOf(a, b, { except: around })).parts
    expect(part).toMatchObject({ pixels: 'same', pixels_only_in_a: 16 })
    expect(part!.channels[0]!.compared).toBe(31)
    const below = { x: -9, y: 3, width: 99, height: 99 }
    expect((await diffOf(a, b, { except: below })).parts[0]).toMatchObject({ pixels: 'differ', pixels_only_in_a: 0 })
    expect(await diff(a, b, { except: around })).toMatchObject({ parts: [part] })
    for (const moved of [{ x: 4 }, { x: 2 }, { y: 1 }, { y: 3 }]) {
      expect((await diffOf(a, b, { except: { ...around, ...moved } })).result).toBe('differs')
    }
  })

  // idiff passes 0.5 against NaN; oiiotool --diff passes two of them.
  it.each([1, 2, 48])('finds %i NaN against numbers, which idiff and oiiotool pass', async (count) => {
    const nan = rawExr(8, 6, RGB, (channel, x, y) =>
      channel === 'R' && y * 8 + x < count ? Number.NaN : ramp(channel, x, y),
    )
    const diff = await diffOf(a, nan, { fail: 1e9 })
    expect(diff.result).toBe('differs')
    expect(diff.parts[0]!.channels[2]).toMatchObject({ non_finite: count, over_fail: count, max_absolute: 0 })
    expect((await diffOf(nan, nan)).result).toBe('same')
    expect((await diffOf(nan, nan, { strict: true })).result).toBe('differs')
  })

  it('tells infinities apart, which idiff does not', async () => {
    const infinite = (sign: number) => rawExr(2, 1, ['Z'], () => sign * Number.POSITIVE_INFINITY)
    expect((await diffOf(infinite(1), infinite(1))).result).toBe('same')
    expect((await diffOf(infinite(1), infinite(-1))).result).toBe('differs')
  })

  it('compares where both data windows are and counts the rest', async () => {
    const display = [0, 0, 7, 5] as const
    const cropped = rawExr(4, 3, RGB, (channel, x, y) => ramp(channel, x + 2, y + 1), { display, origin: [2, 1] })
    const part = (await diffOf(a, cropped)).parts[0]!
    expect(part).toMatchObject({ pixels: 'same', pixels_only_in_a: 48 - 12, pixels_only_in_b: 0 })
    expect(part.channels[0]!.compared).toBe(12)
    expect(part.attributes.map(({ name }) => name)).toEqual(['dataWindow'])
    expect((await diffOf(cropped, a)).parts[0]).toMatchObject({ pixels: 'same', pixels_only_in_b: 36 })
  })

  it('looks past compressions and tiles', async () => {
    if (python === null) return
    const script = readFileSync(new URL('./reencode.py', import.meta.url), 'utf8')
    const path = fixturePath('pixel-types.exr')
    const lines = runPython(python, script, JSON.stringify({ folder: tempDir(), paths: [path] }))
      .trim()
      .split('\n')
    const copies = (JSON.parse(lines.at(-1)!) as Record<string, string[]>)[path]!.slice(0, 10)
    const original = await fixture('pixel-types.exr')
    for (const copy of copies) {
      const diff = await diffOf(original, readFileSync(copy))
      expect(diff.parts[0]!.pixels, copy).toBe('same')
      expect(diff.parts[0]!.channels.every(({ compared }) => compared > 0)).toBe(true)
    }
  })

  it('compares deep samples one by one and refuses deep against flat', async () => {
    const [zips, rle] = [await fixture('deep-compression-zips.exr'), await fixture('deep-compression-rle.exr')]
    expect((await diffOf(zips, rle)).parts[0]).toMatchObject({ pixels: 'same' })
    const flat = await diffOf(zips, await fixture('compression-zip.exr'))
    expect(flat.parts[0]!.pixels).toBe('cannot_tell')
  })

  it('cannot tell where pixels are missing', async () => {
    const bytes = await fixture('compression-zip.exr')
    const cut = bytes.slice(0, bytes.length - 20)
    expect((await diffOf(bytes, cut)).parts[0]).toMatchObject({ pixels: 'cannot_tell', missing_b: { chunks: 1 } })
  })
})

describe('exr-inspector diff', () => {
  it('answers 0, 1, 2 and 3 to the shell', async () => {
    const code = async (...args: string[]) => (await runCli(['diff', ...args])).code
    const zip = fixturePath('compression-zip.exr')
    expect(await code(zip, fixturePath('compression-piz.exr'))).toBe(0)
    expect(await code(zip, fixturePath('pixel-types.exr'))).toBe(1)
    expect(await code(zip, zip, '--fail', 'much')).toBe(2)
    expect(await code(zip, fixturePath('not-exr.exr'))).toBe(3)
  })

  it('pairs the files of two directories by name, and draws a map of two files', async () => {
    const [a, b] = [join(tempDir(), 'a'), join(tempDir(), 'b')]
    for (const folder of [a, b]) {
      await mkdir(folder)
      await cp(fixturePath('compression-zip.exr'), join(folder, 'f.0001.exr'))
    }
    await writeFile(join(b, 'f.0002.exr'), rawExr(4, 4, RGB, ramp))
    const { code, stdout } = await runCli(['diff', a, b, '--json'])
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({
      only_in_a: [],
      only_in_b: [join(b, 'f.0002.exr')],
      files: [{ result: 'same' }],
    })

    const image = join(a, 'map.png')
    await writeFile(
      join(a, 'f.0002.exr'),
      rawExr(4, 4, RGB, (channel, x, y) => ramp(channel, x, y) + (x === 0 ? 1 : 0)),
    )
    const two = await runCli(['diff', join(a, 'f.0002.exr'), join(b, 'f.0002.exr'), '--image', image])
    expect(two.stdout).toContain('brightest at a difference of 1')
    expect(readFileSync(image).subarray(1, 4).toString()).toBe('PNG')
  })
})
