import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  ATTRIBUTE_TYPES,
  type AttributeType,
  decodeValue,
  displayValue,
  encodeValue,
  jsonValue,
  makeAttribute,
  registerAttributeType,
} from '../../src/header/index.ts'
import { inspect } from '../../src/inspect/inspect.ts'
import { projectRoot } from '../helpers.ts'
import { tinyFile } from '../inspect/tiny-file.ts'

describe('the registry of attribute types', () => {
  it('has the sizes that the header check of the addon has', () => {
    const source = readFileSync(join(projectRoot, 'native/header_check.cc'), 'utf8')
    const table = source.slice(
      source.indexOf('kFixedSizes = {'),
      source.indexOf('};', source.indexOf('kFixedSizes = {')),
    )
    const native = [...table.matchAll(/FixedSize\{"(\w+)",\s*(\d+)\}/g)].map(([, name, size]) => [name, Number(size)])
    const ours = [...ATTRIBUTE_TYPES.values()].filter(({ size }) => size !== null).map(({ name, size }) => [name, size])
    expect(native.length).toBeGreaterThan(20)
    expect(native.toSorted()).toEqual(ours.toSorted())
  })

  it('takes a type that is added in one place everywhere', async () => {
    const type: AttributeType<'floats'> = {
      name: 'v4f',
      kind: 'floats',
      size: 16,
      decode: (bytes) => ({ kind: 'floats', value: [...new Float32Array(bytes.slice().buffer)] }),
      encode: (out, { value }) => {
        for (const number of value) out.float32(number)
      },
      json: ({ value }) => [...value],
      display: ({ value }) => `(${value.join(', ')})`,
    }
    const value = { kind: 'floats', value: [1, 2, 3, 4] } as const
    const takeAway = registerAttributeType(type as unknown as AttributeType)
    try {
      const bytes = encodeValue('v4f', value)
      expect(bytes).toHaveLength(16)
      expect(decodeValue('v4f', bytes)).toEqual(value)
      const attribute = makeAttribute('x', 'v4f', value)
      expect([jsonValue(attribute), displayValue(attribute)]).toEqual([[1, 2, 3, 4], '(1, 2, 3, 4)'])
      const { attributes } = await inspect(tinyFile({ extra: [attribute] }).bytes)
      expect(attributes.parts[0]!.find(({ name }) => name === 'x')).toMatchObject({
        value: [1, 2, 3, 4],
        display: '(1, 2, 3, 4)',
      })
      const short = await inspect(tinyFile({ extra: [makeAttribute('x', 'v4f', new Uint8Array(15))] }).bytes)
      expect(short.errors).toMatchObject([{ defect: 'attribute-size-mismatch' }])
    } finally {
      takeAway()
    }
    expect(decodeValue('v4f', new Uint8Array(16)).kind).toBe('opaque')
  })

  it('makes no enumeration of a fixed size it does not know', () => {
    const takeAway = registerAttributeType({ ...ATTRIBUTE_TYPES.get('v2i')!, name: 'pair' })
    expect(decodeValue('pair', new Uint8Array(8))).toEqual({ kind: 'ints', value: [0, 0] })
    takeAway()
  })
})
