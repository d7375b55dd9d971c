import { describe, expect, it } from 'vitest'
import { readDerived, readDerivedAsync } from '../../src/oiio/derived.ts'
import { nativeStatus, readSpecs } from '../../src/oiio/index.ts'
import { fixture } from '../helpers.ts'

describe.runIf(nativeStatus().ok)('readDerived', () => {
  it('gives the attributes of readSpecs but for those whose names are known, part by part', async () => {
    const bytes = await fixture('multipart-two.exr')
    const source = { name: 'a.exr', sizeBytes: bytes.length, ranges: [{ start: 0, bytes }] }
    const [whole] = readSpecs([source])
    if (whole?.status !== 'ok') throw new Error('expected ok')
    const knownNames = ['compression\0PixelAspectRatio', 'no-such-name']
    const expected = whole.parts.map(({ attributes }, i) => ({
      attributes: attributes.filter(({ name }) => !knownNames[i]!.split('\0').includes(name)),
    }))
    expect(expected[0]!.attributes.length).toBe(whole.parts[0]!.attributes.length - 2)
    expect(readDerived([{ ...source, knownNames }])).toMatchObject([{ status: 'ok', parts: expected }])
    expect(await readDerivedAsync([{ ...source, knownNames }])).toEqual(readDerived([{ ...source, knownNames }]))
  })

  it('takes parts without a list for parts of which nothing is known', async () => {
    const bytes = await fixture('multipart-two.exr')
    const [spec] = readDerived([{ name: 'a', sizeBytes: bytes.length, ranges: [{ start: 0, bytes }], knownNames: [] }])
    if (spec?.status !== 'ok') throw new Error('expected ok')
    expect(spec.parts.map(({ attributes }) => attributes.some(({ name }) => name === 'compression'))).toEqual([
      true,
      true,
    ])
  })
})
