import ignore, { type Ignore } from 'ignore'

/** Patterns as in a `.gitignore`, valid below one directory. */
export interface IgnoreRules {
  /** Absolute directory the patterns are relative to. */
  readonly base: string
  readonly patterns: string
}

/** Name of the files that hold patterns for their own directory and everything below it. */
export const IGNORE_FILE = '.exrignore'

const compiled = new Map<string, Ignore>()

/**
 * Whether the outermost to innermost `chain` of rules leaves `path` out; the innermost rules that say
 * anything about it decide, as in git. A path outside a rule's base is left to the other rules.
 */
export function isIgnored(path: string, isDirectory: boolean, chain: readonly IgnoreRules[]): boolean {
  for (let index = chain.length - 1; index >= 0; index--) {
    const rules = chain[index]
    if (!rules || !path.startsWith(rules.base)) continue
    const relative = path.slice(rules.base.endsWith('/') ? rules.base.length : rules.base.length + 1)
    if (relative === '') continue
    const verdict = compile(rules.patterns).test(isDirectory ? `${relative}/` : relative)
    if (verdict.ignored) return true
    if (verdict.unignored) return false
  }
  return false
}

function compile(patterns: string): Ignore {
  let rules = compiled.get(patterns)
  if (!rules) {
    // A tree with an ignore file in every directory must not grow this for ever.
    if (compiled.size >= 256) compiled.clear()
    rules = ignore().add(patterns)
    compiled.set(patterns, rules)
  }
  return rules
}
