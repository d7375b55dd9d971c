import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import {
  ATTRIBUTE_TYPES,
  type AttributeType,
  DEFAULT_LIMITS,
  decodeHeader,
  HeaderMemory,
  makeAttribute,
  registerAttributeType,
} from '../../src/header/index.ts'
import { inspectRuns } from '../../src/inspect/inspect-file.ts'
import type { Payload } from '../../src/inspect/payload.ts'
import { encodeRecords } from '../../src/tables/index.ts'
import { Random } from '../fuzz/random.ts'
import { channel, int } from '../header/headers.ts'
import { corpusDir, corpusFiles, farmDir, farmFamilies, fixturePath, fixtures } from '../helpers.ts'
import { tinyFile } from './tiny-file.ts'

const MUTATIONS = Number(process.env['EXR_TEST_MUTATIONS'] ?? 1200)
const folder = mkdtempSync(join(tmpdir(), 'exr-memory-'))
afterAll(() => rmSync(folder, { recursive: true }))

const memory = new HeaderMemory(DEFAULT_LIMITS.channels)

function inspect(files: readonly string[], withMemory?: HeaderMemory) {
  return [...inspectRuns(files, {}, undefined, null, withMemory)].flat()
}

/** The rows that are made of payloads. */
function rowsOf(payloads: readonly Payload[]) {
  const records = payloads.map((payload) => ({ payload, inspectedAtUs: 0n, durationUs: 1 }))
  return encodeRecords(records, { runId: 'run' })
}

/** With the memory what is said without, of each file; the rows that are made of them too. */
function expectSame(files: readonly string[]): void {
  const expected = inspect(files)
  const found = inspect(files, memory)
  expect(JSON.stringify(found)).toBe(JSON.stringify(expected))
  const payloads = (results: typeof found) =>
    results.flatMap((result) => ('ok' in result && result.ok ? [result.value] : []))
  expect(isDeepStrictEqual(rowsOf(payloads(found)), rowsOf(payloads(expected)))).toBe(true)
}

/** Headers that memory holds in full. */
const SMALL_BYTES = 64 * 1024

describe('what headers said before', () => {
  const farm = farmFamilies().flatMap(({ files }) => files.map((file) => join(farmDir(), file)))
  const corpus = corpusFiles().map((file) => join(corpusDir()!, file))

  it('leaves every payload and every row as it is', () => {
    for (const files of [
      farm.filter((_, index) => index % 8 < 3),
      fixtures().map(({ file }) => fixturePath(file)),
      corpus,
    ]) {
      for (let start = 0; start < files.length; start += 64) expectSame(files.slice(start, start + 64))
    }
  }, 240_000)

  it('leaves them as they are for headers that differ in any byte', () => {
    const random = new Random(20_260_127, 1)
    const originals = [...farm.filter((_, index) => index % 40 === 0), ...corpus]
      .map((file) => readFileSync(file).subarray(0, SMALL_BYTES))
      .filter((bytes) => bytes.length > 64)
    mkdirSync(folder, { recursive: true })
    for (let done = 0; done < MUTATIONS; done += 32) {
      const original = originals[random.below(originals.length)]!
      // The header before and after, so that it is in memory whole; and changes that pile up.
      let bytes = Buffer.from(original)
      const files = Array.from({ length: 32 }, (_, index) => {
        const file = join(folder, `${index}.exr`)
        if (index % 8 === 0) bytes = Buffer.from(original)
        else bytes[8 + random.below(Math.min(bytes.length - 8, 3000))] = random.below(256)
        writeFileSync(file, bytes)
        return file
      })
      expectSame(files)
    }
  }, 240_000)

  it('freezes what payloads share, and shares nothing without it', () => {
    const [first, second] = farmFamilies()
      .find(({ files }) => files.length > 1)!
      .files.map((file) => join(farmDir(), file))
    const shared = (results: ReturnType<typeof inspect>) => {
      const [a, b] = results.map((result) => ('ok' in result && result.ok ? result.value : null))
      return a!.attributes.parts[0]!.filter((fact) => b!.attributes.parts[0]!.includes(fact))
    }
    const found = shared(inspect([first!, second!], new HeaderMemory(DEFAULT_LIMITS.channels)))
    expect(found.length).toBeGreaterThan(5)
    expect(found.every((fact) => Object.isFrozen(fact))).toBe(true)
    expect(shared(inspect([first!, second!]))).toEqual([])
  })

  it('takes no value for sound whose defect a full list left out', () => {
    const own = new HeaderMemory(DEFAULT_LIMITS.channels)
    const codes = (bytes: Uint8Array) => decodeHeader(bytes, { memory: own }).defects.map(({ code }) => code)
    const doubled = Array.from({ length: 1001 }, () => makeAttribute('again', 'int', int(1)))
    const full = codes(tinyFile({ compression: 99, extra: doubled }).bytes)
    expect(full.at(-1)).toBe('defects-omitted')
    expect(full).not.toContain('unknown-compression')
    expect(codes(tinyFile({ compression: 99 }).bytes)).toEqual(['unknown-compression'])
  })

  it('sees a long name in the first of two channel lists', () => {
    const own = new HeaderMemory(DEFAULT_LIMITS.channels)
    const withLongNames = (options: Parameters<typeof tinyFile>[0]) => {
      const { bytes } = tinyFile(options)
      bytes[5]! |= 4
      return bytes
    }
    const list = makeAttribute('channels', 'chlist', { kind: 'chlist', value: [channel('R')] })
    const doubled = withLongNames({ channels: ['R'.repeat(40)], extra: [list] })
    const codes = (memory?: HeaderMemory) => decodeHeader(doubled, { memory }).defects.map(({ code }) => code)
    decodeHeader(withLongNames({ channels: ['R'] }), { memory: own })
    expect(codes(own)).toEqual(['duplicate-attribute'])
    expect(codes()).toEqual(codes(own))
  })

  it('keeps nothing of parts with very many attributes, nor what was made of values that it forgot', () => {
    const own = new HeaderMemory(DEFAULT_LIMITS.channels)
    let made = 0
    const make = () => ++made
    const ask = (count: number, fill = 0) => {
      const extra = Array.from({ length: count }, (_, index) =>
        makeAttribute(`a${index}`, 'filler', new Uint8Array(fill)),
      )
      const header = decodeHeader(tinyFile({ extra }).bytes, { memory: own })
      return own.recall(header, header.parts[0]!, make)
    }
    expect([ask(2000), ask(2000)]).toEqual([1, 2])
    expect([ask(100), ask(100)]).toEqual([3, 3])
    ask(400, 8000)
    expect(ask(100)).toBeGreaterThan(3)
  })

  it('decodes each distinct value once', () => {
    const [family] = farmFamilies().toSorted((a, b) => b.files.length - a.files.length)
    const files = family!.files.map((file) => join(farmDir(), file))
    const strings = ATTRIBUTE_TYPES.get('string')!
    let decodes = 0
    const decode: AttributeType['decode'] = (bytes, most) => {
      decodes += 1
      return strings.decode(bytes, most)
    }
    const restore = registerAttributeType({ ...strings, decode })
    try {
      inspect(files)
      const without = decodes
      decodes = 0
      inspect(files, new HeaderMemory(DEFAULT_LIMITS.channels))
      expect(decodes).toBeLessThan(without / 2)
    } finally {
      restore()
    }
  })
})
