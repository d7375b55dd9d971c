/** Windows are inclusive; `origin` is the upper left corner of the data window. */
export interface RawOptions {
  readonly display?: readonly [number, number, number, number]
  readonly origin?: readonly [number, number]
  /** More attributes of type string. */
  readonly strings?: Readonly<Record<string, string>>
}

/** An uncompressed scan-line file of float channels, written by hand from the format's description. */
export function rawExr(
  width: number,
  height: number,
  channels: readonly string[],
  value: (channel: string, x: number, y: number) => number,
  { display = [0, 0, width - 1, height - 1], origin = [0, 0], strings = {} }: RawOptions = {},
): Buffer {
  const [left, top] = origin
  const int = (...numbers: number[]) => Buffer.from(Int32Array.from(numbers).buffer)
  const float = (...numbers: number[]) => Buffer.from(Float32Array.from(numbers).buffer)
  const attribute = (name: string, type: string, data: Buffer) =>
    Buffer.concat([Buffer.from(`${name}\0${type}\0`), int(data.length), data])
  const list = channels.map((name) => Buffer.concat([Buffer.from(`${name}\0`), int(2, 0, 1, 1)]))
  const header = Buffer.concat([
    int(20000630, 2),
    attribute('channels', 'chlist', Buffer.concat([...list, Buffer.from([0])])),
    attribute('compression', 'compression', Buffer.from([0])),
    attribute('dataWindow', 'box2i', int(left, top, left + width - 1, top + height - 1)),
    attribute('displayWindow', 'box2i', int(...display)),
    attribute('lineOrder', 'lineOrder', Buffer.from([0])),
    attribute('pixelAspectRatio', 'float', float(1)),
    attribute('screenWindowCenter', 'v2f', float(0, 0)),
    attribute('screenWindowWidth', 'float', float(1)),
    ...Object.entries(strings).map(([name, text]) => attribute(name, 'string', Buffer.from(text))),
    Buffer.from([0]),
  ])
  const lineBytes = width * channels.length * 4
  const offsets = Array.from({ length: height }, (_, y) => header.length + height * 8 + y * (8 + lineBytes))
  const lines = Array.from({ length: height }, (_, y) => {
    const samples = channels.flatMap((name) => Array.from({ length: width }, (_, x) => value(name, x, y)))
    return Buffer.concat([int(top + y, lineBytes), float(...samples)])
  })
  return Buffer.concat([header, Buffer.from(BigUint64Array.from(offsets.map(BigInt)).buffer), ...lines])
}
