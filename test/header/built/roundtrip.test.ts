import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  decodeHeader,
  decodeValue,
  encodeHeader,
  encodeValue,
  type HeaderAttribute,
  makeHeader,
  makePart,
} from '../../../src/header/index.ts'
import { corpusDir, corpusFiles, fixturePath, fixtures } from '../../helpers.ts'
import { attribute, VALUES } from '../arbitraries.ts'

const SEED = { seed: 20000630 }
const corpus = corpusDir()
if (corpus === null) console.warn('Skipped: corpus round trips, there is no corpus beside the project (EXR_CORPUS)')

describe('a typed value', () => {
  it.each(Object.keys(VALUES))('of type %s is written and read back unchanged', (type) => {
    fc.assert(
      fc.property(VALUES[type]!, (value) => {
        const bytes = encodeValue(type, value)
        expect(decodeValue(type, bytes)).toEqual(value)
        expect(encodeValue(type, decodeValue(type, bytes))).toEqual(bytes)
      }),
      SEED,
    )
  })

  it.each(Object.keys(VALUES))('of type %s is opaque or re-encodes to its bytes, whatever the bytes', (type) => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        const value = decodeValue(type, bytes)
        if (value.kind === 'opaque') expect(value.value).toEqual(bytes)
        else if (isExact(type, bytes)) expect(encodeValue(type, value)).toEqual(bytes)
      }),
      SEED,
    )
  })
})

/** Not every byte has a typed form: NaN payloads, bad UTF-8 and reserved bytes live in `bytes` alone. */
function isExact(type: string, bytes: Uint8Array): boolean {
  const value = decodeValue(type, bytes)
  if (value.kind === 'string' || value.kind === 'stringvector') return value.validUtf8
  if (value.kind === 'chlist' || value.kind === 'bytes') return false
  return !JSON.stringify(value).includes('null')
}

describe('a header', () => {
  const parts = fc.array(fc.array(attribute, { minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 4 })
  const flags = fc.record({ tiled: fc.boolean(), longNames: fc.boolean(), nonImage: fc.boolean() })

  it('of any attributes is read as it was built and written back to the same bytes', () => {
    fc.assert(
      fc.property(parts, flags, fc.uint8Array({ maxLength: 40 }), (attributes, bits, rest) => {
        const header = makeHeader(attributes.map(makePart), bits)
        const bytes = encodeHeader(header)
        const read = decodeHeader(Buffer.concat([bytes, rest]))
        expect(read.isTerminated).toBe(true)
        expect(read.byteLength).toBe(bytes.length)
        expect(read.parts.map((part) => part.attributes.map(facts))).toEqual(attributes.map((list) => list.map(facts)))
        expect(encodeHeader(read)).toEqual(bytes)
      }),
      SEED,
    )
  })

  it('cut off anywhere gives back the bytes of all it holds', () => {
    fc.assert(
      fc.property(parts, flags, fc.double({ min: 0, max: 1, noNaN: true }), (attributes, bits, share) => {
        const bytes = encodeHeader(makeHeader(attributes.map(makePart), bits))
        const cut = 8 + Math.floor((bytes.length - 9) * share)
        const read = decodeHeader(bytes.subarray(0, cut))
        expect(read.isTerminated).toBe(false)
        expect(read.byteLength).toBeLessThanOrEqual(cut)
        expect(encodeHeader(read)).toEqual(bytes.subarray(0, read.byteLength))
      }),
      SEED,
    )
  })

  it('offers each attribute at the offsets it says', () => {
    fc.assert(
      fc.property(parts, (attributes) => {
        const header = makeHeader(attributes.map(makePart))
        const bytes = encodeHeader(header)
        for (const { attributes } of header.parts) {
          for (const { byteOffset, nameBytes, valueOffset, bytes: value } of attributes) {
            expect(bytes.subarray(byteOffset, byteOffset + nameBytes.length)).toEqual(nameBytes)
            expect(bytes.subarray(valueOffset, valueOffset + value.length)).toEqual(value)
          }
        }
      }),
      { ...SEED, numRuns: 30 },
    )
  })
})

function facts({ name, type, bytes }: HeaderAttribute) {
  return { name, type, bytes: Buffer.from(bytes).toString('hex') }
}

describe('real headers', () => {
  const readable = fixtures().filter(({ valid }) => valid)

  it.each(readable.map(({ file }) => file))('of fixture %s come back byte for byte', (file) => {
    expectSameBytes(readFileSync(fixturePath(file)))
  })

  it.runIf(corpus !== null)('of the whole corpus come back byte for byte, and so does every typed value', () => {
    const refused: string[] = []
    for (const file of corpusFiles()) {
      const bytes = readFileSync(join(corpus!, file))
      try {
        expectSameBytes(bytes)
      } catch (error) {
        if ((error as { code?: string }).code !== 'ERR_EXR_MAGIC') throw new Error(file, { cause: error })
        refused.push(file)
      }
    }
    expect(refused).toEqual(['openexr/tests/invalid.exr'])
  })
})

function expectSameBytes(bytes: Uint8Array): void {
  const header = decodeHeader(bytes)
  const written = encodeHeader(header)
  expect(Buffer.compare(written, bytes.subarray(0, header.byteLength))).toBe(0)
  for (const { attributes } of header.parts) {
    for (const { name, type, value, bytes: stored } of attributes) {
      const isText = !('validUtf8' in value) || value.validUtf8
      if (isText) expect(Buffer.compare(encodeValue(type, value), stored), `${name} (${type})`).toBe(0)
    }
  }
}
