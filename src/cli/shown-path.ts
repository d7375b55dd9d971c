import { statSync } from 'node:fs'
import { resolve } from 'node:path'

/**
 * A path as whoever typed the arguments knows it: a file below `renders` is `renders/...`, whatever directory that is
 * in. Absolute where what was typed is absolute; unchanged where no argument leads to it.
 */
export function shownPath(path: string, args: readonly string[]): string {
  for (const arg of args) {
    if (arg.startsWith('/') || /^[a-z][a-z0-9+.-]+:\/\//i.test(arg)) continue
    const typed = fixedPart(arg)
    const base = resolve(typed)
    if (path === base) return arg
    if (path.startsWith(base === '/' ? base : `${base}/`))
      return joined(typed, path.slice(base.length).replace(/^\//, ''))
  }
  return path
}

/** The one directory by its absolute path that was typed: a list on a terminal shows what is below it. Null for all else. */
export function listedFolder(args: readonly string[]): string | null {
  const [arg, more] = args
  if (arg === undefined || more !== undefined || !arg.startsWith('/')) return null
  return statSync(arg, { throwIfNoEntry: false })?.isDirectory() ? resolve(arg) : null
}

/** What stands before the first wildcard or placeholder of a pattern, up to its last slash. */
function fixedPart(arg: string): string {
  const wild = arg.search(/[*?[\]{}#@%<$]/)
  if (wild === -1) return arg
  const slash = arg.lastIndexOf('/', wild)
  return slash === -1 ? '.' : arg.slice(0, slash)
}

function joined(folder: string, rest: string): string {
  if (folder === '.' || folder === '') return rest
  return folder.endsWith('/') ? folder + rest : `${folder}/${rest}`
}
