import { createHash } from 'node:crypto'
import { ExrError } from '../errors.ts'
import type { HeaderPart } from '../header/index.ts'
import { hashBytes, type NativePassRequest } from '../oiio/pixel-pass.ts'
import type { ByteSource } from '../source/source.ts'
import { type Beauty, beautyOf } from './beauty.ts'
import { channelsOf, type PartLayout } from './layout.ts'
import { missingPixels } from './missing.ts'
import { nameOf } from './names.ts'
import type { PassOutcome } from './pass.ts'
import { PICTURE_SIDE, perceptualHash } from './perceptual-hash.ts'
import type { HashAlgorithm, PartHashes } from './types.ts'

const NUMBERS: Readonly<Record<HashAlgorithm, 0 | 1>> = { 'xxh3-128': 0, 'sha-256': 1 }
const READ_BYTES = 4 * 1024 * 1024

/** Throws ERR_OPTION_INVALID for an algorithm that is not known. */
export function parseAlgorithm(text: string, name = 'the algorithm'): HashAlgorithm {
  if (Object.hasOwn(NUMBERS, text)) return text as HashAlgorithm
  throw new ExrError('ERR_OPTION_INVALID', `Expected xxh3-128 or sha-256 for ${name} but received ${text}`)
}

type Decodable = Extract<PartLayout, { canDecode: true }>

/** What a pass has to work out for hashes; the beauty's small picture too, where it is to have a perceptual hash. */
export function hashWork(
  { native }: Decodable,
  algorithm: HashAlgorithm,
  beauty: Beauty | null,
): Omit<NativePassRequest, 'layout'> {
  const hash = NUMBERS[algorithm]
  if (beauty === null) return { hash }
  const names = new Set([beauty.red, beauty.green, beauty.blue])
  const channels = native.channels.map(({ name }) => names.has(name))
  const { minX: x, minY: y, levelWidth: width, levelHeight: height } = native
  const grid = { gridWidth: PICTURE_SIDE, gridHeight: PICTURE_SIDE, firstRow: 0, endRow: PICTURE_SIDE }
  return { hash, reduce: { x, y, width, height, ...grid, channels } }
}

/** Perceptual hash of the beauty whose small picture a pass with `hashWork` made. */
export function perceptualHashOf({ native }: Decodable, outcome: PassOutcome, beauty: Beauty): string | null {
  const pictureOf = (name: string) =>
    outcome.result.pictures?.[native.channels.findIndex((each) => each.name === name)] as
      | Float32Array
      | null
      | undefined
  const [red, green, blue] = [pictureOf(beauty.red), pictureOf(beauty.green), pictureOf(beauty.blue)]
  if (!red || !green || !blue || outcome.lostCount > 0) return null
  // Of luminance and chroma, luminance alone is the picture.
  return perceptualHash(beauty.isLuminanceChroma ? [red, red, red] : [red, green, blue])
}

/** The beauty of a part; null too where its channels cannot be told. */
export function partBeauty(part: HeaderPart): Beauty | null {
  const channels = channelsOf(part)
  return typeof channels === 'string' ? null : beautyOf(channels)
}

/** A pass with `hashWork` in the published form. `hashes` are those of all channels, of several passes maybe. */
export function partHashes(
  part: HeaderPart,
  layout: Decodable,
  outcome: Pick<PassOutcome, 'lost' | 'lostCount'>,
  hashes: readonly (string | null)[],
  algorithm: HashAlgorithm,
): PartHashes {
  const channels = layout.native.channels.map(({ name }, i) => ({
    channel_name: name,
    pixel_hash: hashes[i] ?? null,
  }))
  const missing = missingPixels(outcome, layout)
  return {
    part_index: part.index,
    part_name: nameOf(part),
    algorithm,
    pixel_hash: combined(channels, algorithm),
    ...(missing !== undefined && { missing }),
    channels,
  }
}

/** For a part that cannot be decoded: its channels are named, their hashes are not known. */
export function unknownHashes(part: HeaderPart, reason: string, algorithm: HashAlgorithm): PartHashes {
  const channels = channelsOf(part)
  return {
    part_index: part.index,
    part_name: nameOf(part),
    algorithm,
    pixel_hash: null,
    cannot_check: reason,
    channels:
      typeof channels === 'string' ? [] : channels.map(({ name }) => ({ channel_name: name, pixel_hash: null })),
  }
}

/** Hash over the channels of all parts, however they are spread over parts. */
export function imageHash(parts: readonly PartHashes[], algorithm: HashAlgorithm): string | null {
  return combined(
    parts.flatMap(({ channels }) => channels),
    algorithm,
  )
}

/** Over names and hashes, ordered by the bytes of the names, one `name NUL hash LF` a channel. Null when one is missing. */
function combined(channels: PartHashes['channels'], algorithm: HashAlgorithm): string | null {
  if (channels.length === 0) return null
  const lines: Buffer[] = []
  for (const { channel_name, pixel_hash } of channels) {
    if (pixel_hash === null) return null
    lines.push(Buffer.from(`${channel_name}\0${pixel_hash}\n`))
  }
  return hashBytes(NUMBERS[algorithm], Buffer.concat(lines.sort(Buffer.compare)))
}

/** SHA-256 of a whole file, read in pieces. Throws ERR_SOURCE_* and ERR_ABORTED. */
export async function fileHash(source: ByteSource, sizeBytes: number, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256')
  for (let start = 0; start < sizeBytes; start += READ_BYTES) {
    hash.update(await source.read(start, Math.min(sizeBytes, start + READ_BYTES), signal))
  }
  return hash.digest('hex')
}
