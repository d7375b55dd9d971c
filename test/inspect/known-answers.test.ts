import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { DEFAULT_LIMITS, decodeHeader, HeaderMemory, makeAttribute } from '../../src/header/index.ts'
import { inspectRuns } from '../../src/inspect/inspect-file.ts'
import { answerPlace } from '../../src/inspect/known-answers.ts'
import { Random } from '../fuzz/random.ts'
import { int, judgeFile } from '../header/headers.ts'
import { corpusDir, corpusFiles, farmDir, farmFamilies } from '../helpers.ts'
import { tinyFile } from './tiny-file.ts'

const MUTATIONS = Number(process.env['EXR_TEST_MUTATIONS'] ?? 1200)
const folder = mkdtempSync(join(tmpdir(), 'exr-answers-'))
afterAll(() => rmSync(folder, { recursive: true }))

const newMemory = () => new HeaderMemory(DEFAULT_LIMITS.channels)

/** The payloads, and about how many files OpenImageIO was asked. */
function inspect(files: readonly string[], memory?: HeaderMemory) {
  let asked = 0
  const mark = (index: number | null) => {
    if (index !== null) asked += 1
  }
  const payloads = [...inspectRuns(files, {}, mark, null, memory)].flat()
  return { payloads, asked }
}

function written(files: readonly Uint8Array[]): string[] {
  mkdirSync(folder, { recursive: true })
  return files.map((bytes, index) => {
    const file = join(folder, `${index}.exr`)
    writeFileSync(file, bytes)
    return file
  })
}

/** With one memory for all what is said of each without any. */
function expectSame(files: readonly string[], memory = newMemory()): number {
  const { payloads, asked } = inspect(files, memory)
  expect(JSON.stringify(payloads)).toBe(JSON.stringify(inspect(files).payloads))
  return asked
}

const text = (name: string, value: string) => makeAttribute(name, 'string', new TextEncoder().encode(value))
const float = (name: string, value: number) => {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setFloat32(0, value, true)
  return makeAttribute(name, 'float', bytes)
}

describe('what OpenImageIO said of headers that are alike', () => {
  it('is asked once for frames of one sequence, whatever their own values', () => {
    const frames = Array.from({ length: 40 }, (_, frame) => {
      const extra = [text('capDate', `2026:11:27 10:00:${frame}`), text('host', `node${frame}`), float('time', frame)]
      return tinyFile({ extra }).bytes
    })
    expect(expectSame(written(frames))).toBe(1)
  })

  it('is asked again where a value decides it', () => {
    const pairs: [string, Uint8Array, Uint8Array][] = [
      ...['xDensity', 'xResolution', 'XRESOLUTION'].map((name): [string, Uint8Array, Uint8Array] => [
        name,
        tinyFile({ extra: [float(name, 72)] }).bytes,
        tinyFile({ extra: [float(name, 300)] }).bytes,
      ]),
      [
        'text',
        tinyFile({ extra: [text('XResolution', '72')] }).bytes,
        tinyFile({ extra: [text('XResolution', '9')] }).bytes,
      ],
      ['empty', tinyFile({ extra: [text('capDate', '2026')] }).bytes, tinyFile({ extra: [text('capDate', '')] }).bytes],
      ['nul', tinyFile({ extra: [text('owner', 'me')] }).bytes, tinyFile({ extra: [text('owner', '\0e')] }).bytes],
      [
        'flag',
        tinyFile({ extra: [makeAttribute('acesImageContainerFlag', 'int', int(1))] }).bytes,
        tinyFile({ extra: [makeAttribute('acesImageContainerFlag', 'int', int(0))] }).bytes,
      ],
    ]
    for (const [what, one, other] of pairs) {
      expect(expectSame(written([one, other, one, other])), what).toBe(2)
    }
  })

  it('is asked about each damaged header', () => {
    const broken = tinyFile({ compression: 99 }).bytes
    expect(expectSame(written([broken, broken, broken]))).toBe(3)
  })

  it('is forgotten where there is no end of what tells headers apart', () => {
    const memory = newMemory()
    const { bytes } = tinyFile()
    const { report } = judgeFile(bytes)
    const { valueOffset } = decodeHeader(bytes).parts[0]!.get('displayWindow')!
    const placeOf = (minX: number) => {
      new DataView(bytes.buffer).setInt32(valueOffset, minX, true)
      return answerPlace(decodeHeader(bytes, { memory }), report, memory)
    }
    const first = placeOf(-300_000)
    expect(first).not.toBeNull()
    expect(placeOf(-300_000)).toBe(first)
    for (let index = 1; index <= 5000; index++) placeOf(-300_000 - index)
    expect(placeOf(-300_000)).not.toBe(first)
  })

  it('stays the same whatever stands in any value of a header', () => {
    const random = new Random(20_261_127, 1)
    const farm = farmFamilies().map(({ files }) => join(farmDir(), files[0]!))
    const corpus = corpusFiles().map((file) => join(corpusDir()!, file))
    const originals = [...farm, ...corpus]
      .map((file) => readFileSync(file).subarray(0, 256 * 1024))
      .filter((bytes) => bytes.length > 64)
    const memory = newMemory()
    for (let done = 0; done < MUTATIONS; done += 16) {
      const original = originals[random.below(originals.length)]!
      const parts = partsOf(original)
      if (parts.length === 0) continue
      const files = Array.from({ length: 16 }, (_, index) => {
        const bytes = Buffer.from(original)
        if (index === 0) return bytes
        const { attributes } = parts[random.below(parts.length)]!
        const { valueOffset, byteLength } = attributes[random.below(attributes.length)]!
        for (let changed = 0; changed < 4 && byteLength > 0; changed++) {
          bytes[valueOffset + random.below(byteLength)] = random.below(256)
        }
        return bytes
      })
      expectSame(written(files), memory)
    }
  }, 240_000)
})

function partsOf(bytes: Uint8Array) {
  try {
    return decodeHeader(bytes).parts.filter(({ attributes }) => attributes.length > 0)
  } catch {
    return []
  }
}
