import { execFileSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { bandsOf } from '../../src/pixels/bands.ts'
import type { Region } from '../../src/pixels/chunk-list.ts'
import { srgbByte } from '../../src/pixels/colour.ts'
import { readRegion, toHalf } from '../../src/pixels/region.ts'
import { makeThumbnail } from '../../src/pixels/thumbnail.ts'
import { memorySource } from '../../src/source/memory.ts'
import { runHere as runCli } from '../cli/run-cli.ts'
import { countingSource, fixture, fixturePath, tempDir } from '../helpers.ts'
import { projectRoot } from '../paths.ts'
import { rawExr } from './raw-exr.ts'

/** Red, green and blue of a pixel of a picture without alpha. */
function pixel(
  { width, bytes, channels }: { width: number; bytes: Uint8Array; channels: number },
  x: number,
  y: number,
) {
  return [...bytes.subarray((y * width + x) * channels, (y * width + x) * channels + 3)]
}

describe('thumbnails', () => {
  it('take the nearest 8-bit value of the sRGB curve', () => {
    const curve = (value: number) => (value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055)
    const values = Array.from({ length: 20_000 }, (_, i) => i / 19_000)
    expect(values.map(srgbByte)).toEqual(
      values.map((value) => Math.round(255 * Math.min(1, curve(Math.min(1, value))))),
    )
    expect([-1, 0, Number.NaN, Infinity].map(srgbByte)).toEqual([0, 0, 0, 255])
  })

  it.runIf(process.platform === 'linux')('are made as PNG without loading OpenImageIO', () => {
    const script = `
      import { readFileSync } from 'node:fs'
      const [{ makeThumbnail }, { writePicture }, { openSource }] = await Promise.all(
        ['pixels/thumbnail', 'pixels/write-picture', 'source/open'].map((name) => import(${JSON.stringify(pathToFileURL(join(projectRoot, 'dist')).href)} + '/' + name + '.js')),
      )
      const { source } = await openSource(${JSON.stringify(fixturePath('compression-zip.exr'))})
      await writePicture(process.argv[1], await makeThumbnail(source))
      await source.close()
      const libraries = readFileSync('/proc/self/maps', 'utf8')
      process.stdout.write(['libOpenEXR', 'libOpenImageIO'].map((name) => libraries.includes(name)).join())`
    const picture = join(tempDir(), 'picture.png')
    const seen = execFileSync(process.execPath, ['--input-type=module', '-e', script, picture], { encoding: 'utf8' })
    expect(seen).toBe('true,false')
    expect(existsSync(picture)).toBe(true)
  })

  it('take the range of large data without a number object for each pixel', () => {
    const frame = join(tempDir(), 'z.exr')
    writeFileSync(
      frame,
      rawExr(1024, 1536, ['Z'], (_, x, y) => x + y),
    )
    const script = `
      const [{ makeThumbnail }, { openSource }] = await Promise.all(
        ['pixels/thumbnail', 'source/open'].map((name) => import(${JSON.stringify(pathToFileURL(join(projectRoot, 'dist')).href)} + '/' + name + '.js')),
      )
      const { source } = await openSource(process.argv[1])
      const { facts } = await makeThumbnail(source, { size: 1536 })
      process.stdout.write(JSON.stringify(facts.range))`
    const tight = ['--max-old-space-size=24', '--input-type=module', '-e', script, frame]
    const range = JSON.parse(execFileSync(process.execPath, tight, { encoding: 'utf8', stdio: 'pipe' }))
    // Of 1,572,864 sums, 15,753 are at most 176, and as many at least 2558 - 176.
    expect(range).toEqual([176, 2382])
  })

  it('are the right way up, in sRGB, with the data window in the display window', async () => {
    // The upper half of a 4 x 4 data window at 2, 1 of an 8 x 8 frame is red, the lower one blue.
    const value = (channel: string, _: number, y: number) => (channel === (y < 2 ? 'R' : 'B') ? 0.5 : 0)
    const file = rawExr(4, 4, ['B', 'G', 'R'], value, { display: [0, 0, 7, 7], origin: [2, 1] })
    const picture = await makeThumbnail(memorySource(file), { background: [0, 255, 0] })
    expect([picture.width, picture.height]).toEqual([8, 8])
    // 0.5 linear is 188 in sRGB (IEC 61966-2-1).
    expect(pixel(picture, 2, 1)).toEqual([188, 0, 0])
    expect(pixel(picture, 5, 4)).toEqual([0, 0, 188])
    for (const [x, y] of [
      [1, 1],
      [2, 0],
      [6, 4],
      [5, 5],
    ] as const)
      expect(pixel(picture, x, y)).toEqual([0, 255, 0])
  })

  it.each([
    ['arnold/color_space', 'ACES - ACEScg'],
    ['colorspace', 'lin_ap1_scene'],
    ['oiio:ColorSpace', 'ACEScg'],
  ])('take the colours for what %s says, as the catalog does', async (name, says) => {
    const red = (channel: string) => (channel === 'R' ? 0.18 : 0.09)
    const file = rawExr(2, 2, ['B', 'G', 'R'], red, { strings: { [name]: says } })
    const picture = await makeThumbnail(memorySource(file))
    expect(picture.facts.color_space).toBe(says)
    // 1.7051 x 0.18 - 0.7051 x 0.09 is 0.2434 in Rec. 709 (ACES AP1 with the white adapted), 135 in sRGB.
    expect(Math.abs(pixel(picture, 0, 0)[0]! - 135)).toBeLessThanOrEqual(1)
  })

  it('are means of what each pixel covers, and never larger than the image', async () => {
    const file = rawExr(64, 32, ['B', 'G', 'R'], (_, x) => (x % 2 === 0 ? 0 : 1))
    const picture = await makeThumbnail(memorySource(file), { size: 16 })
    expect([picture.width, picture.height]).toEqual([16, 8])
    expect(pixel(picture, 7, 3)).toEqual([188, 188, 188])
    expect((await makeThumbnail(memorySource(file), { size: 512 })).width).toBe(64)
  })

  it('put colours over what lies behind them by their alpha', async () => {
    const file = rawExr(2, 2, ['A', 'B', 'G', 'R'], (channel) => (channel === 'A' ? 0.5 : channel === 'R' ? 0.25 : 0))
    const over = await makeThumbnail(memorySource(file), { background: [255, 255, 255] })
    // 0.25 and half of white: 0.75 and 0.5 linear.
    expect(pixel(over, 0, 0)).toEqual([225, 188, 188])
    const alone = await makeThumbnail(memorySource(file), { background: 'none' })
    expect([...alone.bytes.subarray(0, 4)]).toEqual([188, 0, 0, 128])
  })

  it('show data in false colour between the ends of a range', async () => {
    const file = rawExr(2, 1, ['Z'], (_, x) => (x === 0 ? 10 : 20))
    const picture = await makeThumbnail(memorySource(file), { range: [10, 20] })
    expect(picture.facts).toMatchObject({ kind: 'false_colour', channels: ['Z'], range: [10, 20] })
    // The first and last colour of viridis.
    expect([pixel(picture, 0, 0), pixel(picture, 1, 0)]).toEqual([
      [68, 1, 84],
      [253, 231, 37],
    ])
  })

  it('find every view of a part that holds several, the default one by its name too', async () => {
    const bytes = await fixture('multiview-channels.exr')
    const shown = async (view: string) => (await makeThumbnail(memorySource(bytes), { view })).facts.channels
    expect(await shown('left')).toEqual(['R', 'G', 'B'])
    expect(await shown('right')).toEqual(['right.R', 'right.G', 'right.B'])
  })

  it('read the smallest level that suffices', async () => {
    const whole = countingSource(await fixture('tiled-mipmap-down.exr'))
    const large = await makeThumbnail(whole)
    const part = countingSource(await fixture('tiled-mipmap-down.exr'))
    const small = await makeThumbnail(part, { size: Math.ceil(large.width / 4) })
    expect(large.facts.level).toBe(0)
    expect(small.facts.level).toBeGreaterThan(0)
    expect(part.counters.bytes).toBeLessThan(whole.counters.bytes)
  })

  it('show the part that is asked for, and say when it is not there', async () => {
    const output = join(tempDir(), 'part.png')
    const shown = (part: string) =>
      runCli(['thumbnail', fixturePath('multipart-two.exr'), '--part', part, '-o', output, '--json'])
    expect(JSON.parse((await shown('1')).stdout)).toMatchObject({ part_index: 1 })
    const { code, stderr } = await shown('9')
    expect(stderr).toMatch(/has no part 9; its parts are 0 to 1.*ERR_OPTION_INVALID|ERR_OPTION_INVALID.*has no part 9/)
    expect(code).toBe(2)
  })

  it('name the layers there are when one is asked for that is not there', async () => {
    const making = makeThumbnail(memorySource(await fixture('many-channels.exr')), { layer: 'nowhere' })
    await expect(making).rejects.toMatchObject({
      code: 'ERR_OPTION_INVALID',
      message: expect.stringMatching(/nowhere/),
    })
  })

  it.each(['png', 'jpg', 'webp'])('are written as %s', async (extension) => {
    const output = join(tempDir(), `picture.${extension}`)
    const { code, stdout } = await runCli(['thumbnail', fixturePath('compression-zip.exr'), '-o', output, '--json'])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ output, kind: 'colour' })
    const magic = { png: '89504e47', jpg: 'ffd8ff', webp: '52494646' }[extension]!
    expect((await readFile(output)).toString('hex').startsWith(magic)).toBe(true)
  })
})

