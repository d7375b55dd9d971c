import { layoutOf } from './layout.ts'
import type { Random } from './random.ts'

/** A file under attack: the bytes at hand and the size the whole file is said to have. */
export interface FuzzInput {
  readonly bytes: Uint8Array
  readonly fileSize: number
}

/** Bytes of a seed and a stranger to take pieces from. */
type Mutation = (bytes: Uint8Array, random: Random, other: Uint8Array) => Uint8Array

const INTERESTING = [
  0,
  1,
  2,
  3,
  4,
  7,
  8,
  15,
  16,
  31,
  32,
  63,
  64,
  127,
  128,
  255,
  256,
  1000,
  32767,
  32768,
  65535,
  65536,
  1 << 20,
  1 << 24,
  1 << 30,
  0x7ffffffe,
  0x7fffffff,
  -0x80000000,
  -0x7fffffff,
  -1,
  -2,
  -3,
  -4,
  -8,
  -16,
  -256,
  -65536,
]

const NAMES = [
  'channels', 'compression', 'dataWindow', 'displayWindow', 'lineOrder', 'pixelAspectRatio', 'screenWindowCenter',
  'screenWindowWidth', 'tiles', 'type', 'name', 'chunkCount', 'version', 'view', 'multiView', 'preview', 'timeCode',
  'keyCode', 'framesPerSecond', 'chromaticities', 'envmap', 'idManifest', 'worldToCamera', 'capDate', 'deepImageState',
  'cryptomatte/abcdef0/manifest', '\xff\xfe', '__proto__', 'constructor',
] // biome-ignore format: a list of words

const TYPES = [
  'box2i', 'box2f', 'bytes', 'chlist', 'chromaticities', 'compression', 'deepImageState', 'double', 'envmap', 'float',
  'floatvector', 'idmanifest', 'int', 'keycode', 'lineOrder', 'm33f', 'm33d', 'm44f', 'm44d', 'preview', 'rational',
  'string', 'stringvector', 'tiledesc', 'timecode', 'v2i', 'v2f', 'v2d', 'v3i', 'v3f', 'v3d', 'acme', '',
] // biome-ignore format: a list of words

const MUTATIONS: readonly Mutation[] = [
  flipBits,
  setByte,
  setInt32,
  setSize,
  setValueInt32,
  resizeValue,
  renameAttribute,
  renameAttribute,
  retypeAttribute,
  retypeAttribute,
  removeAttribute,
  duplicateAttribute,
  spliceAttribute,
  setFlags,
  breakEndMark,
  setOffset,
  truncate,
  deleteRange,
  insertBytes,
  copyRange,
]

/** One to four mutations of `seed`, always the same for the same numbers. */
export function mutate(seed: FuzzInput, other: FuzzInput, random: Random): FuzzInput {
  let bytes = seed.bytes.slice()
  for (let count = 1 + random.below(4); count > 0 && bytes.length > 0; count--) {
    bytes = new Uint8Array(random.pick(MUTATIONS)(bytes, random, other.bytes))
  }
  return { bytes, fileSize: claimedSize(seed, bytes.length, random) }
}

/** Mostly the truth; sometimes the seed's size, or a file that is said to go on behind the bytes at hand. */
function claimedSize(seed: FuzzInput, length: number, random: Random): number {
  const choice = random.below(10)
  if (choice === 0) return Math.max(length, seed.fileSize)
  if (choice === 1) return length + random.below(1 << 30)
  return length
}

function flipBits(bytes: Uint8Array, random: Random): Uint8Array {
  for (let count = 1 + random.below(8); count > 0; count--) {
    const at = random.below(bytes.length)
    bytes[at] = bytes[at]! ^ (1 << random.below(8))
  }
  return bytes
}

function setByte(bytes: Uint8Array, random: Random): Uint8Array {
  bytes[random.below(bytes.length)] = random.pick([0, 1, 0x7f, 0x80, 0xff, random.below(256)])
  return bytes
}

function setInt32(bytes: Uint8Array, random: Random): Uint8Array {
  return writeInt32(bytes, random.below(bytes.length), interesting(random))
}

function setSize(bytes: Uint8Array, random: Random): Uint8Array {
  const attribute = anyAttribute(bytes, random)
  if (!attribute) return bytes
  const size = attribute.end - attribute.valueStart
  const near = [size - 1, size + 1, size * 2, bytes.length - attribute.valueStart, bytes.length]
  return writeInt32(bytes, attribute.sizeAt, random.below(2) === 0 ? random.pick(near) : interesting(random))
}

function setValueInt32(bytes: Uint8Array, random: Random): Uint8Array {
  const attribute = anyAttribute(bytes, random)
  if (!attribute || attribute.end === attribute.valueStart) return bytes
  return writeInt32(
    bytes,
    attribute.valueStart + random.below(attribute.end - attribute.valueStart),
    interesting(random),
  )
}

/** A value of another length whose size field tells the truth. */
function resizeValue(bytes: Uint8Array, random: Random): Uint8Array {
  const attribute = anyAttribute(bytes, random)
  if (!attribute) return bytes
  const size = random.pick([0, 1, 2, 3, 4, 5, 8, 12, 16, 17, 64, 1024])
  const value = new Uint8Array(size)
  value.set(bytes.subarray(attribute.valueStart, Math.min(attribute.end, attribute.valueStart + size)))
  return writeInt32(replaced(bytes, attribute.valueStart, attribute.end, value), attribute.sizeAt, size)
}

