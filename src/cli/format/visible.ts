/**
 * The one place that keeps text from files, catalogs and servers from acting on a terminal. Everything for people
 * passes it on its way out; what is taken out stays readable as JSON writes it: `\u001b`.
 */

/** Control characters (C0, DEL, C1), bidirectional controls, zero-width and other invisible characters, lone surrogates. */
const UNSEEN = /(?!\ufe0f)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu
/** The same, but for line feeds and tabs. */
const UNSEEN_IN_LINES = new RegExp(`(?![\\n\\t])${UNSEEN.source}`, 'gu')
/** One of our own colours, or what must not pass. */
const COLOR_OR_UNSEEN = new RegExp(`\\u001b\\[[0-9;]*m|${UNSEEN_IN_LINES.source}`, 'gu')

/** Text of others on one line: line breaks as spaces, and nothing in it that a terminal obeys or does not show. */
export function singleLine(text: string): string {
  return text.replace(/\s*[\r\n]+\s*/g, ' ').replace(UNSEEN, escaped)
}

/** Lines of our own: colours stay. Catches what a caller forgot to pass through `singleLine`. */
export function visibleLines(text: string): string {
  return text.replace(COLOR_OR_UNSEEN, (found) => (found.length > 2 ? found : escaped(found)))
}

/** JSON, YAML or CSV that goes to a terminal. In JSON the escapes mean what stood there. */
export function visibleData(text: string): string {
  return text.replace(UNSEEN_IN_LINES, escaped)
}

function escaped(char: string): string {
  let text = ''
  for (let unit = 0; unit < char.length; unit++) text += `\\u${char.charCodeAt(unit).toString(16).padStart(4, '0')}`
  return text
}