describe('paths of pictures', () => {
  it.each([
    ['thumbnail', 'gone.exr', '-o'],
    ['contact-sheet', 'gone.exr', '-o'],
    ['diff', 'gone.exr', 'lost.exr', '--image'],
  ])('are looked at before any file is: %s', async (...args) => {
    const { code, stderr } = await runCli([...args, 'picture.gif'])
    expect(code).toBe(2)
    expect(stderr).toContain('ends in .png, .jpg')
  })

  it('are named in errors, and not what is written beside them first', async () => {
    const output = join(tempDir(), 'gone', 'picture.png')
    const { code, stderr } = await runCli(['thumbnail', fixturePath('compression-zip.exr'), '-o', output])
    expect(code).not.toBe(0)
    expect(stderr).toContain(`open '${output}'`)
  })
})

describe('a contact sheet', () => {
  it('draws gaps and broken frames and counts them', async () => {
    const output = join(tempDir(), 'sheet.png')
    const files = ['compression-zip.exr', 'not-exr.exr'].map(fixturePath)
    const { code, stdout } = await runCli(['contact-sheet', ...files, '-o', output, '--json'])
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toEqual({ output, frames: 2, missing: 0, broken: 1, partial: 0 })
    expect((await readFile(output)).subarray(1, 4).toString()).toBe('PNG')
  })

  it('is not written when none of the files is there', async () => {
    const output = join(tempDir(), 'sheet.png')
    const { code, stdout, stderr } = await runCli(['contact-sheet', '/nowhere/a.exr', '/nowhere/b.exr', '-o', output])
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toContain('no sheet was written')
    expect(existsSync(output)).toBe(false)
  })
})

