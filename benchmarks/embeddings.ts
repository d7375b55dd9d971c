// How well do files of one family lie together, and apart from look-alikes?
import { join } from 'node:path'
import { inspectFileSync } from '../src/inspect/inspect-file.ts'
import type { Payload } from '../src/inspect/payload.ts'
import { corpusDir, exrFiles, farmDir, farmFamilies } from '../test/paths.ts'
import { byFolder, byWriter, cosine, familyQuality, flatBeforeDeep, inspectFamilies } from './embedding-quality.ts'
import { check, type Outcome, product, type Row } from './frame.ts'

/** So that the program most files were written with does not decide alone. */
const FILES_PER_WRITER = 40

type Vectors = typeof import('../src/embeddings/index.ts')
type Labelled = { family: string; payload: Payload }

export async function run(): Promise<Outcome> {
  const vectors = await product<Vectors>('embeddings/index')
  const farm = inspectFamilies(farmDir(), farmFamilies())
  const rows = [
    ...qualityRows('farm', farm, vectors.computeMetadataEmbedding, { purity: 0.95 }),
    ...qualityRows('  channels alone', farm, ({ channels }) => vectors.computeChannelFingerprint(channels), {}),
    ...qualityRows('  random vectors', farm, randomVectors(), {}),
    ...changeRows(farm[0]!.payload, vectors),
  ]
  const corpus = corpusDir()
  if (corpus !== null) {
    const folder = join(corpus, 'openexr-images')
    const files = inspectFamilies(folder, byFolder(exrFiles(folder)))
    rows.push(...qualityRows('openexr-images', files, vectors.computeMetadataEmbedding, { ofAttainable: 0.9 }))
    rows.push(...qualityRows('  random vectors', files, randomVectors(), {}))
    rows.push(...corpusRows(corpus, vectors.computeMetadataEmbedding))
  }
  return {
    input: { farm: farm.length, families: farmFamilies().length, version: vectors.EMBEDDING_VERSION },
    rows,
    leavesOut: [
      'what people find alike: a family is a sequence of the farm, a folder of openexr-images, or what one program wrote',
      'vectors of pixels: only headers are compared',
      ...(corpus === null ? ['openexr-images: there is no corpus beside the project'] : []),
    ],
  }
}

/** All public sample files that can be read, whatever folder they lie in. */
function corpusRows(corpus: string, vectorOf: (payload: Payload) => Float32Array): Row[] {
  const payloads = exrFiles(corpus).flatMap((file) => {
    try {
      return [inspectFileSync(join(corpus, file))]
    } catch {
      return []
    }
  })
  const items = payloads.map((payload) => ({ isDeep: payload.file.is_deep, vector: vectorOf(payload) }))
  const deep = items.filter(({ isDeep }) => isDeep).length
  return [
    ...qualityRows('sample files by writer', byWriter(payloads, FILES_PER_WRITER), vectorOf, {}),
    {
      name: `sample files: flat ones before the last of ${deep} deep ones`,
      unit: '',
      median: flatBeforeDeep(items),
      target: { atMost: 0 },
    },
  ]
}

function qualityRows(
  name: string,
  files: readonly Labelled[],
  vectorOf: (payload: Payload) => Float32Array,
  targets: { purity?: number; ofAttainable?: number },
): Row[] {
  const quality = familyQuality(files.map(({ family, payload }) => ({ family, vector: vectorOf(payload) })))
  check(Number.isFinite(quality.lowestInside + quality.highestAcross), 'a cosine is not a number')
  const { purity, attainable, lowestInside, highestAcross } = quality
  const row = (what: string, median: number, atLeast?: number): Row => ({
    name: `${name}: ${what}`,
    unit: '',
    median,
    ...(atLeast === undefined ? {} : { target: { atLeast } }),
  })
  const inside = targets.purity === undefined ? undefined : 0.98
  return [
    row('purity of the 5 nearest', purity, targets.purity),
    row(`purity as a share of the attainable ${attainable.toFixed(3)}`, purity / attainable, targets.ofAttainable),
    row('lowest cosine inside a family', lowestInside, inside),
    row('highest cosine across families', highestAcross),
  ]
}

/** How far single changes move a vector, as one minus the cosine. */
function changeRows(payload: Payload, { computeMetadataEmbedding }: Vectors): Row[] {
  const before = computeMetadataEmbedding(payload)
  const moved = (changed: Payload) => 1 - cosine(before, computeMetadataEmbedding(changed))
  const compression = moved({ ...payload, parts: payload.parts.map((part) => ({ ...part, compression: 'dwab' })) })
  const channels = moved({
    ...payload,
    channels: payload.channels.map((channel) => ({ ...channel, channel_name: `x.${channel.channel_name}` })),
  })
  return [
    { name: 'moved by another compression', unit: '', median: compression, target: { atMost: channels } },
    { name: 'moved by another channel set', unit: '', median: channels },
  ]
}

/** Unit vectors that know nothing of the file; a fixed seed, so that every run has the same. */
function randomVectors(): () => Float32Array {
  let state = 1
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32 - 0.5
  }
  return () => {
    const vector = Float32Array.from({ length: 384 }, next)
    const length = Math.hypot(...vector)
    return vector.map((value) => value / length)
  }
}
