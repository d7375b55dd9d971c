import { openCatalog } from '../../src/catalog/open.ts'
import { sequence } from './records.ts'

/** `<path> <options>`: stores files and leaves without closing, so that the journal stays. */
const [path = '', options = '{}'] = process.argv.slice(2)
process.umask(0o022)
const catalog = await openCatalog(path, JSON.parse(options))
await catalog.upsert(sequence(`/mnt/${process.pid}`, 4), 'run')
process.exit(0)