describe('regions', () => {
  const value = (channel: string, x: number, y: number) => (channel === 'R' ? x : channel === 'G' ? y : -1)

  it('are linear halfs of just these pixels', async () => {
    const source = countingSource(new Uint8Array(rawExr(32, 64, ['B', 'G', 'R'], value)))
    const region = await readRegion(source, { region: { x: 30, y: 62, width: 8, height: 8 } })
    expect(region).toMatchObject({ x: 30, y: 62, width: 2, height: 2, layer: '' })
    const half = (number: number) => toHalf(number)
    const rows = [62, 63].flatMap((y) => [30, 31].flatMap((x) => [half(x), half(y), half(-1), 0x3c00]))
    expect([...region.rgba]).toEqual(rows)
  })

  it('outside of the image are refused', async () => {
    const source = memorySource(rawExr(4, 4, ['B', 'G', 'R'], value))
    const reading = readRegion(source, { region: { x: 4, y: 0, width: 1, height: 1 } })
    await expect(reading).rejects.toMatchObject({ code: 'ERR_OPTION_INVALID' })
  })

  it('are the same from several threads, and no chunk is read by two', async () => {
    const bytes = rawExr(2048, 512, ['Z'], (_, x, y) => x * y)
    const line = 8 + 2048 * 4
    // One chunk says that it is another.
    bytes.writeInt32LE(7, bytes.length - 212 * line)
    const [alone, together] = [countingSource(bytes), countingSource(bytes)]
    const wish = { size: 512 }
    const expected = await readRegion(alone, wish)
    expect(expected.missing).toMatchObject({ chunks: 1, rows: [[300, 300]] })
    expect(await readRegion(together, { ...wish, threads: 3 })).toEqual(expected)
    expect(together.counters.bytes).toBe(alone.counters.bytes)
    expect(together.counters.requests).toBe(alone.counters.requests + 2)
  })

  it('are cut into bands where rows of the picture and of chunks both begin', () => {
    const cuts = (area: Region, height: number, chunkRows: number, top = area.y) =>
      bandsOf(area, height, chunkRows, top, 2).map(({ firstRow, endRow, region }) => [
        firstRow,
        endRow,
        region.y,
        region.height,
      ])
    const frame = { x: 0, y: 0, width: 4096, height: 2160 }
    expect(cuts(frame, 540, 16)).toEqual([
      [0, 268, 0, 1072],
      [268, 540, 1072, 1088],
    ])
    // Data windows begin anywhere, and so do regions of them.
    expect(cuts({ ...frame, y: -100 }, 540, 16)).toEqual([
      [0, 268, -100, 1072],
      [268, 540, 972, 1088],
    ])
    expect(cuts({ ...frame, y: 8 }, 540, 16, 0)).toEqual([
      [0, 270, 8, 1080],
      [270, 540, 1088, 1080],
    ])
    // One chunk, few pixels, rows that repeat.
    for (const [area, height, rows] of [
      [frame, 540, 4096],
      [{ ...frame, width: 100 }, 540, 16],
      [frame, 4320, 16],
    ] as const) {
      expect(cuts(area, height, rows)).toEqual([[0, height, 0, 2160]])
    }
  })

  it('round to the nearest half', () => {
    const halfs = [
      [1, 0x3c00],
      [-2, 0xc000],
      [65504, 0x7bff],
      [65520, 0x7c00],
      [Number.POSITIVE_INFINITY, 0x7c00],
      [2 ** -24, 1],
      [2 ** -25, 0],
      [1.5 * 2 ** -24, 2],
      [1 + 2 ** -11, 0x3c00],
      [1 + 3 * 2 ** -11, 0x3c02],
      [2047.9999, 0x6800],
    ] as const
    for (const [number, bits] of halfs) expect(toHalf(number), String(number)).toBe(bits)
    expect(toHalf(Number.NaN) & 0x7fff).toBeGreaterThan(0x7c00)
  })
})
