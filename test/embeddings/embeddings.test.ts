import { createHash } from 'node:crypto'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { byFolder, cosine, familyQuality, inspectFamilies } from '../../benchmarks/embedding-quality.ts'
import { hashInt, hashText } from '../../src/embeddings/feature-hash.ts'
import {
  computeChannelFingerprint,
  computeMetadataEmbedding,
  EMBEDDING_VERSION,
  type EmbeddablePayload,
} from '../../src/embeddings/index.ts'
import { softLog2, softLogRatio } from '../../src/embeddings/scale.ts'
import { inspectFileSync } from '../../src/inspect/inspect-file.ts'
import type { Payload } from '../../src/inspect/payload.ts'
import { corpusDir, corpusFiles, exrFiles, farmDir, farmFamilies, fixturePath, fixtures } from '../helpers.ts'

const empty: EmbeddablePayload = { parts: [], channels: [], attributes: { parts: [] } }

function length(vector: Float32Array): number {
  return Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0))
}

function expectUnit(vector: Float32Array, dim: number): void {
  expect(vector).toBeInstanceOf(Float32Array)
  expect(vector).toHaveLength(dim)
  expect(Math.abs(length(vector) - 1)).toBeLessThan(1e-6)
}

function readable(path: string): Payload[] {
  try {
    return [inspectFileSync(path)]
  } catch {
    return []
  }
}

function payloadsOf(paths: readonly string[]): Payload[] {
  return paths.flatMap((path) => {
    try {
      return [inspectFileSync(path)]
    } catch {
      return []
    }
  })
}

function frame(): Payload {
  return structuredClone(inspectFileSync(join(farmDir(), farmFamilies()[0]!.files[0]!)))
}

describe('every vector', () => {
  it('is a unit vector without NaN, whatever the file', () => {
    const paths = fixtures().map(({ file }) => fixturePath(file))
    const corpus = corpusFiles().map((file) => join(corpusDir()!, file))
    for (const payload of payloadsOf([...paths, ...corpus])) {
      expectUnit(computeMetadataEmbedding(payload), 384)
      expectUnit(computeChannelFingerprint(payload.channels), 128)
    }
  })

  it('is a unit vector for a payload of nothing', () => {
    expectUnit(computeMetadataEmbedding(empty), 384)
    expectUnit(computeChannelFingerprint([]), 128)
  })

  it('is a unit vector for any channel list', () => {
    const channel = fc.record({
      part_index: fc.nat(),
      channel_name: fc.string(),
      layer_name: fc.string(),
      component_name: fc.string(),
      view_name: fc.constant(null),
      channel_type: fc.string(),
      x_sampling: fc.integer(),
      y_sampling: fc.integer(),
      p_linear: fc.boolean(),
    })
    fc.assert(fc.property(fc.array(channel), (channels) => expectUnit(computeChannelFingerprint(channels), 128)))
  })

  it.each([1, 2, 64, 384, 1536])('has the length it is asked for: %i', (dim) => {
    expectUnit(computeMetadataEmbedding(frame(), dim), dim)
  })

  it.each([0, -1, 1.5, Number.NaN, 65_537])('is refused a length of %d', (dim) => {
    const refusal = expect.objectContaining({ code: 'ERR_OPTION_INVALID' })
    expect(() => computeMetadataEmbedding(empty, dim)).toThrow(refusal)
    expect(() => computeChannelFingerprint([], dim)).toThrow(refusal)
  })
})

