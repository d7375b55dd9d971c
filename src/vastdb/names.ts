import { optionError } from './errors.ts'

/**
 * Names travel in the signed path, and the vendor's own clients sign percent-encoded characters differently from each
 * other, so only characters that need no encoding are allowed.
 */
const NAME = /^[A-Za-z0-9._~-]+$/

/** A bucket, schema or table name. Throws ERR_OPTION_INVALID. */
export function checkName(name: unknown, what: string): string {
  if (typeof name === 'string' && NAME.test(name) && name !== '.' && name !== '..') return name
  throw optionError(`${what} name`, 'letters, digits, ".", "_", "~" and "-"', name)
}

/** A path of names separated by `/`, without leading or trailing slash: a nested schema, or a bucket's snapshot. */
export function checkPath(path: unknown, what: string): string {
  if (typeof path !== 'string') throw optionError(`${what} name`, 'a string', path)
  for (const part of path.split('/')) checkName(part, what)
  return path
}
