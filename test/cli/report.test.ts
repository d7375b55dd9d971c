import { inflateSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { longReport } from '../../src/cli/inspect/long-report.ts'
import { namedValues } from '../../src/cli/inspect/named-columns.ts'
import { fileReport } from '../../src/cli/inspect/report.ts'
import { encodePicture } from '../../src/cli/picture/encode.ts'
import { fitPicture } from '../../src/cli/picture/image.ts'
import { protocolFor } from '../../src/cli/picture/protocol.ts'
import { shownPath } from '../../src/cli/shown-path.ts'
import { displayWidth, styleFor } from '../../src/cli/style.ts'
import { encodeHeader, makeAttribute, makeHeader } from '../../src/header/index.ts'
import { inspect } from '../../src/inspect/inspect.ts'
import type { Payload } from '../../src/inspect/payload.ts'
import { png } from '../../src/pixels/png.ts'
import { box, channel, listedPart, part, text } from '../header/headers.ts'
import { fixturePath } from '../helpers.ts'
import { runHere as runCli } from './run-cli.ts'

const window = box(1919, 1079)
const frame = { dataWindow: window, displayWindow: window }
const options = { style: styleFor({}, {}), width: 80, path: 'beauty.1001.exr', derived: false }
const report = (payload: Payload) => fileReport(payload, options)

async function payloadOf(parts: Parameters<typeof makeHeader>[0]): Promise<Payload> {
  return inspect(encodeHeader(makeHeader(parts)))
}

describe('the report of one file', () => {
  it('puts ten parts with their channels and shared attributes on one screen of 80 columns', async () => {
    const parts = Array.from({ length: 10 }, (_, index) =>
      listedPart(`layer${index}`, 'scanlineimage', 68, {
        ...frame,
        channels: ['A', 'B', 'G', 'R'].map((name) => channel(name)),
        extra: [makeAttribute('owner', 'string', text('a studio'))],
      }),
    )
    const payload = await payloadOf(parts)
    const lines = report(payload).split('\n')
    expect(lines.length).toBeLessThan(40)
    expect(lines.filter((line) => /^ {2}\d +layer\d +scan lines +1920x1080 .*R G B A HALF$/.test(line))).toHaveLength(
      10,
    )
    expect(lines.filter((line) => line.includes('owner'))).toHaveLength(1)
    expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(80)
    expect(longReport(payload, options).match(/owner/g)).toHaveLength(10)
  })

  it('tells the format first, and the data window where it is another', async () => {
    const told = async (dataWindow: typeof window) =>
      report(await payloadOf([part({ channels: [channel('Y')], dataWindow, displayWindow: window })]))
    expect(await told(window)).not.toContain('data window')
    const printed = await told(box(1929, 1089, -10, -10))
    expect(printed).toMatch(/^\w+ {2}1920x1080, 1 channel/m)
    expect(printed).toMatch(/format +1920x1080\n +data window +1940x1100 at -10,-10; overscan 10, 10, 10, 10/)
    expect(printed).toMatch(/colour +not stated/)
  })

  it('tells the view of each layer where a part has several, and a version that is not the usual one', async () => {
    const views = report(await inspect(fixturePath('multiview-channels.exr')))
    expect(views).toMatch(/^ {4}\(no layer\) +.*HALF, view left$/m)
    expect(views).toMatch(/^ {4}right +.*HALF, view right$/m)
    expect(views).not.toContain('  version ')
    expect(report(await inspect(fixturePath('name-long.exr')))).toMatch(/^ {2}version +2, long names$/m)
    expect(report(await inspect(fixturePath('flags-unknown.exr')))).toMatch(/^ {2}version +2, unknown\(0x\w+\)$/m)
  })

  // Minutes when a layer's list is copied for each of its channels.
  it('takes a layer of 70,000 channels in one go', { timeout: 30_000 }, async () => {
    const payload = await inspect(fixturePath('channels-70000.exr'), { limits: { channels: 100_000 } })
    expect(report(payload)).toContain('70,000 channels')
  })

  it('tells a Cryptomatte in one line and not its manifest', async () => {
    const manifest = JSON.stringify(
      Object.fromEntries(Array.from({ length: 1200 }, (_, i) => [`tree${i}`, '0000beef'])),
    )
    const matteText = (key: string, value: string) => makeAttribute(`cryptomatte/f834d0a/${key}`, 'string', text(value))
    const matte = ['00', '01', '02'].flatMap((level) =>
      ['a', 'b', 'g', 'r'].map((c) => channel(`uCryptoAsset${level}.${c}`, 'FLOAT')),
    )
    const payload = await payloadOf([
      part({
        ...frame,
        channels: [channel('R'), ...matte],
        extra: [
          matteText('name', 'uCryptoAsset'),
          matteText('hash', 'MurmurHash3_32'),
          matteText('conversion', 'uint32_to_float32'),
          matteText('manifest', manifest),
        ],
      }),
    ])
    const printed = report(payload)
    expect(printed).toContain('Cryptomatte uCryptoAsset: 1,200 objects, 6 ranks, MurmurHash3_32')
    expect(printed).not.toContain('tree1')
    expect(printed).not.toContain('conversion')
  })
})

describe('--columns', () => {
  it('names facts of the file, of its first part, and attributes', async () => {
    const payload = await inspect(fixturePath('attributes-all-types.exr'))
    const [first] = payload.parts
    const names = ['state', 'part_count', 'width', 'compression', 'screenWindowWidth', 'nosuch']
    expect(namedValues(payload, names)).toEqual(['whole', 1, first?.width, first?.compression, 1, null])
  })
})

describe('pictures', () => {
  const picture = {
    width: 2,
    height: 2,
    rgba: Uint8Array.of(255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 255, 255, 255, 255, 255),
  }

  const shown = async (name: string, ...args: string[]) =>
    (await runCli(['inspect', ...args, fixturePath(name)])).stdout
  const sizeOf = (text: string) => /_Ga=T,f=32,s=(\d+),v=(\d+)/.exec(text)?.slice(1).map(Number)

  it('come from the preview of the header, else from the pixels', async () => {
    const preview = JSON.parse(await shown('preview.exr', '--json')) as Payload
    const { width, height } = preview.attributes.parts.flat().find(({ type }) => type === 'preview')!.value as {
      width: number
      height: number
    }
    expect(sizeOf(await shown('preview.exr', '--image', 'kitty'))).toEqual([width, height])
    expect(sizeOf(await shown('compression-zip.exr', '--image', 'kitty'))).toEqual([40, 70])
    // 48 rows of pixels in 24 of cells, and 40 * 48 / 70 columns.
    const blocks = await shown('compression-zip.exr', '--image', 'blocks')
    expect([...blocks.matchAll(/^.*▀.*$/gm)].map(([line]) => line.split('▀').length - 1)).toEqual(Array(24).fill(27))
  })

  it('are missed with a reason, and the report is there all the same', async () => {
    const { stdout, stderr } = await runCli(['inspect', '--image', 'blocks', fixturePath('truncated-header.exr')])
    expect(stderr).toMatch(/^No picture, for there is no preview in the header: .+/)
    expect(stdout).toContain('truncated-header.exr')
  })

  it('take the file that follows --image for a file', async () => {
    const { code, stderr } = await runCli(['inspect', '--image', fixturePath('preview.exr')])
    expect(code).toBe(2)
    expect(stderr).toContain('There is no terminal')
  })

  it('are half blocks where the terminal knows no more, two pixels a cell', async () => {
    expect(await encodePicture(picture, 'blocks', 80)).toBe(
      '\u001b[38;2;255;0;0;48;2;0;0;255m▀\u001b[38;2;0;255;0;48;2;255;255;255m▀\u001b[0m\n',
    )
  })

  it('are sent in the words of each protocol', async () => {
    const pixels = Buffer.from(picture.rgba).toString('base64')
    expect(await encodePicture(picture, 'kitty', 80)).toBe(`\u001b_Ga=T,f=32,s=2,v=2,m=0;${pixels}\u001b\\\n`)
    const file = await png({ width: 2, height: 2, channels: 4, bytes: picture.rgba })
    expect(await encodePicture(picture, 'iterm', 80)).toContain(file.toString('base64'))
    // Red, green; blue, white: one bit of each column, in the first or the second of six rows.
    const six = await encodePicture(picture, 'sixel', 80)
    expect(six).toContain('#180;2;100;0;0')
    expect(six.endsWith('#180@?$#30?@$#5A?$#215?A-\u001b\\\n')).toBe(true)
  })

  it('are written as PNG whose rows come back', async () => {
    const file = await png({ width: 2, height: 2, channels: 4, bytes: picture.rgba })
    expect(file.subarray(1, 4).toString()).toBe('PNG')
    const at = file.indexOf('IDAT')
    const rows = inflateSync(file.subarray(at + 4, at + 4 + file.readUInt32BE(at - 4)))
    expect([...rows]).toEqual([0, ...picture.rgba.subarray(0, 8), 0, ...picture.rgba.subarray(8)])
  })

  it('shrink to the terminal by averaging, and never grow', () => {
    expect(fitPicture(picture, 100, 100)).toBe(picture)
    expect(fitPicture(picture, 1, 1)).toEqual({ width: 1, height: 1, rgba: Uint8Array.of(128, 128, 128, 255) })
  })

  it.each([
    [{ TERM: 'xterm-kitty' }, 'kitty'],
    [{ TERM_PROGRAM: 'iTerm.app' }, 'iterm'],
    [{ TERM: 'foot' }, 'sixel'],
    [{ TERM: 'xterm-256color' }, 'blocks'],
    [{ TERM: 'tmux-256color', TERM_PROGRAM: 'iTerm.app' }, 'blocks'],
  ])('know the terminal of %o', (env, protocol) => {
    expect(protocolFor(true, env)).toBe(protocol)
    expect(protocolFor('sixel', env)).toBe('sixel')
    expect(() => protocolFor('crayon', env)).toThrow('kitty, iterm, sixel, blocks')
  })
})

describe('paths', () => {
  it('are told as they were typed', () => {
    const here = process.cwd()
    expect(shownPath(`${here}/renders/a/b.exr`, ['renders'])).toBe('renders/a/b.exr')
    expect(shownPath(`${here}/renders/a/b.exr`, ['./renders/'])).toBe('./renders/a/b.exr')
    expect(shownPath(`${here}/renders/a.exr`, ['renders/a.exr'])).toBe('renders/a.exr')
    expect(shownPath(`${here}/renders/a.exr`, ['.'])).toBe('renders/a.exr')
    expect(shownPath(`${here}/renders/a.1.exr`, ['renders/*.exr'])).toBe('renders/a.1.exr')
    expect(shownPath(`${here}/renders-2/a.exr`, ['renders'])).toBe(`${here}/renders-2/a.exr`)
    expect(shownPath('/show/a.exr', ['/show'])).toBe('/show/a.exr')
  })
})