function renameAttribute(bytes: Uint8Array, random: Random): Uint8Array {
  const attribute = anyAttribute(bytes, random)
  if (!attribute) return bytes
  const name = random.below(4) === 0 ? 'n'.repeat(random.pick([0, 31, 32, 255, 256, 300])) : random.pick(NAMES)
  return replaced(bytes, attribute.start, attribute.nameEnd, latin1(name))
}

function retypeAttribute(bytes: Uint8Array, random: Random): Uint8Array {
  const attribute = anyAttribute(bytes, random)
  if (!attribute) return bytes
  return replaced(bytes, attribute.nameEnd + 1, attribute.typeEnd, latin1(random.pick(TYPES)))
}

function removeAttribute(bytes: Uint8Array, random: Random): Uint8Array {
  const attribute = anyAttribute(bytes, random)
  return attribute ? replaced(bytes, attribute.start, attribute.end, new Uint8Array(0)) : bytes
}

function duplicateAttribute(bytes: Uint8Array, random: Random): Uint8Array {
  const attribute = anyAttribute(bytes, random)
  const place = anyAttribute(bytes, random)
  if (!attribute || !place) return bytes
  return replaced(bytes, place.start, place.start, bytes.slice(attribute.start, attribute.end))
}

/** An attribute of another file in place of one of this. */
function spliceAttribute(bytes: Uint8Array, random: Random, other: Uint8Array): Uint8Array {
  const place = anyAttribute(bytes, random)
  const stranger = anyAttribute(other, random)
  if (!place || !stranger) return bytes
  const end = random.below(2) === 0 ? place.start : place.end
  return replaced(bytes, place.start, end, other.slice(stranger.start, stranger.end))
}

function setFlags(bytes: Uint8Array, random: Random): Uint8Array {
  const at = 4 + random.below(4)
  if (at < bytes.length) bytes[at] = bytes[at]! ^ (1 << random.below(8))
  return bytes
}

function breakEndMark(bytes: Uint8Array, random: Random): Uint8Array {
  const end = layoutOf(bytes).headerEnd
  if (random.below(2) === 0) return replaced(bytes, Math.max(0, end - 1), end, new Uint8Array(0))
  return replaced(bytes, end, end, new Uint8Array(1 + random.below(3)))
}

/** One chunk offset: zero, tiny, far away, or that of its neighbour. */
function setOffset(bytes: Uint8Array, random: Random): Uint8Array {
  const table = layoutOf(bytes).headerEnd
  const at = table + 8 * random.below(16)
  if (at + 16 > bytes.length) return bytes
  if (random.below(4) === 0) return bytes.copyWithin(at, at + 8, at + 16)
  return writeInt32(writeInt32(bytes, at, interesting(random)), at + 4, random.pick([0, 0, 1, 0xffff, -1]))
}

function truncate(bytes: Uint8Array, random: Random): Uint8Array {
  const { attributes, headerEnd } = layoutOf(bytes)
  const edges = [0, 3, 4, 7, 8, headerEnd, headerEnd - 1, ...attributes.flatMap(({ start, end }) => [start, end])]
  const end = random.below(2) === 0 ? random.pick(edges) : random.below(bytes.length)
  return bytes.slice(0, Math.max(0, end))
}

function deleteRange(bytes: Uint8Array, random: Random): Uint8Array {
  const start = random.below(bytes.length)
  return replaced(bytes, start, Math.min(bytes.length, start + 1 + random.below(64)), new Uint8Array(0))
}

function insertBytes(bytes: Uint8Array, random: Random): Uint8Array {
  const at = random.below(bytes.length)
  return replaced(
    bytes,
    at,
    at,
    Uint8Array.from({ length: 1 + random.below(32) }, () => random.below(256)),
  )
}

function copyRange(bytes: Uint8Array, random: Random, other: Uint8Array): Uint8Array {
  if (other.length === 0) return bytes
  const from = random.below(other.length)
  const at = random.below(bytes.length)
  return replaced(bytes, at, at, other.slice(from, from + 1 + random.below(256)))
}

function anyAttribute(bytes: Uint8Array, random: Random) {
  const { attributes } = layoutOf(bytes)
  return attributes.length === 0 ? undefined : random.pick(attributes)
}

function interesting(random: Random): number {
  return random.below(4) === 0 ? random.uint32() | 0 : random.pick(INTERESTING)
}

/** Writes as much of the number as there is room for. */
function writeInt32(bytes: Uint8Array, at: number, value: number): Uint8Array {
  for (let i = 0; i < 4 && at + i < bytes.length; i++) bytes[at + i] = value >>> (8 * i)
  return bytes
}

function replaced(bytes: Uint8Array, start: number, end: number, piece: Uint8Array): Uint8Array {
  const result = new Uint8Array(bytes.length - (end - start) + piece.length)
  result.set(bytes.subarray(0, start))
  result.set(piece, start)
  result.set(bytes.subarray(end), start + piece.length)
  return result
}

function latin1(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'latin1'))
}
