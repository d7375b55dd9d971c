import { toPlainError } from '../../../src/errors.ts'
import { sequence } from '../records.ts'
import { openAt } from './place.ts'

/**
 * A process that writes the same files as others do: `writer.ts <endpoint> <run> <files> <batch size>`. Prints `ready`
 * when connected, starts at the first byte of standard input, and prints each batch once it is acknowledged.
 */
const [endpoint = '', run = '', files = '0', batchSize = '256'] = process.argv.slice(2)

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

try {
  const catalog = await openAt({ endpoint })
  say('ready')
  await new Promise((resolve) => process.stdin.once('data', resolve))
  const all = sequence('/mnt/same', Number(files))
  for (let start = 0; start < all.length; start += Number(batchSize)) {
    const results = await catalog.upsert(all.slice(start, start + Number(batchSize)), run)
    say(`stored ${start} ${results.filter((result) => result.status === 'error').length}`)
  }
  await catalog.close()
  say('done')
} catch (error) {
  const { code, message } = toPlainError(error, 'ERR_CATALOG_WRITE')
  say(`failed ${code} ${message}`)
}
process.exit()
