import type { HeaderPart } from '../header/index.ts'

/** The `name` attribute; null without one. */
export function nameOf(part: HeaderPart): string | null {
  const name = part.get('name')?.value
  return name?.kind === 'string' ? name.value : null
}
