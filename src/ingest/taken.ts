import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { IGNORE_FILE, type IgnoreRules, isIgnored } from './ignore-rules.ts'
import { EXR_NAME } from './listing.ts'
import type { WalkOptions } from './walk.ts'

/** Whether a walk of a root would take a file below it: by its name, by names that start with a dot, and by all patterns on the way. */
export async function wouldTake(
  root: string,
  path: string,
  { hidden = false, ignore = [] }: WalkOptions,
): Promise<boolean> {
  if (!path.startsWith(root.endsWith('/') ? root : `${root}/`) || !EXR_NAME.test(path)) return false
  const chain: IgnoreRules[] = ignore.length > 0 ? [{ base: root, patterns: ignore.join('\n') }] : []
  const names = path.slice(root.length).split('/').filter(Boolean)
  if (!hidden && names.some((name) => name.startsWith('.'))) return false
  let directory = root
  for (const [index, name] of names.entries()) {
    const patterns = await readFile(join(directory, IGNORE_FILE), 'utf8').catch(() => null)
    if (patterns !== null) chain.push({ base: directory, patterns })
    const isDirectory = index < names.length - 1
    directory = join(directory, name)
    if (isIgnored(directory, isDirectory, chain)) return false
  }
  return true
}
