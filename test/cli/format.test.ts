import { describe, expect, it } from 'vitest'
import { columns, wrap } from '../../src/cli/format/columns.ts'
import { csvLine } from '../../src/cli/format/csv.ts'
import { cut, fitColumns, shortPath } from '../../src/cli/format/fit.ts'
import { tableText } from '../../src/cli/format/rows.ts'
import { bytes, count, duration, rate } from '../../src/cli/format/units.ts'
import { singleLine, visibleData, visibleLines } from '../../src/cli/format/visible.ts'
import { attributeText } from '../../src/cli/inspect/attribute-text.ts'
import { channelLayers, layerText } from '../../src/cli/inspect/channel-layers.ts'
import { longReport } from '../../src/cli/inspect/long-report.ts'
import { progressLine, progressText } from '../../src/cli/progress.ts'
import { displayWidth, styleFor, usesColor } from '../../src/cli/style.ts'
import { zeroCounts } from '../../src/ingest/counts.ts'
import { inspectFileSync } from '../../src/inspect/inspect-file.ts'
import type { ChannelFacts, Payload } from '../../src/inspect/payload.ts'
import { fixturePath } from '../helpers.ts'

describe('units', () => {
  it.each([
    [0, '0 bytes'],
    [1, '1 byte'],
    [999, '999 bytes'],
    [1000, '1.00 kB'],
    [999_499, '999 kB'],
    [999_500, '1.00 MB'],
    [12_345_678, '12.3 MB'],
    [5e15, '5.00 PB'],
    [5e18, '5000 PB'],
  ])('tells %d bytes as %s', (size, text) => {
    expect(Number.parseFloat(bytes(size))).toBe(Number.parseFloat(text))
    expect(bytes(size).split(' ')[1]).toBe(text.split(' ')[1])
  })

  it('groups digits, of bigints too', () => {
    expect([count(999), count(1000), count(12345678n)]).toEqual(['999', '1,000', '12,345,678'])
  })

  it.each([
    [40, '0.0 s'],
    [9949, '9.9 s'],
    [12_400, '12 s'],
    [59_600, '1 min 00 s'],
    [185_000, '3 min 05 s'],
    [7_620_000, '2 h 07 min'],
  ])('tells %d ms as %s', (milliseconds, text) => {
    expect(duration(milliseconds)).toBe(text)
  })

  it('never divides by nothing', () => {
    expect(rate(5, 0)).toBe('0.0 files/s')
    expect(rate(4200, 1000)).toBe('4,200 files/s')
  })
})

describe('columns', () => {
  it('aligns by what is seen, not by bytes', () => {
    const red = styleFor({}, { FORCE_COLOR: '1' }).red
    expect(displayWidth(red('ab'))).toBe(2)
    expect(displayWidth('画像')).toBe(4)
    expect(displayWidth('e\u0301')).toBe(1)
    expect(
      columns(
        [
          [red('ab'), 'x'],
          ['画像', 'y'],
        ],
        { width: 80 },
      ),
    ).toEqual([`${red('ab')}    x`, '画像  y'])
  })

  it('cuts the last column at the edge of the terminal and says so', () => {
    expect(columns([['name', 'x'.repeat(50)]], { width: 20 })).toEqual([`name  ${'x'.repeat(13)}…`])
  })

  it('wraps at spaces and never loses a word', () => {
    const text = 'one two three four five'
    const lines = wrap(text, 12, '  ')
    expect(lines.every((line) => line.length <= 12)).toBe(true)
    expect(lines.map((line) => line.trim()).join(' ')).toBe(text)
    expect(wrap('averyverylongword', 10, '')).toEqual(['averyveryl', 'ongword'])
  })
})

