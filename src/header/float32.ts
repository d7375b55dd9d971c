const CACHE_LIMIT = 8192
const cache = new Map<number, number>()
/** Below this a float32 loses digits, so fewer than six may be enough. */
const SMALLEST_NORMAL = 1.1754943508222875e-38

/**
 * The double whose shortest decimal form reads back to the same float32: 0.1 for 0.10000000149011612. Values that
 * are not float32, NaN and infinities come back unchanged.
 */
export function shortestFloat32(value: number): number {
  if (Number.isInteger(value) || Math.fround(value) !== value) return value
  let shortest = cache.get(value)
  if (shortest === undefined) {
    shortest = search(value)
    if (cache.size >= CACHE_LIMIT) cache.clear()
    cache.set(value, shortest)
  }
  return shortest
}

function search(value: number): number {
  // Six digits always survive a normal float32, so a shorter form is the six-digit one without its trailing zeros.
  for (let digits = Math.abs(value) < SMALLEST_NORMAL ? 1 : 6; digits < 9; digits++) {
    const candidate = Number(value.toPrecision(digits))
    if (Math.fround(candidate) === value) return candidate
  }
  return Number(value.toPrecision(9))
}
