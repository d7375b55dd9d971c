import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type NativeSpec, nativeStatus, readSpecs, readSpecsAsync, type SuppliedBytes } from '../../src/oiio/index.ts'
import { attribute, float32, int32, tinyExr } from './tiny-exr.ts'

const status = nativeStatus()
if (!status.ok) console.warn(`SKIPPED: tests of the native addon. ${status.error}`)

const wholeFile = (bytes: Buffer) => ({ name: 'memory', sizeBytes: bytes.length, ranges: [{ start: 0, bytes }] })

function okSpec(spec: NativeSpec | undefined) {
  if (spec?.status !== 'ok') throw new Error(`Expected a spec but received ${JSON.stringify(spec)}`)
  return spec
}

describe.runIf(status.ok)('readSpecs', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'exr-native-'))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const saved = (name: string, bytes: Buffer) => {
    const path = join(folder, name)
    writeFileSync(path, bytes)
    return path
  }

  it('describes windows, channels and attributes of a part as OpenImageIO names them', () => {
    const bytes = tinyExr({
      width: 6,
      height: 3,
      channels: { A: 1, B: 1, G: 1, R: 1 },
      extra: [
        attribute('capDate', 'string', Buffer.from('2024:05:06 07:08:09')),
        attribute('look', 'stringvector', Buffer.concat([int32(2), Buffer.from('ab'), int32(1), Buffer.from('c')])),
        attribute('whiteLuminance', 'float', float32(0.1)),
      ],
    })
    const { reader, parts, message } = okSpec(readSpecs([{ path: saved('plain.exr', bytes) }])[0])
    expect({ reader, message, parts: parts.length }).toEqual({ reader: 'core', message: '', parts: 1 })
    const { attributes, ...part } = parts[0]!
    expect(part).toEqual({
      x: 0,
      y: 0,
      width: 6,
      height: 3,
      displayX: 0,
      displayY: 0,
      displayWidth: 6,
      displayHeight: 3,
      tileWidth: 0,
      tileHeight: 0,
      deep: false,
      channels: ['R', 'G', 'B', 'A'].map((name) => ({ name, format: 'half' })),
      smallerLevels: [],
    })
    expect(attributes).toContainEqual({ name: 'DateTime', type: 'string', value: '2024:05:06 07:08:09' })
    expect(attributes).toContainEqual({ name: 'look', type: 'string[2]', value: ['ab', 'c'] })
    expect(attributes).toContainEqual({ name: 'whiteLuminance', type: 'float', value: Math.fround(0.1) })
    expect(attributes).toContainEqual({ name: 'compression', type: 'string', value: 'none' })
    expect(attributes.map(({ name }) => name)).toContain('oiio:ColorSpace')
  })

  it('says the same of a file on disk, of its bytes, and of its bytes in pieces', () => {
    const bytes = tinyExr()
    const pieces: SuppliedBytes[] = []
    for (let start = 0; start < bytes.length; start += 7)
      pieces.push({ start, bytes: bytes.subarray(start, start + 7) })
    const [disk, memory, inPieces] = readSpecs([
      { path: saved('same.exr', bytes) },
      wholeFile(bytes),
      { name: 'pieces', sizeBytes: bytes.length, ranges: pieces.reverse() },
    ])
    expect(okSpec(memory)).toEqual(okSpec(disk))
    expect(okSpec(inPieces)).toEqual(okSpec(disk))
  })

  it('asks for the missing range of a file of which it has a part, and never calls that the end', () => {
    const extra = [attribute('notes', 'string', Buffer.alloc(50_000, 'n'))]
    const bytes = tinyExr({ extra })
    const ranges: SuppliedBytes[] = [{ start: 0, bytes: bytes.subarray(0, 100) }]
    const asked: [number, number][] = []
    let spec: NativeSpec | undefined
    for (let round = 0; round < 40; round++) {
      spec = readSpecs([{ name: 'ranged', sizeBytes: bytes.length, ranges }])[0]!
      if (spec.status !== 'needs-bytes') break
      const { start, endExclusive } = spec.range
      asked.push([start, endExclusive])
      ranges.push({ start, bytes: bytes.subarray(start, endExclusive) })
    }
    expect(okSpec(spec).parts[0]?.width).toBe(4)
    expect(asked[0]?.[0]).toBe(100)
    for (const [start, endExclusive] of asked) {
      expect(start).toBeLessThan(endExclusive)
      expect(endExclusive).toBeLessThanOrEqual(bytes.length)
    }
  })

  it('opens a file from its header alone, without chunk table or pixels', () => {
    const bytes = tinyExr({ height: 64 })
    const pixels = 64 * (8 + 8)
    const table = 64 * 8
    const header = bytes.subarray(0, bytes.length - pixels - table)
    const [spec] = readSpecs([{ name: 'head', sizeBytes: bytes.length, ranges: [{ start: 0, bytes: header }] }])
    expect(okSpec(spec).reader).toBe('core')
  })

  it('refuses a file that ends inside its header, at every length', () => {
    const bytes = tinyExr()
    const headerLength = bytes.length - 2 * (8 + 8 + 8)
    const specs = readSpecs(
      Array.from({ length: headerLength }, (_, length) => wholeFile(Buffer.from(bytes.subarray(0, length)))),
    )
    expect(new Set(specs.map((spec) => spec.status))).toEqual(new Set(['refused']))
  })

  it('falls back on the classic reader where the core reader refuses, and says which one answered', () => {
    const wrongType = attribute('type', 'string', Buffer.from('tiledimage'))
    const spec = okSpec(readSpecs([wholeFile(tinyExr({ extra: [wrongType] }))])[0])
    expect(spec.reader).toBe('classic')
    expect(spec.parts[0]?.width).toBe(4)
  })

  it('gives the words of both readers when both refuse, and reads the other files of the batch', () => {
    const subsampled = tinyExr({ channels: { BY: 2, RY: 2, Y: 1 } })
    const [before, refused, after] = readSpecs([wholeFile(tinyExr()), wholeFile(subsampled), wholeFile(tinyExr())])
    expect([before?.status, after?.status]).toEqual(['ok', 'ok'])
    if (refused?.status !== 'refused') throw new Error(`Expected a refusal but received ${refused?.status}`)
    expect(refused.refusals.map(({ reader }) => reader)).toEqual(['core', 'classic'])
    expect(refused.message).toMatch(/^core and classic: .*[Ss]ubsampled/)
  })

  it('reports what the operating system refuses as a coded error of that source alone', () => {
    mkdirSync(join(folder, 'folder.exr'))
    symlinkSync(join(folder, 'nowhere'), join(folder, 'dangling.exr'))
    execFileSync('mkfifo', [join(folder, 'pipe.exr')])
    const paths = ['missing.exr', 'folder.exr', 'dangling.exr', 'pipe.exr', 'plain.exr/inside']
    saved('plain.exr', tinyExr())
    const specs = readSpecs([
      ...paths.map((name) => ({ path: join(folder, name) })),
      { path: join(folder, 'plain.exr') },
    ])
    expect(specs.map((spec) => (spec.status === 'unreadable' ? spec.error.code : spec.status))).toEqual([
      'ERR_SOURCE_NOT_FOUND',
      'ERR_SOURCE_NOT_A_FILE',
      'ERR_SOURCE_NOT_FOUND',
      'ERR_SOURCE_NOT_A_FILE',
      'ERR_SOURCE_NOT_FOUND',
      'ok',
    ])
    expect(specs[0]).toMatchObject({ error: { details: { path: join(folder, 'missing.exr') } } })
  })

  it('reads a path that is not UTF-8 when given its bytes', () => {
    const path = Buffer.concat([Buffer.from(`${folder}/caf`), Buffer.of(0xe9), Buffer.from('.exr')])
    writeFileSync(path, tinyExr())
    expect(readSpecs([{ path }])[0]?.status).toBe('ok')
  })

  it('refuses malformed sources one by one', () => {
    const specs = readSpecs([
      { path: '' },
      { path: 'a\0b.exr' },
      { path: 7 as unknown as string },
      { name: 'm', sizeBytes: -1, ranges: [] },
      { name: 'm', sizeBytes: 2 ** 60, ranges: [] },
      { name: 'm', sizeBytes: 10, ranges: [{ start: 0.5, bytes: new Uint8Array(1) }] },
      { name: 'm', sizeBytes: 10, ranges: [{ start: 0, bytes: 'text' as unknown as Uint8Array }] },
      { name: 'm', sizeBytes: 10, ranges: null as unknown as SuppliedBytes[] },
      null as unknown as { path: string },
      wholeFile(tinyExr()),
    ])
    for (const spec of specs.slice(0, -1)) {
      expect(spec).toMatchObject({ status: 'unreadable', error: { code: 'ERR_OPTION_INVALID' } })
    }
    expect(specs.at(-1)?.status).toBe('ok')
  })

  it('refuses empty files and files of another kind', () => {
    const specs = readSpecs([
      { path: saved('empty.exr', Buffer.alloc(0)) },
      { path: saved('text.exr', Buffer.from('this is not an image at all\n')) },
      wholeFile(Buffer.alloc(0)),
    ])
    expect(specs.map((spec) => spec.status)).toEqual(['refused', 'refused', 'refused'])
  })

  it('outlives claims of billions of pixels and of attributes larger than the file', () => {
    const hugeAttribute = Buffer.concat([Buffer.from('blob\0string\0'), int32(0x7fff_fff0), Buffer.from('x')])
    const sources = [
      tinyExr({ width: 2 ** 31 - 1, height: 2 ** 31 - 1 }),
      tinyExr({ width: -5, height: -5 }),
      tinyExr({ extra: [hugeAttribute] }),
      tinyExr({ channels: { Y: 2 ** 31 - 1 } }),
    ].map(wholeFile)
    const before = process.memoryUsage().rss
    const specs = readSpecs(sources)
    expect(specs.map((spec) => spec.status)).not.toContain('needs-bytes')
    expect(specs[2]?.status).toBe('refused')
    expect(process.memoryUsage().rss - before).toBeLessThan(256 * 2 ** 20)
  })

  it('believes no claim past the read limit, however large the file is', () => {
    const claim = Buffer.concat([Buffer.from('blob\0string\0'), int32(0x6000_0000), Buffer.from('x')])
    const bytes = tinyExr({ extra: [claim] })
    const before = process.memoryUsage().rss
    const [spec] = readSpecs([{ name: 'huge', sizeBytes: 2 ** 40, ranges: [{ start: 0, bytes }] }])
    expect(spec).toMatchObject({
      status: 'refused',
      message: expect.stringContaining("'blob' claims 1610612736 bytes"),
    })
    expect(process.memoryUsage().rss - before).toBeLessThan(256 * 2 ** 20)
  })

  it.each([
    [
      'a channel of a pixel type that does not exist',
      'channels',
      'chlist',
      Buffer.from('Z\0\x03\0\0\0\0\0\0\0\x01\0\0\0\x01\0\0\0\0'),
    ],
    ['a channel list longer than its size', 'layers', 'chlist', Buffer.from('Z\0\x01\0\0\0\0\0')],
    ['a value whose size is not that of its type', 'shift', 'v2i', int32(1, 2, 3)],
    ['strings longer than their attribute', 'words', 'stringvector', int32(1000)],
    ['a preview smaller than its width and height', 'preview', 'preview', int32(64, 64, 0)],
    ['floats that end in the middle of one', 'weights', 'floatvector', Buffer.alloc(7)],
    ['a name without an end', 'n'.repeat(300), 'int', int32(1)],
    ['a type without an end', 'name', 't'.repeat(300), int32(1)],
  ])('never hands the classic reader %s', (_, name, type, value) => {
    // A type that contradicts the version word makes the core reader refuse what it would else accept.
    const wrongType = attribute('type', 'string', Buffer.from('tiledimage'))
    const [spec] = readSpecs([wholeFile(tinyExr({ extra: [wrongType, attribute(name, type, value)] }))])
    expect(spec).toMatchObject({ status: 'refused', message: expect.stringContaining('classic: not asked, since') })
  })

  it('stops a reader at the read limit and not below it', () => {
    const notes = Array.from({ length: 40 }, (_, index) => attribute(`note${index}`, 'string', Buffer.alloc(1000, 'n')))
    const bytes = tinyExr({ extra: notes })
    const [enough] = readSpecs([wholeFile(bytes)], { readLimitBytes: 64_000 })
    const [tooFew] = readSpecs([wholeFile(bytes)], { readLimitBytes: 20_000 })
    expect(enough?.status).toBe('ok')
    expect(tooFew).toMatchObject({ status: 'refused', message: expect.stringContaining('limit') })
    expect(() => readSpecs([], { readLimitBytes: 0 })).toThrow(expect.objectContaining({ code: 'ERR_OPTION_INVALID' }))
  })

  it('reads a file that was cut after it was listed as it now is', () => {
    const path = saved('cut.exr', tinyExr({ height: 32 }))
    truncateSync(path, 200)
    expect(readSpecs([{ path }])[0]?.status).toBe('refused')
  })

  it('prints nothing, whatever it reads', () => {
    const bad = saved('bad.exr', tinyExr({ channels: { BY: 2, RY: 2, Y: 1 } }))
    const cut = saved('short.exr', tinyExr().subarray(0, 60))
    const odd = saved('odd.exr', tinyExr({ extra: [attribute('rate', 'rational', int32(7, -2))] }))
    const script = `
      import { readSpecs } from ${JSON.stringify(new URL('../../src/oiio/index.ts', import.meta.url).href)}
      const specs = readSpecs(${JSON.stringify([bad, cut, odd, 'missing'])}.map((path) => ({ path })))
      console.log(specs.map((spec) => spec.status).join())`
    const node = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      encoding: 'utf8',
    })
    expect(node).toMatchObject({ stderr: '', stdout: 'refused,refused,ok,unreadable\n', status: 0 })
  })

  describe('readSpecsAsync', () => {
    it('answers like readSpecs, in order, over many slices', async () => {
      const sources = Array.from({ length: 100 }, (_, index) => wholeFile(tinyExr({ width: index + 1 })))
      const specs = await readSpecsAsync(sources)
      expect(specs).toEqual(readSpecs(sources))
      expect(specs.map((spec) => okSpec(spec).parts[0]?.width)).toEqual(sources.map((_, index) => index + 1))
    })

    it('reads the bytes as they were when it was called', async () => {
      const source = wholeFile(tinyExr())
      const answer = readSpecsAsync([source])
      source.ranges[0]?.bytes.fill(0)
      expect(okSpec((await answer)[0]).parts).toHaveLength(1)
    })

    it('stops between slices when the signal fires', async () => {
      const aborted = AbortSignal.abort()
      await expect(readSpecsAsync([wholeFile(tinyExr())], aborted)).rejects.toMatchObject({ code: 'ERR_ABORTED' })
      const controller = new AbortController()
      const sources = Array.from({ length: 500 }, () => wholeFile(tinyExr()))
      const answer = readSpecsAsync(sources, controller.signal)
      controller.abort()
      await expect(answer).rejects.toMatchObject({ code: 'ERR_ABORTED' })
    })
  })
})
