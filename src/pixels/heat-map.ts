import type { DiffMap } from './diff.ts'
import { falseColour } from './false-colour.ts'
import type { Picture8 } from './png.ts'

/**
 * Differences in false colour on a logarithmic scale: black where nothing differs, viridis from a thousandth of `top` up
 * to it, magenta where a number stands against none. `top` is the largest finite difference, at least 1e-6.
 */
export function heatMap({ width, height, sizes }: DiffMap): Picture8 & { readonly top: number } {
  let top = 1e-6
  for (const size of sizes) if (Number.isFinite(size) && size > top) top = size
  const bytes = new Uint8Array(width * height * 3)
  for (const [i, size] of sizes.entries()) {
    if (size === 0) continue
    const share = 1 + Math.log10(size / top) / 3
    bytes.set(Number.isFinite(size) ? falseColour(share) : [255, 0, 255], i * 3)
  }
  return { width, height, channels: 3, bytes, top }
}
