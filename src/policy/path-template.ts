import { RE2JS } from 're2js'
import { ExrError } from '../errors.ts'

/** Fields by name. */
type Captured = Readonly<Record<string, string>>

const FIELD = /\{([a-z][a-z0-9_]*)\}|\*\*|\*|\?/gi
const templates = new Map<string, (path: string) => Captured | null>()

/**
 * Reads fields of a path by a template: `{shot}` is text without a slash, `{frame}`, `{version}`, `{width}` and
 * `{height}` are digits, `*` is anything without a slash, `**` anything. A template that does not start with a slash or
 * a scheme matches the end of a path. Null when the path has another form; a field named twice has one value.
 * Throws ERR_POLICY_INVALID for a template without sense.
 */
export function pathTemplate(template: string): (path: string) => Captured | null {
  const known = templates.get(template)
  if (known !== undefined) return known
  const { source, names } = templatePattern(template)
  const pattern = RE2JS.compile(source)
  const read = (path: string): Captured | null => {
    const matcher = pattern.matcher(path)
    if (!matcher.find()) return null
    const fields: Record<string, string> = {}
    for (const [index, name] of names.entries()) {
      const text = matcher.group(index + 1) ?? ''
      if (Object.hasOwn(fields, name) && fields[name] !== text) return null
      fields[name] = text
    }
    return fields
  }
  if (templates.size > 1000) templates.clear()
  templates.set(template, read)
  return read
}

/** A template as a regular expression in RE2's form, and the field that each of its groups holds, the first group's first. */
interface TemplatePattern {
  readonly source: string
  readonly names: readonly string[]
}

/** What `pathTemplate` matches by; for engines that match themselves. Throws ERR_POLICY_INVALID for a template without sense. */
export function templatePattern(template: string): TemplatePattern {
  if (template.length > 500) throw new ExrError('ERR_POLICY_INVALID', 'A path template has more than 500 characters.')
  const names: string[] = []
  let source = ''
  let from = 0
  for (const match of template.matchAll(FIELD)) {
    source += RE2JS.quote(template.slice(from, match.index))
    from = match.index + match[0].length
    const [token, name] = match
    if (name === undefined) source += token === '**' ? '.*' : token === '*' ? '[^/]*' : '[^/]'
    else {
      names.push(name)
      source += NUMBERS.has(name) ? '(-?\\d+)' : '([^/]+?)'
    }
  }
  source += RE2JS.quote(template.slice(from))
  const isWhole = /^(?:\/|[a-z][a-z0-9+.-]*:)/i.test(template)
  return { source: `${isWhole ? '^' : '(?:^|.*/)'}${source}$`, names }
}

/** A path from a template and its fields; the name of the first field that is not among them where one is missing. */
export function filledTemplate(template: string, fields: Captured): string | { readonly missing: string } {
  let missing: string | null = null
  const path = template.replaceAll(FIELD, (token: string, name: string | undefined) => {
    if (name === undefined) return token
    const value = Object.hasOwn(fields, name) ? fields[name] : undefined
    if (value === undefined) missing ??= name
    return value ?? ''
  })
  return missing === null ? path : { missing }
}

/** Throws ERR_POLICY_INVALID for a template that fits many paths, where one is to be named. */
export function refuseWildcards(template: string): void {
  const token = [...template.matchAll(FIELD)].find(([, name]) => name === undefined)?.[0]
  if (token === undefined) return
  throw new ExrError(
    'ERR_POLICY_INVALID',
    `${template} names one file: fields such as {shot} are filled, ${token} is not`,
  )
}

const NUMBERS = new Set(['frame', 'version', 'width', 'height'])
