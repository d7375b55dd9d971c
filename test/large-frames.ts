import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A string attribute of a frame. */
export interface TextAttribute {
  readonly name: string
  readonly text: string
}

/**
 * A cryptomatte manifest of about `byteLength` bytes: object names with the 32-bit hashes that renderers write. Another
 * `seed` gives other objects, of which no line is the same.
 */
export function manifest(byteLength: number, seed: string): string {
  const lines: string[] = []
  for (let index = 0, length = 2; length < byteLength; index++) {
    const hash = createHash('md5').update(`${seed}/${index}`).digest('hex')
    const line = `"/world/${seed}/geo_${hash.slice(8, 20)}/mesh${index}":"${hash.slice(0, 8)}"`
    length += line.length + 1
    lines.push(line)
  }
  return `{${lines.join(',')}}`
}

/** The three manifests a renderer writes: assets, materials, objects. */
export function manifests(byteLength: number, seed: string): TextAttribute[] {
  return ['a1b2c3d', 'b2c3d4e', 'c3d4e5f'].map((key) => ({
    name: `cryptomatte/${key}/manifest`,
    text: manifest(byteLength, `${seed}_${key}`),
  }))
}

/** `count` attributes of a few bytes each. */
export function smallAttributes(count: number, seed: string): TextAttribute[] {
  return Array.from({ length: count }, (_, index) => ({ name: `studio/${index}`, text: `${seed} ${index}` }))
}

/** A whole file of one black pixel, uncompressed, with these attributes. Written byte by byte, without the codec. */
export function frameBytes(attributes: readonly TextAttribute[]): Buffer {
  const head = Buffer.concat([
    Buffer.from([0x76, 0x2f, 0x31, 0x01, 2, longNames(attributes) ? 4 : 0, 0, 0]),
    ...onePart(attributes, null),
  ])
  return withChunks(head, 1)
}

/** A whole file of `count` parts of one black pixel each, named by number, all with these attributes. */
export function partsBytes(count: number, attributes: readonly TextAttribute[] = []): Buffer {
  const flags = Buffer.from([0x76, 0x2f, 0x31, 0x01, 2, 0x10, 0, 0])
  const parts = Array.from({ length: count }, (_, index) => onePart(attributes, `part${index}`)).flat()
  return withChunks(Buffer.concat([flags, ...parts, Buffer.from([0])]), count)
}

/** Writes `count` frames `beauty.1001.exr` and on; `attributes` are asked for once a frame. Returns their paths. */
export function writeFrames(
  folder: string,
  count: number,
  attributes: (frame: number) => readonly TextAttribute[],
): string[] {
  mkdirSync(folder, { recursive: true })
  return Array.from({ length: count }, (_, index) => {
    const path = join(folder, `beauty.${1001 + index}.exr`)
    writeFileSync(path, frameBytes([...attributes(index), { name: 'frame', text: String(index) }]))
    return path
  })
}

function longNames(attributes: readonly TextAttribute[]): boolean {
  return attributes.some(({ name }) => name.length > 31)
}

function onePart(attributes: readonly TextAttribute[], name: string | null): Buffer[] {
  const channel = Buffer.concat([Buffer.from('R\0'), int32(1), Buffer.alloc(4), int32(1), int32(1), Buffer.from([0])])
  const window = Buffer.alloc(16)
  return [
    attribute('channels', 'chlist', channel),
    attribute('compression', 'compression', Buffer.from([0])),
    attribute('dataWindow', 'box2i', window),
    attribute('displayWindow', 'box2i', window),
    attribute('lineOrder', 'lineOrder', Buffer.from([0])),
    attribute('pixelAspectRatio', 'float', float(1)),
    attribute('screenWindowCenter', 'v2f', Buffer.alloc(8)),
    attribute('screenWindowWidth', 'float', float(1)),
    ...(name === null
      ? []
      : [
          attribute('name', 'string', Buffer.from(name)),
          attribute('type', 'string', Buffer.from('scanlineimage')),
          attribute('chunkCount', 'int', int32(1)),
        ]),
    ...attributes.map(({ name: key, text }) => attribute(key, 'string', Buffer.from(text))),
    Buffer.from([0]),
  ]
}

/** The offset tables, then one chunk of one HALF a part; with more than one part each chunk begins with its part. */
function withChunks(head: Buffer, parts: number): Buffer {
  const chunkBytes = parts === 1 ? 10 : 14
  const tables = Buffer.alloc(8 * parts)
  const chunks = Buffer.alloc(chunkBytes * parts)
  for (let part = 0; part < parts; part++) {
    const at = part * chunkBytes
    tables.writeBigUInt64LE(BigInt(head.length + tables.length + at), 8 * part)
    if (parts > 1) chunks.writeInt32LE(part, at)
    chunks.writeInt32LE(2, at + chunkBytes - 6)
  }
  return Buffer.concat([head, tables, chunks])
}

function attribute(name: string, type: string, value: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${name}\0${type}\0`), int32(value.length), value])
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32LE(value)
  return bytes
}

function float(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeFloatLE(value)
  return bytes
}