describe('deep files', () => {
  it('lie next to deep files before any flat one of the same picture', () => {
    const of = (name: string) => computeMetadataEmbedding(inspectFileSync(fixturePath(name)))
    const deep = of('deep-scanline.exr')
    const others = ['deep-compression-rle.exr', 'deep-compression-zips.exr', 'deep-tile.exr', 'deep-tile-mipmap.exr']
    const flat = ['compression-zips.exr', 'compression-zip.exr', 'tiled-one-level-up.exr', 'multipart-two.exr']
    const nearest = (names: string[]) => names.map((name) => cosine(deep, of(name)))
    expect(Math.min(...nearest(others))).toBeGreaterThan(Math.max(...nearest(flat)))
  })

  it('come before a flat twin even when they have nothing but depth in common', () => {
    const twin = frame()
    const deep = { ...twin, parts: twin.parts.map((part) => ({ ...part, is_deep: true, part_type: 'deepscanline' })) }
    const stranger = inspectFileSync(fixturePath('deep-tile-mipmap.exr'))
    const [a, b, flat] = [deep, stranger, twin].map((payload) => computeMetadataEmbedding(payload)) as [
      Float32Array,
      Float32Array,
      Float32Array,
    ]
    expect(cosine(a, b)).toBeGreaterThan(cosine(a, flat))
  })

  it.runIf(corpusDir() !== null)('of the public sample files all come before the first flat one', () => {
    const files = corpusFiles().flatMap((name) => readable(join(corpusDir()!, name)))
    const vectors = files.map((payload) => ({
      isDeep: payload.file.is_deep,
      vector: computeMetadataEmbedding(payload),
    }))
    const deep = vectors.filter(({ isDeep }) => isDeep)
    expect(deep.length).toBeGreaterThan(15)
    for (const { vector } of deep) {
      const cosines = (isDeep: boolean) =>
        vectors.filter((other) => other.isDeep === isDeep).map((other) => cosine(vector, other.vector))
      expect(Math.min(...cosines(true))).toBeGreaterThan(Math.max(...cosines(false)))
    }
  })
})

describe('the same file', () => {
  /** Bits of the vectors of a payload written by hand, which no change of a reader can move. */
  const byHand: EmbeddablePayload = {
    parts: [
      {
        part_index: 0,
        part_name: null,
        part_type: 'scanlineimage',
        view_name: null,
        multi_view: false,
        width: 1920,
        height: 1080,
        display_width: 1920,
        display_height: 1080,
        data_x_offset: 0,
        data_y_offset: 0,
        data_window: { min: { x: 0, y: 0 }, max: { x: 1919, y: 1079 } },
        display_window: { min: { x: 0, y: 0 }, max: { x: 1919, y: 1079 } },
        pixel_aspect_ratio: 1,
        line_order: 'increasing_y',
        compression: 'zip',
        color_space: null,
        color_space_source: null,
        color_space_derived: null,
        color_space_deriver: null,
        render_software: 'Arnold 7.2',
        render_software_version: null,
        render_software_source: null,
        render_seconds: null,
        render_seconds_source: null,
        render_memory_bytes: null,
        render_memory_source: null,
        render_host: null,
        render_host_source: null,
        camera_name: null,
        camera_name_source: null,
        frames_per_second: null,
        time_code: null,
        is_tiled: false,
        tile_width: null,
        tile_height: null,
        tile_depth: null,
        level_mode: null,
        level_count: 1,
        is_deep: false,
        chunk_count: 68,
        missing_chunks: 0,
      },
    ],
    channels: ['B', 'G', 'R'].map((name) => ({
      part_index: 0,
      channel_name: name,
      layer_name: '',
      component_name: name,
      view_name: null,
      channel_type: 'HALF',
      x_sampling: 1,
      y_sampling: 1,
      p_linear: false,
    })),
    attributes: { parts: [[{ name: 'owner', type: 'string', value: 'Studio', source: 'exr' }]] },
  }

  it('gives the same bits as ever: change EMBEDDING_VERSION with these', () => {
    const bits = (vector: Float32Array) =>
      createHash('sha256').update(new Uint8Array(vector.buffer)).digest('hex').slice(0, 16)
    expect([
      EMBEDDING_VERSION,
      bits(computeMetadataEmbedding(byHand)),
      bits(computeChannelFingerprint(byHand.channels)),
    ]).toEqual([3, '4ed4a137d492bb50', 'ccc1a3dc4954d087'])
  })

  it('hashes as FNV-1a does', () => {
    // From the reference distribution of FNV.
    expect(hashText(0, '') >>> 0).toBe(0x811c9dc5)
    expect(hashText(0, 'a') >>> 0).toBe(0xe40c292c)
    expect(hashText(0, 'foobar') >>> 0).toBe(0xbf9cf968)
    expect(hashText(1, 'a')).not.toBe(hashText(2, 'a'))
    expect(hashInt(1, 2)).not.toBe(hashInt(2, 1))
  })

  it('does not depend on volatile facts', () => {
    const payload = frame()
    const before = computeMetadataEmbedding(payload)
    payload.file = { ...payload.file, path: '/other/name.0007.exr', mtime: null, size_bytes: 1, header_hash: 'x' }
    for (const attribute of payload.attributes.parts.flat()) {
      if (
        /time|date|host|frame|seed|memory|worldTo|cost/i.test(attribute.name) &&
        attribute.name !== 'framesPerSecond'
      ) {
        attribute.value = typeof attribute.value === 'string' ? 'changed' : 12345
      }
    }
    payload.parts[0]!.chunk_count = 1
    payload.parts[0]!.missing_chunks = 1
    expect(computeMetadataEmbedding(payload)).toEqual(before)
  })

  it('does not depend on what OpenImageIO derives, which differs between its versions', () => {
    const payload = frame()
    const before = computeMetadataEmbedding(payload)
    payload.parts[0]!.color_space = 'guessed'
    payload.attributes.parts[0] = payload.attributes.parts[0]!.filter(({ source }) => source === 'exr')
    for (const attribute of payload.attributes.parts[0]) delete attribute.oiio_name
    expect(computeMetadataEmbedding(payload)).toEqual(before)
  })
})

