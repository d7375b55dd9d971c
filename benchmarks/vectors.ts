// How long do both vectors of a file take?
import { farmFiles } from './farm.ts'
import { check, type Outcome, product, type Row, row, times } from './frame.ts'

const REPEATS = 2000
const CHANNELS = [3, 10, 28]

export async function run(): Promise<Outcome> {
  const { inspectFileSync } = await product<typeof import('../src/inspect/inspect-file.ts')>('inspect/inspect-file')
  const { computeMetadataEmbedding, computeChannelFingerprint } =
    await product<typeof import('../src/embeddings/index.ts')>('embeddings/index')

  const payloads = farmFiles().map((file) => inspectFileSync(file))
  const rows: Row[] = []
  for (const count of CHANNELS) {
    const payload = payloads.find(({ channels, parts }) => channels.length === count && parts.length === 1)
    check(payload !== undefined, `the farm has no single-part file of ${count} channels`)
    const metadata = () => computeMetadataEmbedding(payload)
    const fingerprint = () => computeChannelFingerprint(payload.channels)
    check(isUnit(metadata()) && isUnit(fingerprint()), 'a vector is not of length 1')
    const target = count === 10 ? { atMost: 30 } : undefined
    rows.push(await repeated(`both vectors, ${count} channels`, target, metadata, fingerprint))
    rows.push(await repeated(`  metadata (384), ${count} channels`, undefined, metadata))
    rows.push(await repeated(`  channels (128), ${count} channels`, undefined, fingerprint))
  }
  return {
    input: { repeats: REPEATS, attributes: payloads[0]!.attributes.parts[0]!.length },
    rows,
    leavesOut: ['the payload itself: it is made before', 'first calls: the code is warm'],
  }
}

async function repeated(name: string, target: Row['target'], ...works: readonly (() => unknown)[]): Promise<Row> {
  const samples = await times(15, 5, () => {
    for (let i = 0; i < REPEATS; i++) for (const work of works) work()
  })
  return row(name, 'us', samples, 1000 / REPEATS, target)
}

function isUnit(vector: Float32Array): boolean {
  return Math.abs(Math.hypot(...vector) - 1) < 1e-6
}
