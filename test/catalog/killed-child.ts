import { open } from 'node:fs/promises'
import { openCatalog } from '../../src/catalog/open.ts'
import { manifest } from '../large-frames.ts'
import { record } from './records.ts'

/** `<path>`: stores a file with a large value, and is killed once the value is on disk: before the rows are committed. */
const [path = ''] = process.argv.slice(2)
const catalog = await openCatalog(path)
const handle = await open(path)
const prototype = Object.getPrototypeOf(handle) as { datasync(): Promise<void> }
await handle.close()
const { datasync } = prototype
prototype.datasync = async function () {
  await datasync.call(this)
  process.kill(process.pid, 'SIGKILL')
}
const attributes = [{ name: 'manifest', type: 'string', value: manifest(60_000, 'killed'), source: 'exr' as const }]
await catalog.upsert([record({ path: '/mnt/a/beauty.1002.exr', attributes })], 'run')