describe('text that would act on a terminal', () => {
  // ESC, OSC with BEL, C1 CSI, right-to-left override, isolate, zero-width space, joiner, BOM, tag, soft hyphen, DEL.
  const evil = '\u001b[2J\u001b]0;x\u0007\u009b31m\u202e\u2066\u200b\u200d\ufeff\u{e0041}\u00ad\u007f\u2028\ud800'
  const seen =
    '\\u001b[2J\\u001b]0;x\\u0007\\u009b31m\\u202e\\u2066\\u200b\\u200d\\ufeff\\udb40\\udc41\\u00ad\\u007f\\u2028\\ud800'

  it('is shown in escapes, on one line', () => {
    expect(singleLine(`a${evil}\r\nb\tc`)).toBe(`a${seen} b\\u0009c`)
    expect(singleLine('Größe 画像 ❤️ e\u0301')).toBe('Größe 画像 ❤️ e\u0301')
  })

  it('does not pass a block either, where only colours and line ends may', () => {
    expect(visibleLines(`\u001b[1mbold\u001b[22m\n\t${evil}`)).toBe(`\u001b[1mbold\u001b[22m\n\t${seen}`)
    expect(visibleLines('\u001b[31')).toBe('\\u001b[31')
  })

  it('stays the same value in JSON', () => {
    expect(visibleData('\u001b[31m\n')).toBe('\\u001b[31m\n')
    const json = visibleData(JSON.stringify(evil))
    expect(/[^ -~]/.test(json)).toBe(false)
    expect(JSON.parse(json)).toBe(evil)
  })
})

describe('CSV', () => {
  it('has texts as they are, or safe from spreadsheets that run formulas', () => {
    const row = ['=1+1', '+a', '-b', '@c', '\t=d', ' =e', '＝f', 'a=b', -1.5, 3n, null, '', 'x"y']
    expect(csvLine(row, { safe: false })).toBe('=1+1,+a,-b,@c,\t=d, =e,＝f,a=b,-1.5,3,,"","x""y"\n')
    expect(csvLine(row, { safe: true })).toBe("'=1+1,'+a,'-b,'@c,'\t=d,' =e,'＝f,a=b,-1.5,3,,\"\",\"x\"\"y\"\n")
  })
})

describe('what fits a line', () => {
  it('gives the room to those that lack most, and leaves out columns that do not fit at their narrowest', () => {
    const text = (width: number) => ({ width, least: 12 })
    const number = (width: number) => ({ width, least: width })
    expect(fitColumns([text(5), number(8), text(10)], 80, 2)).toEqual([5, 8, 10])
    expect(fitColumns([text(100), number(8), text(100)], 60, 2)).toEqual([24, 8, 24])
    expect(fitColumns([text(30), number(20), text(30)], 36, 2)).toEqual([14, 20])
    expect(fitColumns([number(90)], 80, 2)).toEqual([90])
  })

  it('takes folders out of the middle of a path first, and keeps frame number and extension', () => {
    const path = '/show/seq010/shot0230/comp/v012/beauty.1001.exr'
    expect(shortPath(path, 60)).toBe(path)
    expect(shortPath(path, 40)).toBe('/show/seq010/…/comp/v012/beauty.1001.exr')
    expect(shortPath(path, 24)).toBe('/…/v012/beauty.1001.exr')
    expect(shortPath('a_very_long_name_of_a_frame.1001.exr', 20)).toBe('a_very_…ame.1001.exr')
    for (let width = 10; width < 60; width++) expect(displayWidth(shortPath(path, width))).toBeLessThanOrEqual(width)
  })

  it('cuts text between words where one ends near', () => {
    expect(cut('linear light of the camera', 20)).toBe('linear light of the…')
    expect(cut('short', 20)).toBe('short')
  })

  it('shows fewer columns of a wide table, and which it left out', async () => {
    const style = styleFor({}, {})
    const columns = ['file_path', 'width', 'compression', 'render_software', 'color_space'].map((name) => ({
      name,
      type: name === 'width' ? 'INTEGER' : 'VARCHAR',
    }))
    const rows = [['/show/seq/shot/comp/v001/beauty.1001.exr', 2048, 'zip', 'A renderer 12.1.3.4', 'ACEScg']]
    const batches = (async function* () {
      yield rows
    })()
    let text = ''
    for await (const piece of tableText({ columns, batches }, { style, width: 60 })) text += piece
    const lines = text.trimEnd().split('\n')
    expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(60)
    expect(text.replaceAll('\n', ' ')).toContain('3 of 5 columns fit here; not shown: render_software, color_space.')
    expect(lines[1]).toMatch(/^\/show\/seq\/shot\/comp\/v001\/beauty\.1001\.exr +2048 +zip$/)
  })
})

