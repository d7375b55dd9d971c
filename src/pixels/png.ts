import { promisify } from 'node:util'
import { crc32, deflate } from 'node:zlib'

/** 8-bit sRGB, row by row from the upper left corner; four channels are red, green, blue and alpha. */
export interface Picture8 {
  readonly width: number
  readonly height: number
  readonly channels: 3 | 4
  readonly bytes: Uint8Array
}

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
/** PNG's numbers of RGB and RGBA. */
const COLOUR_TYPES = { 3: 2, 4: 6 } as const

/** The picture as PNG (ISO/IEC 15948): rows unfiltered, which is said to be sRGB and has its alpha not multiplied in. */
export async function png({ width, height, channels, bytes }: Picture8): Promise<Buffer> {
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(height, 4)
  head.set([8, COLOUR_TYPES[channels], 0, 0, 0], 8)
  const rowBytes = width * channels
  const rows = Buffer.alloc(height * (1 + rowBytes))
  for (let y = 0; y < height; y++) {
    rows.set(bytes.subarray(y * rowBytes, (y + 1) * rowBytes), y * (1 + rowBytes) + 1)
  }
  return Buffer.concat([
    SIGNATURE,
    ...chunk('IHDR', head),
    ...chunk('sRGB', Buffer.alloc(1)),
    ...chunk('IDAT', await promisify(deflate)(rows)),
    ...chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunk(type: string, data: Buffer): Buffer[] {
  const name = Buffer.from(type, 'latin1')
  const [size, check] = [Buffer.alloc(4), Buffer.alloc(4)]
  size.writeUInt32BE(data.length)
  check.writeUInt32BE(crc32(data, crc32(name)))
  return [size, name, data, check]
}
