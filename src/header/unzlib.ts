import { unzlibSync } from 'fflate'

/** Deflate packs at most 1,032 bytes into one, so that a claim alone allocates little. */
const MAX_DEFLATE_RATIO = 1032

/** `Inflate` in script alone. */
export function unzlib(packed: Uint8Array, maxBytes: number): Uint8Array {
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
