import { encodeHeader, enumValue, makeAttribute, makeHeader, makePart } from '../../src/header/index.ts'
import type { AttributeValue, HeaderAttribute } from '../../src/header/model.ts'

export interface TinyFile {
  readonly width?: number
  readonly height?: number
  /** Number in the header; each chunk holds one row whatever it says. */
  readonly compression?: number
  readonly channels?: readonly string[]
  readonly extra?: readonly HeaderAttribute[]
}

/** A whole scan-line file, one row a chunk, with the places of its table and chunks. */
export interface TinyLayout {
  readonly bytes: Uint8Array
  readonly tableOffset: number
  /** Offset of each chunk. */
  readonly chunks: readonly number[]
}

/** Bytes of a file of half floats as a writer lays them out: header, table, then chunk after chunk. */
export function tinyFile(options: TinyFile = {}): TinyLayout {
  const { width = 8, height = 4, compression = 0, channels = ['R'], extra = [] } = options
  const window = { minX: 0, minY: 0, maxX: width - 1, maxY: height - 1 }
  const list = channels.map((name) => ({
    name,
    pixelType: 'HALF' as const,
    pLinear: false,
    xSampling: 1,
    ySampling: 1,
  }))
  const header = encodeHeader(
    makeHeader([
      makePart([
        makeAttribute('channels', 'chlist', { kind: 'chlist', value: list }),
        makeAttribute('compression', 'compression', new Uint8Array([compression])),
        makeAttribute('dataWindow', 'box2i', { kind: 'box2i', value: window }),
        makeAttribute('displayWindow', 'box2i', { kind: 'box2i', value: window }),
        makeAttribute('lineOrder', 'lineOrder', enumValue('lineOrder', 'increasing_y')),
        makeAttribute('pixelAspectRatio', 'float', { kind: 'float', value: 1 }),
        makeAttribute('screenWindowCenter', 'v2f', { kind: 'floats', value: [0, 0] }),
        makeAttribute('screenWindowWidth', 'float', { kind: 'float', value: 1 }),
        ...extra,
      ]),
    ]),
  )
  const rowBytes = width * 2 * channels.length
  const first = header.length + height * 8
  const bytes = new Uint8Array(first + height * (8 + rowBytes))
  const view = new DataView(bytes.buffer)
  bytes.set(header)
  const chunks = Array.from({ length: height }, (_, row) => first + row * (8 + rowBytes))
  for (const [row, offset] of chunks.entries()) {
    view.setBigUint64(header.length + row * 8, BigInt(offset), true)
    view.setInt32(offset, row, true)
    view.setInt32(offset + 4, rowBytes, true)
    bytes.fill(0x3c, offset + 8, offset + 8 + rowBytes)
  }
  return { bytes, tableOffset: header.length, chunks }
}

export function text(name: string, value: string | Uint8Array, type = 'string'): HeaderAttribute {
  return makeAttribute(name, type, value instanceof Uint8Array ? value : { kind: 'string', value, validUtf8: true })
}

export function typed(name: string, type: string, value: AttributeValue): HeaderAttribute {
  return makeAttribute(name, type, value)
}
