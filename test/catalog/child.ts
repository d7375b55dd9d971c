import { openCatalog } from '../../src/catalog/open.ts'
import { toPlainError } from '../../src/errors.ts'
import { sequence } from './records.ts'

/**
 * Another process at the same catalog.
 * `open <path> <options>`: opens and closes. `hold <path> <batches>`: writes that many, and keeps it open until standard input ends.
 * `ingest <path> <seed> <batches>`: writes batches of 16 files, printing each as soon as it is acknowledged.
 */
const [command, path = '', ...rest] = process.argv.slice(2)

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

async function ingest(seed: string, batches: number): Promise<void> {
  // So small that kills hit checkpoints too.
  const catalog = await openCatalog(path, { checkpointBytes: 2 ** 20 })
  for (let batch = 0; batch < batches; batch++) {
    await catalog.upsert(sequence(`/mnt/${seed}/${batch}`, 16), `run-${seed}`)
    say(`stored ${seed} ${batch}`)
  }
  await catalog.close()
}

async function hold(): Promise<void> {
  const catalog = await openCatalog(path)
  for (let batch = 0; batch < Number(rest[0] ?? 0); batch++) {
    await catalog.upsert(sequence(`/mnt/held/${batch}`, 16), 'run')
  }
  say('open')
  for await (const _chunk of process.stdin);
  await catalog.close()
}

try {
  if (command === 'open') {
    const catalog = await openCatalog(path, JSON.parse(rest[0] ?? '{}'))
    await catalog.close()
    say('open')
  } else if (command === 'hold') {
    await hold()
  } else {
    await ingest(rest[0] ?? '0', Number(rest[1]))
    say('done')
  }
} catch (error) {
  const { code, message } = toPlainError(error, 'ERR_CATALOG_WRITE')
  say(command === 'ingest' ? `failed ${code}` : `${code} ${message}`)
}
