import { statSync } from 'node:fs'

/** Changes with every write of a model's file; empty where there is none. */
export function modelState(path: string): string {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false })
  return found === undefined ? '' : [found.dev, found.ino, found.size, found.mtimeNs].join(' ')
}