describe('colour', () => {
  it.each([
    [{}, true, true],
    [{}, false, false],
    [{ NO_COLOR: '1' }, true, false],
    [{ NO_COLOR: '' }, true, true],
    [{ FORCE_COLOR: '1' }, false, true],
    [{ FORCE_COLOR: '', NO_COLOR: '1' }, false, true],
    [{ FORCE_COLOR: '0' }, true, false],
    [{ TERM: 'dumb' }, true, false],
  ])('with %j on a terminal (%s): %s', (env, isTTY, expected) => {
    expect(usesColor({ isTTY }, env)).toBe(expected)
  })
})

describe('attributeText', () => {
  it.each([
    [1.5, '1.5'],
    ['text', 'text'],
    [[1, 2, 3], '1 2 3'],
    [['left', 'right'], 'left, right'],
    [Array.from({ length: 20 }, (_, index) => index), '0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 and 4 values more'],
    [{ min: { x: -0.5, y: 0 }, max: { x: 1, y: 2 } }, '-0.5,0 to 1,2'],
    [{ numerator: 24000, denominator: 1001 }, '24000/1001'],
    [{ encoding: 'base64', data: 'AAAA' }, '3 bytes'],
    [{ width: 64, height: 36, encoding: 'base64', data: 'AAAA' }, '64x36 thumbnail'],
    [{ film_mfc_code: 3, film_type: 77 }, 'film mfc code 3, film type 77'],
    [null, 'null'],
  ])('tells %j as %s', (value, text) => {
    expect(attributeText({ type: 'x', value })).toBe(text)
  })

  it('prefers the form made for people', () => {
    expect(attributeText({ type: 'timecode', value: { time_and_flags: 1 }, display: '01:00:00:00' })).toBe(
      '01:00:00:00',
    )
  })
})

describe('channelLayers', () => {
  const channel = (name: string, sampling = 1): ChannelFacts => ({
    part_index: 0,
    channel_name: name,
    layer_name: name.includes('.') ? name.slice(0, name.lastIndexOf('.')) : '',
    component_name: name.slice(name.lastIndexOf('.') + 1),
    view_name: null,
    channel_type: name.endsWith('Z') ? 'FLOAT' : 'HALF',
    x_sampling: sampling,
    y_sampling: sampling,
    p_linear: false,
  })

  it('groups by layer, components in the order an artist expects', () => {
    const layers = channelLayers(['A', 'B', 'G', 'R', 'key.B', 'key.G', 'key.R', 'key.id'].map((name) => channel(name)))
    expect(layers.map((layer) => [layer.name, layerText(layer)])).toEqual([
      ['', 'R G B A HALF'],
      ['key', 'R G B id HALF'],
    ])
  })

  it('says which channel is of which pixel type', () => {
    const id = { ...channel('key.id'), channel_type: 'UINT' }
    expect(channelLayers([id, channel('key.R'), channel('key.G')]).map(layerText)).toEqual(['R G HALF, id UINT'])
  })

  it('puts channels without a layer first and tells subsampled ones apart', () => {
    const layers = channelLayers([channel('depth.Z'), channel('BY', 2), channel('RY', 2), channel('Y')])
    expect(layers.map((layer) => [layer.name, layerText(layer)])).toEqual([
      ['', 'BY RY HALF, one per 2x2 pixels'],
      ['', 'Y HALF'],
      ['depth', 'Z FLOAT'],
    ])
  })
})

