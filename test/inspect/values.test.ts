import { describe, expect, it } from 'vitest'
import { jsonValue, makeAttribute } from '../../src/header/index.ts'
import { spaceOfPrimaries } from '../../src/inspect/color-space.ts'
import { inspectFileSync } from '../../src/inspect/inspect-file.ts'
import type { AttributeFacts } from '../../src/inspect/payload.ts'
import { fixturePath } from '../helpers.ts'

function attributesOf(file: string, options = {}): Map<string, AttributeFacts> {
  const [part] = inspectFileSync(fixturePath(file), options).attributes.parts
  return new Map(part!.map((attribute) => [attribute.name, attribute]))
}

describe('attribute values', () => {
  const attributes = attributesOf('attributes-all-types.exr')

  it('covers every type of the format', () => {
    const types = new Set([...attributes.values()].filter(({ source }) => source === 'exr').map(({ type }) => type))
    for (const type of [
      'box2i box2f chlist chromaticities compression double envmap float floatvector int keycode lineOrder m33f m33d',
      'm44f m44d rational string stringvector timecode v2i v2f v2d v3i v3f v3d',
    ].flatMap((line) => line.split(' '))) {
      expect(types).toContain(type)
    }
  })

  it('writes boxes, vectors, matrices and structures in the published forms', () => {
    const value = (type: string) => [...attributes.values()].find((attribute) => attribute.type === type)!.value
    expect(value('box2i')).toEqual({
      min: { x: expect.any(Number), y: expect.any(Number) },
      max: { x: expect.any(Number), y: expect.any(Number) },
    })
    expect(value('box2f')).toEqual({
      min: { x: expect.any(Number), y: expect.any(Number) },
      max: { x: expect.any(Number), y: expect.any(Number) },
    })
    expect(value('v3f')).toHaveLength(3)
    expect(value('m33d')).toHaveLength(9)
    expect(value('m44f')).toHaveLength(16)
    expect(value('rational')).toEqual({ numerator: expect.any(Number), denominator: expect.any(Number) })
    expect(value('timecode')).toEqual({ time_and_flags: expect.any(Number), user_data: expect.any(Number) })
    expect(value('chromaticities')).toEqual({
      red: expect.any(Array),
      green: expect.any(Array),
      blue: expect.any(Array),
      white: expect.any(Array),
    })
    expect(value('compression')).toEqual(expect.any(String))
  })

  it('keeps NaN and infinities as words and denormals exact', () => {
    const values = [...attributesOf('numbers-special.exr').values()].map(({ value }) => value)
    expect(values).toEqual(expect.arrayContaining(['NaN', 'Infinity', '-Infinity']))
    const numbers = values.flat().filter((value) => typeof value === 'number')
    expect(numbers.some((number) => number !== 0 && Math.abs(number) < 1.2e-38)).toBe(true)
  })

  it('keeps text that is not UTF-8 as base64', () => {
    const texts = [...attributesOf('text-encodings.exr').values()].filter(({ type }) => type === 'string')
    const encoded = texts.filter(({ value }) => typeof value === 'object')
    expect(encoded.length).toBeGreaterThan(0)
    for (const { value } of encoded) expect(value).toEqual({ encoding: 'base64', data: expect.any(String) })
    expect(texts.some(({ value }) => value === '')).toBe(true)
  })

  it('keeps each string of a vector that is UTF-8 as text, and the others as base64', () => {
    const bytes = Buffer.concat([
      Buffer.from([2, 0, 0, 0]),
      Buffer.from('ok'),
      Buffer.from([1, 0, 0, 0, 0xff]),
      Buffer.from([0, 0, 0, 0]),
    ])
    const attribute = makeAttribute('views', 'stringvector', bytes)
    expect(jsonValue(attribute)).toEqual(['ok', { encoding: 'base64', data: '/w==' }, ''])
  })

  it('keeps unknown types as base64', () => {
    const opaque = [...attributesOf('attributes-opaque.exr').values()].filter(
      ({ value }) => typeof value === 'object' && value !== null && 'encoding' in value,
    )
    expect(opaque.length).toBeGreaterThan(0)
  })

  it('adds the exact bytes when raw is asked for, and only of what is in the file', () => {
    for (const { source, raw, type, value } of attributesOf('attributes-all-types.exr', { raw: true }).values()) {
      expect(raw === undefined).toBe(source === 'oiio')
      if (type === 'string' && typeof value === 'string' && raw !== undefined) {
        expect(Buffer.from(raw, 'base64').toString()).toBe(value)
      }
    }
    for (const { raw } of attributes.values()) expect(raw).toBeUndefined()
  })
})

describe('colour spaces', () => {
  const rec709 = { red: [0.64, 0.33], green: [0.3, 0.6], blue: [0.15, 0.06], white: [0.3127, 0.329] } as const

  it('knows the primaries of Rec. 709 and of nothing', () => {
    expect(spaceOfPrimaries(rec709)).toBe('lin_rec709_scene')
    expect(spaceOfPrimaries({ ...rec709, red: [0.5, 0.33] })).toBeNull()
  })

  it('is not confused by NaN', () => {
    expect(spaceOfPrimaries({ ...rec709, white: [Number.NaN, Number.NaN] })).toBeNull()
  })
})
