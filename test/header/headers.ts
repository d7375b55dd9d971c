import {
  type AttributeValue,
  type Box2i,
  type Channel,
  ChunkCensus,
  type ChunkReport,
  decodeHeader,
  decodeValue,
  type ExrHeader,
  enumValue,
  type HeaderAttribute,
  type HeaderPart,
  makeAttribute,
  makeHeader,
  makePart,
  type PixelType,
  planChunkTables,
} from '../../src/header/index.ts'

/** A window from (0, 0) to the given corner, inclusive. */
export function box(maxX: number, maxY: number, minX = 0, minY = 0): Box2i {
  return { minX, minY, maxX, maxY }
}

export function channel(name: string, pixelType: PixelType = 'HALF', xSampling = 1, ySampling = 1): Channel {
  return { name, pixelType, pLinear: false, xSampling, ySampling }
}

export function text(value: string): AttributeValue {
  return { kind: 'string', value, validUtf8: true }
}

export function int(value: number): AttributeValue {
  return { kind: 'int', value }
}

export function float(value: number): AttributeValue {
  return { kind: 'float', value }
}

export function tiles(
  xSize: number,
  ySize: number,
  levelMode: 'one_level' | 'mipmap_levels' | 'ripmap_levels' = 'one_level',
  roundingMode: 'round_down' | 'round_up' = 'round_down',
): HeaderAttribute {
  return makeAttribute('tiles', 'tiledesc', { kind: 'tiledesc', value: { xSize, ySize, levelMode, roundingMode } })
}

/** The word that stands for a number of an enumeration. */
export function enumNumber(type: string, value: number): string {
  const decoded = decodeValue(type, new Uint8Array([value]))
  return decoded.kind === 'enum' ? decoded.name : ''
}

export interface PartOptions {
  readonly dataWindow?: Box2i
  readonly displayWindow?: Box2i
  readonly compression?: string
  readonly lineOrder?: string
  readonly channels?: readonly Channel[]
  /** Added after the required ones. */
  readonly extra?: readonly HeaderAttribute[]
}

/** The eight required attributes in the order OpenEXR writes them, and what is asked for besides. */
export function requiredAttributes(options: PartOptions = {}): HeaderAttribute[] {
  const dataWindow = options.dataWindow ?? box(63, 31)
  return [
    makeAttribute('channels', 'chlist', {
      kind: 'chlist',
      value: options.channels ?? [channel('B'), channel('G'), channel('R')],
    }),
    makeAttribute('compression', 'compression', enumValue('compression', options.compression ?? 'zip')),
    makeAttribute('dataWindow', 'box2i', { kind: 'box2i', value: dataWindow }),
    makeAttribute('displayWindow', 'box2i', { kind: 'box2i', value: options.displayWindow ?? dataWindow }),
    makeAttribute('lineOrder', 'lineOrder', enumValue('lineOrder', options.lineOrder ?? 'increasing_y')),
    makeAttribute('pixelAspectRatio', 'float', float(1)),
    makeAttribute('screenWindowCenter', 'v2f', { kind: 'floats', value: [0, 0] }),
    makeAttribute('screenWindowWidth', 'float', float(1)),
  ]
}

export function part(options: PartOptions = {}): HeaderPart {
  return makePart([...requiredAttributes(options), ...(options.extra ?? [])])
}

/** A part of a multi-part or deep file, with the attributes those need. */
export function listedPart(name: string, type: string, chunkCount: number, options: PartOptions = {}): HeaderPart {
  const extra = [
    makeAttribute('name', 'string', text(name)),
    makeAttribute('type', 'string', text(type)),
    makeAttribute('chunkCount', 'int', int(chunkCount)),
    ...(type.startsWith('deep') ? [makeAttribute('version', 'int', int(1))] : []),
    ...(options.extra ?? []),
  ]
  return part({ ...options, extra })
}

export function singlePart(options: PartOptions = {}, flags = {}): ExrHeader {
  return makeHeader([part(options)], flags)
}

export function concat(...pieces: Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(pieces))
}

/** Chunk offset tables as bytes. */
export function offsetTable(offsets: readonly (number | bigint)[]): Uint8Array {
  return new Uint8Array(BigUint64Array.from(offsets.map(BigInt)).buffer)
}

/** Little-endian 32-bit integers as bytes. */
export function words(...values: number[]): Uint8Array {
  return new Uint8Array(Int32Array.from(values).buffer)
}

/** The report on a file of which all bytes are at hand; reads only the tables and one leader. */
export function judgeFile(bytes: Uint8Array): { report: ChunkReport; header: ExrHeader; bytesRead: number } {
  const header = decodeHeader(bytes)
  const plan = planChunkTables(header, bytes.length)
  const table =
    plan.readRange === null ? new Uint8Array(0) : bytes.subarray(plan.readRange.start, plan.readRange.endExclusive)
  const census = new ChunkCensus(plan, table, bytes.length)
  const last = plan.readRange === null ? null : census.lastEntry
  if (last === null) return { report: walked(census, bytes), header, bytesRead: table.length }
  const start = census.leaderStart(last)
  const leader = bytes.subarray(start, start + census.leaderBytes(last))
  census.judge(last, leader)
  return { report: walked(census, bytes), header, bytesRead: table.length + leader.length }
}

/** The report once chunks that the table does not place were looked for. */
function walked(census: ChunkCensus, bytes: Uint8Array): ChunkReport {
  if (census.length === 0 || !census.hasUnplaced) return census.report()
  for (let at = census.walkPosition; at !== null; at = census.walkPosition) census.walk(bytes.subarray(at))
  return census.report()
}
