import { RE2JS } from 're2js'
import { ExrError } from '../errors.ts'

/** A test of text by a regular expression. */
interface TextPattern {
  /** Its states: a look at each character takes as many steps at most. */
  readonly size: number
  test(this: void, text: string): boolean
}

/** Longest pattern that a policy may have. */
const MAX_PATTERN = 1000
/** Most states of one: `a{1000}` is short and has a thousand. */
const MAX_SIZE = 10_000
const compiled = new Map<string, TextPattern>()

/**
 * A regular expression of RE2: its time grows with the text alone, whatever a policy from elsewhere asks for.
 * Throws ERR_POLICY_INVALID for one that is too long or not understood.
 */
export function linearPattern(source: string): TextPattern {
  const known = compiled.get(source)
  if (known !== undefined) return known
  if (source.length > MAX_PATTERN) {
    throw new ExrError(
      'ERR_POLICY_INVALID',
      `A pattern has ${source.length} characters; at most ${MAX_PATTERN} are allowed.`,
    )
  }
  try {
    const pattern = RE2JS.compile(source)
    const size = pattern.programSize()
    if (size > MAX_SIZE) throw new Error(`it repeats to ${size} states; at most ${MAX_SIZE} are allowed`)
    const ready = { size, test: (text: string) => pattern.matcher(text).find() }
    if (compiled.size > 1000) compiled.clear()
    compiled.set(source, ready)
    return ready
  } catch (cause) {
    throw new ExrError(
      'ERR_POLICY_INVALID',
      `Cannot use the pattern ${JSON.stringify(source)}: ${(cause as Error).message}`,
      { cause },
    )
  }
}

const globs = new Map<string, TextPattern>()

/**
 * A test of text by a pattern of paths: `*` is anything without a slash, `**` anything, `?` one character, `[a-z]` one of
 * several, `{a,b}` one of several words. Its time too grows with the text alone.
 * Throws ERR_POLICY_INVALID for one that is too long or not understood.
 */
export function globPattern(glob: string, { ignoreCase = false } = {}): TextPattern {
  const key = `${ignoreCase}${glob}`
  const known = globs.get(key)
  if (known !== undefined) return known
  const pattern = linearPattern(`${ignoreCase ? '(?is)' : '(?s)'}^(?:${globSource(glob)})$`)
  if (globs.size > 1000) globs.clear()
  globs.set(key, pattern)
  return pattern
}

const GLOB = /\*\*\/|\*\*|\*|\?|\[!?[^\]/]+\]|\{|\}|,|\\./g
const WORDS: Readonly<Record<string, string>> = { '**/': '(?:.*/)?', '**': '.*', '*': '[^/]*', '?': '[^/]' }

function globSource(glob: string): string {
  let source = ''
  let from = 0
  let depth = 0
  for (const { 0: token, index } of glob.matchAll(GLOB)) {
    source += RE2JS.quote(glob.slice(from, index))
    from = index + token.length
    if (token === '{') source += '(?:'
    else if (token === '}') source += depth > 0 ? ')' : RE2JS.quote(token)
    else if (token === ',') source += depth > 0 ? '|' : ','
    else if (token.startsWith('[')) source += token.replace('[!', '[^')
    else source += WORDS[token] ?? RE2JS.quote(token.slice(1))
    depth += token === '{' ? 1 : token === '}' && depth > 0 ? -1 : 0
  }
  return source + RE2JS.quote(glob.slice(from))
}
