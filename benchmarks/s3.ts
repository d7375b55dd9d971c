// How many GETs and bytes does a header cost, and how fast is an ingest from object storage beside one from disk?
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { S3_TEST_KEYS } from '../scripts/servers/s3.ts'
import { corpusDir, corpusFiles, farmDir, farmFamilies, fixturePath, fixtures } from '../test/paths.ts'
import { check, cli, type Outcome, product, quantile, rateRow, row, withFolder } from './frame.ts'
import { BENCH_BUCKET, startStore, upload } from './object-store.ts'

const ROUNDS = 3
const FIRST_READ_BYTES = 64 * 1024

export function run(): Promise<Outcome> {
  return withFolder(async (folder) => {
    const store = await startStore(folder)
    try {
      const corpus = corpusDir()
      const samples = corpus === null ? fixtures().map(({ file }) => file) : corpusFiles()
      const pathOf = (name: string) => (corpus === null ? fixturePath(name) : join(corpus, name))
      await upload(
        store,
        samples.map((name) => ({ key: `samples/${name}`, path: pathOf(name) })),
      )
      const headers = await measureHeaders(store.endpoint, samples)

      const frames = farmFamilies().flatMap(({ files }) => files)
      await upload(
        store,
        frames.map((file) => ({ key: `farm/${file}`, path: join(farmDir(), file) })),
      )
      const env = {
        S3_ENDPOINT: store.endpoint,
        S3_ACCESS_KEY: S3_TEST_KEYS.accessKeyId,
        S3_SECRET_KEY: S3_TEST_KEYS.secretAccessKey,
      }
      const [remote, local]: [number[], number[]] = [[], []]
      for (let round = 0; round < ROUNDS; round++) {
        remote.push(frames.length / seconds(`s3://${BENCH_BUCKET}/farm/`, join(folder, `remote-${round}.duckdb`), env))
        local.push(frames.length / seconds(farmDir(), join(folder, `local-${round}.duckdb`), env))
      }
      return {
        input: {
          samples: samples.length,
          from: corpus === null ? 'fixtures' : 'corpus',
          frames: frames.length,
          server: store.name,
        },
        rows: [
          { name: 'headers that need one GET', unit: '%', median: headers.inOneGet, target: { atLeast: 95 } },
          row('GETs a file, last chunk included', 'GETs', headers.requests),
          row('bytes a file', 'KiB', headers.bytes, 1 / 1024),
          rateRow('ingest from object storage', 'files/s', remote),
          rateRow('ingest of the same files from disk', 'files/s', local),
          { name: 'object storage against disk', unit: 'x', median: quantile(remote, 0.5) / quantile(local, 0.5) },
        ],
        leavesOut: [
          'a network: the server is on loopback and takes its share of the same cores',
          'the second GET of a file larger than the first read is the leader of its last chunk, which decides whether it is whole',
        ],
      }
    } finally {
      await store.close()
    }
  })
}

async function measureHeaders(endpoint: string, samples: readonly string[]) {
  const { connectS3 } = await product<typeof import('../src/source/s3-client.ts')>('source/s3-client')
  const { inspectObject } = await product<typeof import('../src/inspect/inspect-object.ts')>('inspect/inspect-object')
  const { resolveInspectOptions } = await product<typeof import('../src/inspect/options.ts')>('inspect/options')
  const connection = await connectS3({ endpoint, ...S3_TEST_KEYS })
  const options = resolveInspectOptions({ firstReadBytes: FIRST_READ_BYTES })
  const [requests, bytes]: [number[], number[]] = [[], []]
  let inOneGet = 0
  for (const name of samples) {
    const location = { bucket: BENCH_BUCKET, key: `samples/${name}` }
    const inspected = await inspectObject(connection, location, options).catch(() => null)
    if (inspected === null) continue
    requests.push(inspected.counters.requests)
    bytes.push(inspected.counters.bytes)
    if (inspected.payload.file.header_bytes <= FIRST_READ_BYTES) inOneGet += 1
  }
  connection.close()
  check(requests.length > samples.length / 2, 'most samples could not be read')
  return { requests, bytes, inOneGet: (100 * inOneGet) / requests.length }
}

function seconds(root: string, catalog: string, env: Record<string, string>): number {
  const start = performance.now()
  const { status, stderr } = spawnSync(process.execPath, [cli, 'ingest', root, '--catalog', catalog], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  })
  // The farm holds a few broken frames on purpose.
  check(status === 0 || status === 1, stderr)
  return (performance.now() - start) / 1000
}
