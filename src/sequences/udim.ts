import { nameStart } from './name-numbers.ts'

/** Words of texture files and folders. */
const TEXTURE_WORD =
  /(?:^|[^a-z])(?:udim|textures?|tex|maps?|diffuse|albedo|base_?colou?r|roughness|rough|metal(?:lic|ness)?|normals?|nrm|displacement|displace|disp|bump|specular|spec|opacity|sss|ao|height)(?:[^a-z]|$)/i

/**
 * Whether numbers are UDIM tiles (1001 + u + 10 v, u from 0 to 9) and no frames: four digits from 1001 on, and the
 * name or its folder speaks of textures, or the tiles fill rows of ten from their start and leave rows unfinished,
 * which frames do not do. A set of one row without such a word is taken for frames.
 */
export function isTileSet(prefix: string, digits: readonly string[]): boolean {
  for (const text of digits) if (text.length !== 4 || text < '1001' || text > '1999') return false
  const start = nameStart(prefix)
  const folder = prefix.slice(prefix.lastIndexOf('/', start - 2) + 1)
  return TEXTURE_WORD.test(folder) || fillsRows(digits)
}

function fillsRows(digits: readonly string[]): boolean {
  if (digits.length > 200) return false
  const rows = new Map<number, number[]>()
  for (const tile of new Set(digits.map((text) => Number(text) - 1001))) {
    const row = Math.floor(tile / 10)
    rows.set(row, [...(rows.get(row) ?? []), tile % 10])
  }
  if (rows.size < 2) return false
  const numbers = [...rows.keys()]
  const last = Math.max(...numbers)
  const filled = [...rows.values()].every((row) => Math.max(...row) === row.length - 1)
  return filled && rows.size === last + 1 && [...rows].some(([row, tiles]) => row !== last && tiles.length < 10)
}
