import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { makeAttribute } from '../../src/header/index.ts'
import { inspect } from '../../src/inspect/inspect.ts'
import { inspectFileSync } from '../../src/inspect/inspect-file.ts'
import { valueColumns } from '../../src/tables/value-columns.ts'
import { text, tinyFile } from './tiny-file.ts'

const dir = mkdtempSync(join(tmpdir(), 'exr-people-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const bytesOf = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'))

describe('channels', () => {
  it('have a layer only where a dot separates something', async () => {
    const channels = ['.', '..Z', '.R', 'A.', 'R', 'deep.layer.X', 'light1..R']
    const payload = await inspect(tinyFile({ channels }).bytes)
    expect(payload.channels.map((channel) => [channel.layer_name, channel.component_name])).toEqual([
      ['', '.'],
      ['.', 'Z'],
      ['', '.R'],
      ['', 'A.'],
      ['', 'R'],
      ['deep.layer', 'X'],
      ['light1.', 'R'],
    ])
  })

  it('of several views in one part each name theirs', async () => {
    const channels = ['R', 'depth.Z', 'depth.right.Z', 'right.R', 'right.depth.Z']
    const views = makeAttribute('multiView', 'stringvector', {
      kind: 'stringvector',
      value: ['left', 'right'],
      validUtf8: true,
    })
    const payload = await inspect(tinyFile({ channels, extra: [views] }).bytes)
    expect(payload.channels.map((channel) => channel.view_name)).toEqual(['left', null, 'right', 'right', null])
    const one = await inspect(tinyFile({ extra: [text('view', 'left')] }).bytes)
    expect(one.channels[0]!.view_name).toBe('left')
    expect((await inspect(tinyFile().bytes)).channels[0]!.view_name).toBeNull()
  })
})

describe('text that is not plain UTF-8', () => {
  it.each([
    ['Latin-1', '5a6feb', 'Zo\u00eb', 'windows-1252'],
    ['accents before letters', '6372e86d65', 'cr\u00e8me', 'windows-1252'],
    ['Shift JIS', '836583588367', '\u30c6\u30b9\u30c8', 'shift_jis'],
    ['GBK', 'b2e2cad4', '\u6d4b\u8bd5', 'gbk'],
    ['windows-1252 quotes', '93486994209680', '\u201cHi\u201d \u2013\u20ac', 'windows-1252'],
    [
      'windows-1251',
      'cff0e8e2e5f220ece8f02031',
      '\u041f\u0440\u0438\u0432\u0435\u0442 \u043c\u0438\u0440 1',
      'windows-1251',
    ],
    ['windows-1251 in small letters', 'f0e5ede4e5f0', '\u0440\u0435\u043d\u0434\u0435\u0440', 'windows-1251'],
    ['UTF-16', 'fffe5a006f00eb00', 'Zo\u00eb', 'utf-16le'],
    ['UTF-16, high byte first', 'feff005a006f00eb', 'Zo\u00eb', 'utf-16be'],
    ['EUC-JP', 'a5c6a5b9a5c8', '\u30c6\u30b9\u30c8', 'euc-jp'],
    ['several accents', '6964e9652cfde0', 'id\u00e9e,\u00fd\u00e0', 'windows-1252'],
  ])('%s is readable, and its bytes are kept', async (_, hex, readable, encoding) => {
    const { attributes } = await inspect(tinyFile({ extra: [text('comments', bytesOf(hex))] }).bytes)
    expect(attributes.parts[0]!.find(({ name }) => name === 'comments')).toMatchObject({
      value: { encoding: 'base64', data: Buffer.from(hex, 'hex').toString('base64') },
      display: readable,
      encoding,
    })
  })

  it('loses the NUL bytes it was padded with, but for the raw value', async () => {
    const payload = await inspect(tinyFile({ extra: [text('Software', 'Foo 1.0\0\0'), text('a', 'a\0b')] }).bytes)
    const [padded, inside] = ['Software', 'a'].map(
      (name) => payload.attributes.parts[0]!.find((attribute) => attribute.name === name)!,
    )
    expect(padded).toMatchObject({ value: 'Foo 1.0\0\0', display: 'Foo 1.0' })
    expect(valueColumns(padded!)).toMatchObject({ json: '"Foo 1.0\\u0000\\u0000"', text: 'Foo 1.0' })
    expect(inside).not.toHaveProperty('display')
    expect(payload.parts[0]).toMatchObject({ render_software: 'Foo', render_software_version: '1.0' })
  })
})

describe('what a part tells of its making', () => {
  it('is a stated colour space, or a guess of its own', async () => {
    const guessed = await inspect(tinyFile({ channels: ['B', 'G', 'R'] }).bytes)
    expect(guessed.parts[0]).toMatchObject({ color_space: null, color_space_source: null })
    expect(guessed.parts[0]!.color_space_deriver).toMatch(/^OpenImageIO \d/)
    const stated = await inspect(tinyFile({ extra: [text('colorInteropID', 'lin_ap1_scene')] }).bytes)
    expect(stated.parts[0]).toMatchObject({ color_space: 'lin_ap1_scene', color_space_source: 'colorInteropID' })
  })

  it('is a rate and a time code, unless they cannot be', async () => {
    const of = async (numerator: number, denominator: number, timeAndFlags: number) => {
      const extra = [
        makeAttribute('framesPerSecond', 'rational', { kind: 'rational', value: { numerator, denominator } }),
        makeAttribute('timeCode', 'timecode', { kind: 'timecode', value: { timeAndFlags, userData: 7 } }),
      ]
      return (await inspect(tinyFile({ extra }).bytes)).parts[0]
    }
    expect(await of(24000, 1001, 0x01020344)).toMatchObject({
      frames_per_second: 24000 / 1001,
      time_code: '01:02:03;04',
    })
    expect(await of(24, 0, 0x24000000)).toMatchObject({ frames_per_second: null, time_code: null })
  })
})

describe('a file that is no EXR', () => {
  it.each([
    [
      'a Git LFS pointer',
      Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n'),
      /Git LFS pointer.*git lfs pull/,
    ],
    ['a git-annex pointer', Buffer.from('/annex/objects/SHA256E-s1--0.exr\n'), /git-annex pointer.*git annex get/],
    ['a PNG', bytesOf('89504e470d0a1a0a0000000d'), /a PNG image/],
    ['a page', Buffer.from('<!DOCTYPE html><html>404'), /an HTML page/],
    ['gzip', bytesOf('1f8b0800000000000000'), /gzip data/],
    ['zeros', new Uint8Array(64), /zeros/],
  ])('is named: %s', (_, bytes, what) => {
    const path = join(dir, 'named.exr')
    writeFileSync(path, bytes)
    expect(() => inspectFileSync(path)).toThrow(what)
    expect(() => inspectFileSync(path)).toThrow(expect.objectContaining({ code: 'ERR_EXR_MAGIC' }))
  })
})
