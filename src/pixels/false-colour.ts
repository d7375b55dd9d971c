/** Eleven stops of the viridis colour map, sRGB. */
export const RAMP = [
  [68, 1, 84],
  [72, 36, 117],
  [65, 68, 135],
  [53, 95, 141],
  [42, 120, 142],
  [33, 145, 140],
  [34, 168, 132],
  [68, 191, 112],
  [122, 209, 81],
  [189, 223, 38],
  [253, 231, 37],
] as const

/** False colour of 0 to 1: viridis, from dark blue to yellow. */
export function falseColour(value: number): [number, number, number] {
  const at = Math.min(1, Math.max(0, value)) * (RAMP.length - 1)
  const low = Math.min(RAMP.length - 2, Math.floor(at))
  const mix = (c: number) => RAMP[low]![c]! + (RAMP[low + 1]![c]! - RAMP[low]![c]!) * (at - low)
  return [mix(0), mix(1), mix(2)]
}
