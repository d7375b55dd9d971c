import { pixelsAddon } from './addon.ts'
import type { NativePassRequest, NativePixelPass } from './pixel-types.ts'

export type * from './pixel-types.ts'

/** Throws ERR_NATIVE_UNAVAILABLE. */
export function newPixelPass(request: NativePassRequest): NativePixelPass {
  const { PixelPass } = pixelsAddon()
  return new PixelPass(request)
}

/** Hash of some bytes in hex: 0 XXH3-128, 1 SHA-256. Throws ERR_NATIVE_UNAVAILABLE. */
export function hashBytes(algorithm: 0 | 1, bytes: Uint8Array): string {
  return pixelsAddon().hashBytes(algorithm, bytes)
}
