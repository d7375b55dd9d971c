import { ExrError } from '../errors.ts'
import { nearest } from '../policy/nearest.ts'
import { parseNumber, parseWhole, unexpected } from '../settings/parse.ts'
import type { Parameter, Parameters, Values } from './query.ts'

type Value = string | number | readonly string[] | null

/**
 * What a query is told, checked and with defaults. Texts become numbers and lists as the parameters say. Throws
 * ERR_OPTION_INVALID for an unknown parameter (with the nearest), a missing one, or a value of another type.
 */
export function valuesOf<P extends Parameters>(
  query: { readonly name: string; readonly parameters: P },
  given: Readonly<Record<string, unknown>>,
): Values<P> {
  const names = Object.keys(query.parameters)
  for (const name of Object.keys(given)) {
    if (names.includes(name)) continue
    const known = names.length === 0 ? '; it has none' : `; it has ${names.join(', ')}`
    throw invalid(`Query ${query.name} has no parameter ${name}${nearest(name, names) || known}`)
  }
  const values = names.map((name): [string, Value] => {
    const parameter = query.parameters[name]!
    const value = given[name]
    if (value !== undefined && value !== null && value !== '') return [name, typed(query.name, name, parameter, value)]
    if (parameter.default !== undefined) return [name, parameter.default]
    if (parameter.optional) return [name, null]
    throw invalid(`Query ${query.name} needs --param ${name}=...: ${parameter.doc}.`)
  })
  return Object.fromEntries(values) as Values<P>
}

function typed(query: string, name: string, { type }: Parameter, value: unknown): Value {
  const what = `parameter ${name} of query ${query}`
  const expected = (expectation: string) => unexpected(expectation, what, value)
  switch (type) {
    case 'integer':
    case 'number': {
      const number = parseNumber(value, what)
      return type === 'integer' ? parseWhole(number, what, 0) : number
    }
    case 'list': {
      const list = Array.isArray(value) ? value : typeof value === 'string' ? value.split(',') : null
      if (!list?.every((item) => typeof item === 'string')) throw expected('texts with commas between them')
      return list.map((item) => clean(item.trim())).filter((item) => item !== '')
    }
    case 'time':
      if (typeof value !== 'string' || Number.isNaN(Date.parse(value)))
        throw expected('a time such as 2026-01-31 or 2026-01-31T12:00:00Z')
      return value
    default:
      if (typeof value !== 'string') throw expected('a text')
      return clean(value)
  }
}

function clean(text: string): string {
  if (text.includes('\0')) throw invalid('Expected text without the character NUL for a parameter.')
  return text
}

function invalid(message: string): ExrError {
  return new ExrError('ERR_OPTION_INVALID', message)
}
