import { ExrError } from '../errors.ts'
import { refuseActingFunctions } from './statement.ts'

/**
 * Checks that text can stand between parentheses as one SQL condition: parentheses balance and never close more than
 * was opened, quotes end, and there is no statement separator, comment or parameter. What it means is the engine's to
 * judge. Throws ERR_CATALOG_QUERY.
 */
export function checkCondition(text: string): void {
  const refuse = (found: string): never => {
    throw new ExrError(
      'ERR_CATALOG_QUERY',
      `Expected one SQL condition such as width >= 1920 but found ${found}: ${text}`,
    )
  }
  if (text.trim() === '') refuse('nothing')
  refuseActingFunctions(text)
  // Quoted text first, so that what it holds is not looked at.
  const outside = text.replace(/'(?:[^']|'')*'|"(?:[^"]|"")*"/g, '\0')
  // In E'\'' a backslash hides the quote that would end the text.
  const prefixed = /[\w&]\0/.exec(outside)
  if (prefixed) refuse(`a quote right after "${prefixed[0][0]}"`)
  if (/['"]/.test(outside)) refuse('a quote that does not end')
  const forbidden = /;|--|\/\*|\$/.exec(outside)
  if (forbidden) refuse(`"${forbidden[0]}"`)
  let depth = 0
  for (const character of outside) {
    if (character === '(') depth++
    else if (character === ')' && --depth < 0) refuse('a parenthesis that was not opened')
  }
  if (depth > 0) refuse('a parenthesis that is not closed')
}
