import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Payload } from '../inspect/payload.ts'
import { isBeside, type PolicyFacts, parseManifest } from '../policy/index.ts'

/** A manifest of a million names; what is longer is not read. */
const MOST_BYTES = 64 * 1024 * 1024

/**
 * The side-car manifests that a file's Cryptomattes name, and what is wrong with each. Only of local files, and only
 * what lies in the folder of the image or below it. Undefined where there are none to look for.
 */
export async function readSidecars({ file, attributes }: Payload): Promise<PolicyFacts['sidecars']> {
  const names = attributes.parts
    .flat()
    .flatMap(({ name, value }) =>
      /^cryptomatte\/.+\/manif_file$/.test(name) && typeof value === 'string' ? [value] : [],
    )
  const beside = [...new Set(names)].filter(isBeside)
  if (beside.length === 0 || /^[a-z][a-z0-9+.-]+:\/\//i.test(file.path)) return undefined
  const folder = dirname(file.path)
  const problems = new Map<string, string | null>()
  for (const name of beside) problems.set(name, await problemOf(join(folder, name)))
  return problems
}

async function problemOf(path: string): Promise<string | null> {
  let handle: FileHandle
  try {
    // A pipe of that name would wait for a writer.
    handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    return code === 'ENOENT' ? 'there is no such file' : `it cannot be opened (${code})`
  }
  try {
    const stat = await handle.stat()
    if (!stat.isFile()) return 'it is no file'
    if (stat.size > MOST_BYTES) return `it has ${stat.size} bytes, more than the ${MOST_BYTES} that are read`
    const manifest = parseManifest(await handle.readFile('utf8'))
    return typeof manifest === 'string' ? manifest : null
  } catch (error) {
    return `it cannot be read (${(error as NodeJS.ErrnoException).code})`
  } finally {
    await handle.close()
  }
}
