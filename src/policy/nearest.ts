/** `; did you mean x?` for the known word that is nearest to a misspelt one; empty when none is near. */
export function nearest(word: string, known: readonly string[]): string {
  let best: string | null = null
  let least = Math.max(2, Math.floor(word.length / 3)) + 1
  for (const candidate of known) {
    const distance = editDistance(word, candidate, least)
    if (distance < least) [best, least] = [candidate, distance]
  }
  return best === null ? '' : `; did you mean ${best}?`
}

/** Letters to insert, remove or replace, as far as it is below a limit. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1))
    }
    row = next
  }
  return row[b.length]!
}
