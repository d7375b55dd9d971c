import { ExrError } from '../../errors.ts'

export type Token =
  | { readonly kind: 'word' | 'name' | 'text' | 'number'; readonly value: string }
  | { readonly kind: 'sign'; readonly value: string }

const PATTERN =
  /\s*(?:([A-Za-z_][A-Za-z0-9_]*)|"((?:[^"]|"")+)"|'((?:[^']|'')*)'|([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(<=|>=|<>|!=|[=<>(),]))/y

/** Cuts a condition into words, names, texts, numbers and signs. Throws ERR_CATALOG_QUERY. */
export function tokensOf(condition: string): Token[] {
  const text = condition.trimEnd()
  const tokens: Token[] = []
  PATTERN.lastIndex = 0
  while (PATTERN.lastIndex < text.length) {
    const start = PATTERN.lastIndex
    const match = PATTERN.exec(text)
    if (!match) throw conditionError(condition, `it cannot read "${text.slice(start).trim().slice(0, 30)}"`)
    const [, word, name, string, number, sign] = match
    if (word !== undefined) tokens.push({ kind: 'word', value: word })
    else if (name !== undefined) tokens.push({ kind: 'name', value: name.replaceAll('""', '"') })
    else if (string !== undefined) tokens.push({ kind: 'text', value: string.replaceAll("''", "'") })
    else if (number !== undefined) tokens.push({ kind: 'number', value: number })
    else tokens.push({ kind: 'sign', value: sign! })
  }
  return tokens
}

export function conditionError(condition: string, reason: string): ExrError {
  const known = 'comparisons of a column with a value, IN, BETWEEN, IS NULL and LIKE, joined by AND'
  return new ExrError(
    'ERR_CATALOG_QUERY',
    `VAST DataBase cannot filter by ${condition}: ${reason}. It takes ${known}; for any other condition search through Trino.`,
  )
}
