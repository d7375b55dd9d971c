/**
 * Smallest EXR files, written byte by byte from the OpenEXR file layout document, so that what OpenImageIO makes of
 * them can be worked out by hand. Scan lines, no compression, half samples of value 1.0.
 */
export interface TinyExr {
  readonly width?: number
  readonly height?: number
  /** Name -> sampling in both directions. Default Y unsubsampled. */
  readonly channels?: Readonly<Record<string, number>>
  /** Written before the required attributes, as they are. */
  readonly extra?: readonly Buffer[]
}

export function tinyExr({ width = 4, height = 2, channels = { Y: 1 }, extra = [] }: TinyExr = {}): Buffer {
  const header = Buffer.concat([
    Buffer.from([0x76, 0x2f, 0x31, 0x01, 2, 0, 0, 0]),
    ...extra,
    attribute('channels', 'chlist', channelList(channels)),
    attribute('compression', 'compression', Buffer.of(0)),
    attribute('dataWindow', 'box2i', int32(0, 0, width - 1, height - 1)),
    attribute('displayWindow', 'box2i', int32(0, 0, width - 1, height - 1)),
    attribute('lineOrder', 'lineOrder', Buffer.of(0)),
    attribute('pixelAspectRatio', 'float', float32(1)),
    attribute('screenWindowCenter', 'v2f', float32(0, 0)),
    attribute('screenWindowWidth', 'float', float32(1)),
    Buffer.of(0),
  ])
  const rows = Array.from({ length: Math.min(height, 64) }, (_, y) => chunk(y, width, channels))
  const offsets = Buffer.alloc(rows.length * 8)
  let offset = header.length + offsets.length
  for (const [y, row] of rows.entries()) {
    offsets.writeBigUInt64LE(BigInt(offset), y * 8)
    offset += row.length
  }
  return Buffer.concat([header, offsets, ...rows])
}

export function attribute(name: string, type: string, value: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${name}\0${type}\0`), int32(value.length), value])
}

export function int32(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4)
  for (const [index, value] of values.entries()) bytes.writeInt32LE(value, index * 4)
  return bytes
}

export function float32(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4)
  for (const [index, value] of values.entries()) bytes.writeFloatLE(value, index * 4)
  return bytes
}

function channelList(channels: Readonly<Record<string, number>>): Buffer {
  const entries = Object.entries(channels).map(([name, sampling]) =>
    Buffer.concat([Buffer.from(`${name}\0`), int32(1), Buffer.alloc(4), int32(sampling, sampling)]),
  )
  return Buffer.concat([...entries, Buffer.of(0)])
}

function chunk(y: number, width: number, channels: Readonly<Record<string, number>>): Buffer {
  const samples = Object.values(channels)
    .filter((sampling) => y % sampling === 0)
    .reduce((sum, sampling) => sum + Math.ceil(Math.min(width, 4096) / sampling), 0)
  const pixels = Buffer.alloc(samples * 2)
  for (let index = 0; index < samples; index++) pixels.writeUInt16LE(0x3c00, index * 2)
  return Buffer.concat([int32(y, pixels.length), pixels])
}
