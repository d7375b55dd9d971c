import fs from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'

/** `<path> <moment>`: compacts a catalog, and is killed before the first, before the second or after the second rename. */
const [path = '', moment = ''] = process.argv.slice(2)
const { rename } = fs
const kill = () => process.kill(process.pid, 'SIGKILL')
fs.rename = async (from, to) => {
  const isValues = String(to).endsWith('.values')
  if (moment === 'copied' || (moment === 'values' && !isValues)) kill()
  await rename(from, to)
  if (moment === 'renamed' && !isValues) kill()
}
syncBuiltinESMExports()
const { compactCatalog } = await import('../../src/catalog/open.ts')
await compactCatalog(path)
