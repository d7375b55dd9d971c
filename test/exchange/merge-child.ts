import { openCatalog } from '../../src/catalog/open.ts'
import { mergeCatalogs } from '../../src/exchange/merge.ts'

/** `<from> <into>`: merges, and is killed with no chance to clean up once the second batch is stored. */
const [from = '', into = ''] = process.argv.slice(2)
const source = await openCatalog(from, { readOnly: true })
let batches = 0
await mergeCatalogs(await openCatalog(into), [source], {
  onProgress: () => {
    if (++batches === 2) process.kill(process.pid, 'SIGKILL')
  },
})
