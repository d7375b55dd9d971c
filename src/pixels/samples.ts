import { ExrError } from '../errors.ts'
import type { HeaderPart } from '../header/index.ts'
import type { NativePartLayout } from '../oiio/pixel-types.ts'
import type { ByteSource } from '../source/source.ts'
import type { Region } from './chunk-list.ts'
import { idLayersOf } from './id-layers.ts'
import { layoutOf } from './layout.ts'
import { runPass } from './pass.ts'
import { openPixelFile } from './pixel-file.ts'

/** One pixel of a part, level 0, in the coordinates of its data window. */
export interface SampleWish {
  readonly part: number
  readonly x: number
  readonly y: number
}

/** Samples of a deep pixel that are told. */
const MOST_SAMPLES = 32

/** The value of every channel at a pixel, exactly as the file has it; of deep parts that of the first sample. */
export interface PixelSamples {
  readonly part_index: number
  readonly x: number
  readonly y: number
  readonly is_deep: boolean
  /** How many samples a deep pixel has; null for others, and where its chunk could not be decoded. */
  readonly sample_count: number | null
  readonly channels: readonly {
    readonly name: string
    readonly type: 'UINT' | 'HALF' | 'FLOAT'
    /** Null where there is no sample: a chunk that could not be decoded, a pixel without samples. */
    readonly value: number | null
    /** Of deep parts every sample in the order of the file, 32 at most; `value` is the first. */
    readonly samples?: readonly number[]
  }[]
  /** Objects that the pixel is part of, by its ids, rank by rank. */
  readonly objects: readonly {
    readonly layer: string
    /** Hexadecimal. */
    readonly id: string
    /** Null where the header does not name it. */
    readonly name: string | null
    /** Share of the pixel; null where the file does not say. */
    readonly coverage: number | null
  }[]
}

const TYPES = ['UINT', 'HALF', 'FLOAT'] as const

/**
 * Decodes the chunk that holds a pixel, once. A subsampled channel answers with the sample that covers it. Throws
 * ERR_OPTION_INVALID for a pixel outside of the data window or a part that is not there, ERR_PIXELS_UNSUPPORTED,
 * ERR_SOURCE_*, ERR_EXR_*.
 */
export async function readSamples(source: ByteSource, { part, x, y }: SampleWish): Promise<PixelSamples> {
  const file = await openPixelFile(source)
  const { path } = source
  if (file.header.parts[part] === undefined) {
    throw new ExrError('ERR_OPTION_INVALID', `${path} has no part ${part}; it has ${file.header.parts.length}`)
  }
  const layout = layoutOf(file, part)
  if (!layout.canDecode) {
    throw new ExrError('ERR_PIXELS_UNSUPPORTED', `Cannot read pixels of part ${part} of ${path}: ${layout.reason}.`)
  }
  const { minX, minY, maxX, maxY, isDeep, channels } = layout.native
  if (x < minX || x > maxX || y < minY || y > maxY) {
    const window = `${minX}, ${minY} to ${maxX}, ${maxY}`
    throw new ExrError('ERR_OPTION_INVALID', `Expected a pixel of the data window ${window} but received ${x}, ${y}`)
  }
  const { result } = await runPass(
    file,
    part,
    layout,
    { samples: { x, y, most: MOST_SAMPLES } },
    { region: coveringRegion(layout.native, x, y) },
  )
  const listed = channels.map(({ name, type }, c) => {
    const seen = result.samples![c] ?? null
    const value = seen?.values[0] ?? null
    return { name, type: TYPES[type]!, value, ...(isDeep && { samples: [...(seen?.values ?? [])] }) }
  })
  const count = isDeep ? (result.samples![0]?.count ?? null) : null
  const objects = objectsOf(file.header.parts[part]!, new Map(listed.map(({ name, value }) => [name, value])))
  return { part_index: part, x, y, is_deep: isDeep, sample_count: count, channels: listed, objects }
}

/** What Cryptomattes and ID manifests say of the ids among the values; background and what has no coverage are left out. */
function objectsOf(part: HeaderPart, values: ReadonlyMap<string, number | null>): PixelSamples['objects'] {
  return idLayersOf(part).flatMap(({ name: layer, source, digits, channels, names }) =>
    channels.flatMap(({ id: channel, coverage: covered, upper }) => {
      const low = idBits(values.get(channel), source)
      const high = upper === undefined ? 0 : idBits(values.get(upper), source)
      const coverage = covered === undefined ? null : (values.get(covered) ?? null)
      if (low === null || high === null || coverage === 0 || (source === 'cryptomatte' && low === 0)) return []
      const id = ((BigInt(high) << 32n) | BigInt(low)).toString(16).padStart(digits, '0')
      return [{ layer, id, name: names?.get(id) ?? null, coverage }]
    }),
  )
}

const float = new Float32Array(1)
const bits = new Uint32Array(float.buffer)

/** Cryptomattes keep the bits of an id in a float (specification 1.2), others the number itself. */
function idBits(value: number | null | undefined, source: 'cryptomatte' | 'id_manifest'): number | null {
  if (value === null || value === undefined || !Number.isFinite(value)) return null
  if (source === 'id_manifest') return value
  float[0] = value
  return bits[0]!
}

/** The pixels that the samples of all channels which cover a pixel lie at. */
function coveringRegion({ minX, minY, channels }: NativePartLayout, x: number, y: number): Region {
  let [firstX, firstY] = [x, y]
  for (const { xSampling, ySampling } of channels) {
    firstX = Math.max(minX, Math.min(firstX, Math.floor(x / xSampling) * xSampling))
    firstY = Math.max(minY, Math.min(firstY, Math.floor(y / ySampling) * ySampling))
  }
  return { x: firstX, y: firstY, width: x - firstX + 1, height: y - firstY + 1 }
}
