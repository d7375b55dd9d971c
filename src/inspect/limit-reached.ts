import type { HeaderLimits } from '../header/index.ts'
import { parseLimits } from './options.ts'

/** Whether any of the limits that were reached, such as `header-bytes=65536`, is higher now. */
export function isRaised(reached: string, now: HeaderLimits): boolean {
  return entries(reached).some(([name, value]) => now[name] > value)
}

/** Whether a look within one set of limits read more than one that reached others; null for no limit reached. */
export function isWider(reached: string | null, before: string | null): boolean {
  if (before === null) return false
  const now = new Map(reached === null ? [] : entries(reached))
  return entries(before).some(([name, value]) => (now.get(name) ?? Number.POSITIVE_INFINITY) > value)
}

function entries(reached: string): [keyof HeaderLimits, number][] {
  return Object.entries(parseLimits(reached.split(','))) as [keyof HeaderLimits, number][]
}
