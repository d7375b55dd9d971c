import { RE2JS } from 're2js'
import { ExrError } from '../errors.ts'

/** A test of text by a regular expression. */
interface TextPattern {
  test(text: string): boolean
}

/** Longest pattern that a policy may have. */
const MAX_PATTERN = 1000
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
    const test = { test: (text: string) => pattern.matcher(text).find() }
    if (compiled.size > 1000) compiled.clear()
    compiled.set(source, test)
    return test
  } catch (cause) {
    throw new ExrError(
      'ERR_POLICY_INVALID',
      `Cannot use the pattern ${JSON.stringify(source)}: ${(cause as Error).message}`,
      { cause },
    )
  }
}
