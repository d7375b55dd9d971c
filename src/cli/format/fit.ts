import { displayWidth } from '../style.ts'

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with one
const PAINTED = /^((?:\u001b\[[\d;]*m)+)([^\u001b]*)((?:\u001b\[[\d;]*m)+)$/

interface ColumnNeed {
  /** Columns of the terminal that its longest cell takes. */
  readonly width: number
  /** Narrowest it may become: the same for numbers, which mean something else when they are cut. */
  readonly least: number
}

/**
 * Widths of the first columns of a table that fit on a line of `width` with `gap` between them: every column that can
 * be there at its narrowest is, and what is left of the line goes to those that lack most. Always at least one.
 */
export function fitColumns(needs: readonly ColumnNeed[], width: number, gap: number): number[] {
  const widths: number[] = []
  let used = 0
  for (const need of needs) {
    const least = Math.min(need.width, need.least)
    const next = used + (widths.length > 0 ? gap : 0) + least
    if (widths.length > 0 && next > width) break
    widths.push(least)
    used = next
  }
  for (let left = width - used; left > 0; ) {
    const lacking = widths.flatMap((has, column) => (has < (needs[column]?.width ?? 0) ? [column] : []))
    if (lacking.length === 0) break
    const share = Math.max(1, Math.floor(left / lacking.length))
    for (const column of lacking) {
      const has = widths[column] ?? 0
      const more = Math.min(share, (needs[column]?.width ?? 0) - has, left)
      widths[column] = has + more
      left -= more
    }
  }
  return widths
}

/**
 * At most `width` columns of `text`, the cut marked by an ellipsis and put between words where one ends near. Colours around
 * the whole text stay around it; what has others is left whole.
 */
export function cut(text: string, width: number): string {
  if (displayWidth(text) <= width) return text
  const [, before, inside, after] = PAINTED.exec(text) ?? []
  if (inside !== undefined) return `${before}${cut(inside, width)}${after}`
  if (text.includes('\u001b')) return text
  const kept = head(text, Math.max(1, width - 1))
  if (/[\s,;:/]/.test(text[kept.length] ?? '')) return `${kept}…`
  const word = kept.search(/[\s,;:/][^\s,;:/]*$/)
  return `${word > kept.length * 0.7 ? kept.slice(0, word) : kept}…`
}

/**
 * A path in at most `width` columns: folders in the middle give way first, then the middle of the name, so that the
 * frame number and the extension stay. Text without a slash is treated as a name.
 */
export function shortPath(path: string, width: number): string {
  if (displayWidth(path) <= width) return path
  const segments = path.split('/')
  const name = segments.pop() ?? ''
  if (segments.length === 0 || displayWidth(name) + 2 > width) {
    const tail = Math.ceil((width - 1) * 0.6)
    return `${head(name, width - 1 - tail)}…${lastColumns(name, tail)}`
  }
  // From both ends towards the middle, the last folders first: they tell frames of one show apart.
  let [front, back] = ['', `/${name}`]
  for (let grew = true; grew && segments.length > 0; ) {
    grew = false
    const last = `/${segments.at(-1)}${back}`
    if (displayWidth(front) + 1 + displayWidth(last) <= width) {
      back = last
      segments.pop()
      grew = true
    }
    const first = `${front}${segments[0] ?? ''}/`
    if (segments.length > 0 && displayWidth(first) + 1 + displayWidth(back) <= width) {
      front = first
      segments.shift()
      grew = true
    }
  }
  return `${front}…${back}`
}

/** A word as pieces of at most `width` columns; what has colours stays whole. */
export function piecesOf(word: string, width: number): string[] {
  if (displayWidth(word) <= width || word.includes('\u001b')) return [word]
  const pieces: string[] = []
  let used = width
  for (const char of word) {
    const taken = displayWidth(char)
    if (used + taken > width) {
      pieces.push('')
      used = 0
    }
    pieces[pieces.length - 1] += char
    used += taken
  }
  return pieces
}

function head(text: string, width: number): string {
  let kept = ''
  let used = 0
  for (const char of text) {
    used += displayWidth(char)
    if (used > width) break
    kept += char
  }
  return kept
}

function lastColumns(text: string, width: number): string {
  return [...head([...text].reverse().join(''), width)].reverse().join('')
}
