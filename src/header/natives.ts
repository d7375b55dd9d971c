import { unzlibSync } from 'fflate'

/** What the codec does with bytes that Node does natively and a browser in script. */
interface Natives {
  isUtf8(bytes: Uint8Array): boolean
  toBase64(bytes: Uint8Array): string
  /** A function from [start, end) to the text that has one character per byte. */
  latin1Of(bytes: Uint8Array): (start: number, end: number) => string
  /** What a zlib stream unpacks to, at most `maxBytes`. Throws for a broken stream and for one that is longer. */
  inflate(packed: Uint8Array, maxBytes: number): Uint8Array
}

/** The same in script alone. */
export const portable: Natives = {
  isUtf8: isUtf8Strictly,
  toBase64: base64Of,
  latin1Of: latin1InScript,
  inflate: unzlib,
}

/** Nothing in this room imports a module of Node: asked for like this they are found there, and bundlers look for none. */
const buffer = globalThis.process?.getBuiltinModule?.('node:buffer')
const zlib = globalThis.process?.getBuiltinModule?.('node:zlib')

/** Node's own where this runs in Node, else `portable`. */
export const natives: Natives =
  buffer === undefined || zlib === undefined
    ? portable
    : {
        isUtf8: buffer.isUtf8,
        toBase64: (bytes) => buffer.Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64'),
        latin1Of: (bytes) => {
          const view = buffer.Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
          return (start, end) => view.toString('latin1', start, end)
        },
        inflate: (packed, maxBytes) => zlib.inflateSync(packed, { maxOutputLength: Math.max(1, maxBytes) }),
      }

function isUtf8Strictly(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return true
  } catch {
    return false
  }
}

function base64Of(bytes: Uint8Array): string {
  return btoa(latin1InScript(bytes)(0, bytes.length))
}

function latin1InScript(bytes: Uint8Array): (start: number, end: number) => string {
  return (start, end) => {
    let text = ''
    // A call takes so many arguments and no more.
    for (let at = start; at < end; at += 8192) {
      text += String.fromCharCode(...bytes.subarray(at, Math.min(end, at + 8192)))
    }
    return text
  }
}

/** Deflate packs at most 1,032 bytes into one, so that a claim alone allocates little. */
const MAX_DEFLATE_RATIO = 1032

function unzlib(packed: Uint8Array, maxBytes: number): Uint8Array {
  if (packed.length < 8) throw new RangeError('The zlib stream ends early')
  // One byte more than is allowed tells a longer stream from one that fits.
  const out = new Uint8Array(Math.min(maxBytes, packed.length * MAX_DEFLATE_RATIO) + 1)
  const unpacked = unzlibSync(packed, { out })
  if (unpacked.length > maxBytes) throw new RangeError(`The zlib stream unpacks to more than ${maxBytes} bytes`)
  if (adler32(unpacked) !== checksumOf(packed)) throw new RangeError('The zlib stream does not match its checksum')
  return unpacked
}

function checksumOf(packed: Uint8Array): number {
  return new DataView(packed.buffer, packed.byteOffset + packed.length - 4).getUint32(0)
}

/** RFC 1950. Sums of 3,800 bytes stay below 2^32. */
function adler32(bytes: Uint8Array): number {
  let a = 1
  let b = 0
  for (let at = 0; at < bytes.length; ) {
    const end = Math.min(at + 3800, bytes.length)
    for (; at < end; at++) {
      a += bytes[at]!
      b += a
    }
    a %= 65521
    b %= 65521
  }
  return ((b << 16) | a) >>> 0
}
