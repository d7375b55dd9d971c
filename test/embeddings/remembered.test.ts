import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { computeChannelFingerprint, computeMetadataEmbedding } from '../../src/embeddings/index.ts'
import { RememberedVectors } from '../../src/embeddings/remembered.ts'
import { inspectFileSync } from '../../src/inspect/inspect-file.ts'
import type { Payload } from '../../src/inspect/payload.ts'
import { Random } from '../fuzz/random.ts'
import { corpusDir, corpusFiles, farmDir, farmFamilies, fixturePath, fixtures } from '../helpers.ts'

function payloads(): Payload[] {
  const farm = farmFamilies().flatMap(({ files }) => files.filter((_, index) => index % 20 === 0))
  const paths = [
    ...fixtures().map(({ file }) => fixturePath(file)),
    ...farm.map((file) => join(farmDir(), file)),
    ...corpusFiles().map((file) => join(corpusDir()!, file)),
  ]
  return paths.flatMap((path) => {
    try {
      return [inspectFileSync(path)]
    } catch {
      return []
    }
  })
}

/** Every leaf of a value, as what holds it and its key. */
function* leaves(holder: object): Generator<[object: Record<string, unknown>, key: string]> {
  for (const [key, value] of Object.entries(holder)) {
    if (typeof value === 'object' && value !== null) yield* leaves(value)
    else yield [holder as Record<string, unknown>, key]
  }
}

const NUMBERS = /width|height|depth|count|seconds|bytes|_second|offset|chunks|ratio/

function another(key: string, value: unknown, random: Random): unknown {
  if (typeof value === 'boolean') return !value
  if (typeof value === 'number') return [value + 1, value * 2, -value, 0, 1][random.below(5)]
  if (typeof value === 'string')
    return [`${value}a`, value.slice(1), value.slice(0, -1), '', `1:${value}`][random.below(5)]
  return key.endsWith('_window') ? value : NUMBERS.test(key) ? 2 : 'x'
}

function bits({ buffer }: Float32Array): string {
  return Buffer.from(buffer).toString('base64')
}

describe('remembered vectors', () => {
  const remembered = new RememberedVectors()
  const all = payloads()

  function expectSame(payload: Payload): void {
    for (const _ of ['miss or hit', 'hit']) {
      expect(bits(remembered.metadata(payload))).toBe(bits(computeMetadataEmbedding(payload)))
      expect(bits(remembered.fingerprint(payload.channels))).toBe(bits(computeChannelFingerprint(payload.channels)))
    }
  }

  it('are those that are computed, for every file', () => {
    for (const payload of all) expectSame(payload)
  })

  it('are those that are computed whatever fact of a header is another one', () => {
    const random = new Random(7, 11)
    for (let round = 0; round < 300; round++) {
      const { parts, channels, attributes, ...rest } = all[random.below(all.length)]!
      if (attributes.parts.flat().length > 200) continue
      const facts = structuredClone({ parts, channels, attributes })
      const places = [...leaves(facts)]
      if (places.length === 0) continue
      const [holder, key] = places[random.below(places.length)]!
      holder[key] = another(key, holder[key], random)
      expectSame({ ...rest, ...facts })
    }
  })

  it('are looked up for frames of one kind', () => {
    const [family] = farmFamilies()
    const [first, second] = family!.files.map((file) => inspectFileSync(join(farmDir(), file)))
    expect(second!.file.header_hash).not.toBe(first!.file.header_hash)
    expect(remembered.metadata(second!)).toBe(remembered.metadata(first!))
  })
})
