import type { ExrHeader } from './model.ts'

const KNOWN_BITS = 0x1e00

/** Names of the flags set in the version word, lowest bit first; bits without a meaning together as `unknown(0x...)`. */
export function versionFlags({ flags, versionWord }: ExrHeader): string[] {
  const names: string[] = []
  if (flags.tiled) names.push('tiled')
  if (flags.longNames) names.push('long_names')
  if (flags.nonImage) names.push('deep')
  if (flags.multiPart) names.push('multi_part')
  const unknown = (versionWord & 0xffffff00 & ~KNOWN_BITS) >>> 0
  if (unknown !== 0) names.push(`unknown(0x${unknown.toString(16)})`)
  return names
}