describe('changes', () => {
  it('of the compression move a vector less than of the channel set', () => {
    const payload = frame()
    const before = computeMetadataEmbedding(payload)
    const recompressed = structuredClone(payload)
    recompressed.parts[0]!.compression = 'dwab'
    const rechannelled = structuredClone(payload)
    rechannelled.channels = rechannelled.channels.map((channel, i) =>
      i % 2 === 0 ? channel : { ...channel, channel_name: `extra.${i}`, layer_name: 'extra', component_name: `${i}` },
    )
    const one = cosine(before, computeMetadataEmbedding(recompressed))
    const other = cosine(before, computeMetadataEmbedding(rechannelled))
    expect(one).toBeGreaterThan(other)
    expect(one).toBeLessThan(1)
    expect(
      cosine(computeChannelFingerprint(payload.channels), computeChannelFingerprint(recompressed.channels)),
    ).toBeCloseTo(1, 6)
    expect(
      cosine(computeChannelFingerprint(payload.channels), computeChannelFingerprint(rechannelled.channels)),
    ).toBeLessThan(0.9)
  })

  it('of the size move a vector the more the larger they are', () => {
    const payload = frame()
    const before = computeMetadataEmbedding(payload)
    const resized = [1.01, 1.5, 4].map((factor) => {
      const other = structuredClone(payload)
      other.parts[0]!.display_width = Math.round(factor * 2048)
      other.parts[0]!.display_height = Math.round(factor * 1152)
      return other
    })
    payload.parts[0]!.display_width = 2048
    payload.parts[0]!.display_height = 1152
    const base = computeMetadataEmbedding(payload)
    const [near, middle, far] = resized.map((other) => cosine(base, computeMetadataEmbedding(other)))
    expect(near).toBeGreaterThan(middle!)
    expect(middle).toBeGreaterThan(far!)
    expect(before).toHaveLength(384)
  })
})

describe('families', () => {
  it('of the generated farm hold together', () => {
    const frames = farmFamilies().map(({ family, files }) => ({ family, files: files.slice(0, 8) }))
    const items = inspectFamilies(farmDir(), frames).map(({ family, payload }) => ({
      family,
      vector: computeMetadataEmbedding(payload),
    }))
    const quality = familyQuality(items)
    expect(quality.families).toBeGreaterThanOrEqual(12)
    expect(quality.purity).toBeGreaterThanOrEqual(0.95)
    expect(quality.lowestInside).toBeGreaterThanOrEqual(0.98)
  })

  it.runIf(corpusDir() !== null)('of the public sample images hold together', () => {
    const dir = join(corpusDir()!, 'openexr-images')
    const quality = familyQuality(
      inspectFamilies(dir, byFolder(exrFiles(dir))).map(({ family, payload }) => ({
        family,
        vector: computeMetadataEmbedding(payload),
      })),
    )
    expect(quality.purity / quality.attainable).toBeGreaterThanOrEqual(0.9)
  })
})

describe('the soft scale', () => {
  it.each([
    [1, 0],
    [2, 1],
    [3, 1.5],
    [1024, 10],
    [2 ** 40, 40],
    [0.5, 0],
    [0, 0],
    [-5, 0],
    [Number.NaN, 0],
    [Number.POSITIVE_INFINITY, 1024],
  ])('of %d is %d', (value, expected) => {
    expect(softLog2(value)).toBe(expected)
  })

  it('of ratios is the same on both sides of 1, but for its sign', () => {
    expect(softLogRatio(4)).toBe(2)
    expect(softLogRatio(0.25)).toBe(-2)
    for (const value of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) expect(softLogRatio(value)).toBe(0)
  })
})
