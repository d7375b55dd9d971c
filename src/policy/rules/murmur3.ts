/** MurmurHash3_x86_32 of text as UTF-8, seed 0: what Cryptomatte names are hashed with. */
export function murmur3(text: string): number {
  const bytes = Buffer.from(text, 'utf8')
  const blocks = bytes.length >> 2
  let hash = 0
  for (let block = 0; block < blocks; block++) {
    hash ^= mix(bytes.readInt32LE(block * 4))
    hash = (hash << 13) | (hash >>> 19)
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0
  }
  let tail = 0
  for (let at = bytes.length - 1; at >= blocks * 4; at--) tail = (tail << 8) | bytes[at]!
  if ((bytes.length & 3) !== 0) hash ^= mix(tail)
  hash ^= bytes.length
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

function mix(value: number): number {
  const mixed = Math.imul(value, 0xcc9e2d51)
  return Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593)
}

/**
 * The id that Cryptomatte makes of a name, as eight hexadecimal digits: the hash with an exponent of 0 or 255 moved to
 * 1 or 254, so that it is a normal float (specification 1.2, "uint32_to_float32").
 */
export function cryptomatteId(name: string): string {
  const hash = murmur3(name)
  const exponent = (hash >>> 23) & 255
  const id = exponent === 0 || exponent === 255 ? (hash ^ (1 << 23)) >>> 0 : hash
  return id.toString(16).padStart(8, '0')
}