describe('progressText', () => {
  const counts = (changes: Partial<ReturnType<typeof zeroCounts>>) => ({ ...zeroCounts(), ...changes })

  it('tells how much is done, how fast, what failed and how long it will take', () => {
    const text = progressText(counts({ toInspect: 5000, inspected: 1000, failed: 2, walkEnded: true }), Infinity, 2)
    expect(text).toBe('1,000 of 5,000 files, 2,000 files/s, 2 failed, 2.0 s left')
  })

  it('marks a total that may still grow, and caps it at the limit', () => {
    expect(progressText(counts({ toInspect: 10 }), Infinity, 0)).toBe('0 of 10+ files')
    expect(progressText(counts({ toInspect: 100 }), 20, 0)).toBe('0 of 20 files')
  })

  it('stands behind a bar that tells done from left without colour', () => {
    const line = (inspected: number, width: number) =>
      progressLine(counts({ toInspect: 10, inspected, walkEnded: true }), Infinity, 0, {
        style: styleFor({}, {}),
        width,
      })
    expect(line(0, 100)).toBe(`${'┄'.repeat(24)} 0 of 10 files`)
    expect(line(5, 23)).toBe('━━━━┄┄┄┄ 5 of 10 files')
    expect(line(10, 100)).toContain(`${'━'.repeat(24)} 10 of 10 files`)
  })

  it('fits the terminal and keeps the time that is left', () => {
    const many = counts({ toInspect: 9_000_000, inspected: 4_000_000, unchanged: 1_234_567, failed: 9876 })
    for (const width of [80, 100]) {
      const line = progressLine(many, Infinity, 1.5, { style: styleFor({}, {}), width })
      expect(line.length).toBeLessThan(width)
      expect(line).toContain('55 min 33 s left')
    }
  })
})

describe('a report of very much', () => {
  const payloadOf = (parts: number, text: string) => {
    const whole = inspectFileSync(fixturePath('compression-zip.exr'))
    const attributes = whole.attributes.parts[0]!.concat({
      name: 'note',
      type: 'string',
      value: text,
      source: 'exr' as const,
    })
    let looks = 0
    const channels = Array.from({ length: parts }, (_, part) =>
      whole.channels.map((channel) =>
        Object.defineProperty({ ...channel }, 'part_index', {
          get() {
            looks++
            return part
          },
        }),
      ),
    ).flat()
    const payload = {
      ...whole,
      parts: Array.from({ length: parts }, (_, part_index) => ({ ...whole.parts[0]!, part_index })),
      channels,
      attributes: { parts: Array.from({ length: parts }, () => attributes) },
    }
    return { payload, looks: () => looks }
  }
  const report = (payload: Payload, width: number) =>
    longReport(payload, { style: styleFor({}, {}), width, path: payload.file.path, derived: false })

  it('looks at each channel a fixed number of times, however many parts there are', () => {
    const { payload, looks } = payloadOf(2000, 'short')
    report(payload, Number.POSITIVE_INFINITY)
    expect(looks()).toBeLessThanOrEqual(2 * payload.channels.length)
  })

  it('is cut on a terminal, and says how to see all', () => {
    const { payload } = payloadOf(2000, 'x'.repeat(1_000_000))
    const text = report(payload, 100)
    expect(text.length).toBeLessThan(200_000)
    expect(text).toContain('and 1,936 parts more: --part picks some, --json has all')
    expect(text).toContain('1,000,000 characters, --json has all')
  })

  it('is whole where it goes elsewhere', () => {
    const { payload } = payloadOf(100, 'x'.repeat(10_000))
    expect(report(payload, Number.POSITIVE_INFINITY)).toContain('x'.repeat(10_000))
  })
})
