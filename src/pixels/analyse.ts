import picomatch from 'picomatch'
import { ExrError } from '../errors.ts'
import { isDeep, layerOf } from '../header/index.ts'
import type { Sampling } from '../inspect/sampling.ts'
import type { ByteSource } from '../source/source.ts'
import { deepStatsOf, unknownDeepStats } from './deep-stats.ts'
import { fileHash, hashWork, imageHash, partBeauty, partHashes, perceptualHashOf, unknownHashes } from './hashes.ts'
import { idFacts } from './id-facts.ts'
import { idChannels, idLayersOf, idWork } from './id-layers.ts'
import { channelsOf, type LevelNumber, layoutOf } from './layout.ts'
import { type LostChunk, type PassOutcome, runPass } from './pass.ts'
import { openPixelFile, type PixelFile } from './pixel-file.ts'
import { frameRoles, statsOf, unknownStats } from './stats.ts'
import type {
  FileDeepStats,
  FileHashes,
  FileStats,
  HashAlgorithm,
  IdLayerFacts,
  PartDeepStats,
  PartHashes,
  PartStats,
} from './types.ts'

/** What to find out about the samples of a file, and of which of them. */
export interface AnalyseOptions {
  readonly stats?: boolean
  readonly deepStats?: boolean
  /** Null: no hashes. They are always those of the whole image, level 0. */
  readonly hash?: HashAlgorithm | null
  /** Of the statistics. Default: full. */
  readonly sampling?: Sampling
  /** Of the statistics; default 0, the image itself. Parts without it say so. */
  readonly level?: LevelNumber
  /** Channels of the statistics, by patterns over their names. Default: all. ERR_OPTION_INVALID when none is left. */
  readonly channels?: readonly string[]
  /** The same by layer. */
  readonly layer?: string
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((done: number, total: number) => void) | undefined
}

export interface PixelFacts {
  /** Null when they were not asked for, like all of these. */
  readonly stats: FileStats | null
  readonly deepStats: FileDeepStats | null
  readonly hashes: FileHashes | null
}

/** Of so many channels counters are kept at a time, in up to 50 MiB; a part with more is decoded again for the rest. */
const CHANNELS_A_PASS = 200
/** What deep analytics need together, and so in the first pass. */
const DEPTH_CHANNELS = ['Z', 'ZBack', 'A']
const FULL: Sampling = { method: 'full' }
const IMAGE: LevelNumber = { x: 0, y: 0 }

/**
 * Looks at the samples of all parts in one decode, chunk by chunk, in bounded memory. What cannot be decoded is listed and
 * never an error. Throws ERR_SOURCE_*, ERR_EXR_* for what is not an OpenEXR file, ERR_ABORTED, ERR_NATIVE_UNAVAILABLE.
 */
export async function analysePixels(source: ByteSource, options: AnalyseOptions): Promise<PixelFacts> {
  const file = await openPixelFile(source, options.signal)
  const wants = channelFilter(options)
  refuseUnknownChannels(file, wants)
  const stats: PartStats[] = []
  const deepStats: PartDeepStats[] = []
  const hashes: PartHashes[] = []
  const ids: IdLayerFacts[] = []
  let perceptual: string | null = null
  for (const { index } of file.header.parts) {
    const facts = await analysePart(file, index, { ...options, wants })
    if (facts.stats !== null) stats.push(facts.stats)
    if (facts.deepStats !== null) deepStats.push(facts.deepStats)
    if (facts.hashes !== null) hashes.push(facts.hashes)
    perceptual ??= facts.perceptualHash
    ids.push(...facts.ids)
  }
  const { hash: algorithm = null } = options
  return {
    stats: options.stats === true ? { parts: stats } : null,
    deepStats: options.deepStats === true ? { parts: deepStats, ids } : null,
    hashes:
      algorithm === null
        ? null
        : {
            file_hash: await fileHash(source, file.sizeBytes, options.signal),
            image_hash: imageHash(hashes, algorithm),
            perceptual_hash: perceptual,
            parts: hashes,
          },
  }
}

interface PartFacts {
  readonly stats: PartStats | null
  readonly deepStats: PartDeepStats | null
  readonly hashes: PartHashes | null
  readonly perceptualHash: string | null
  readonly ids: readonly IdLayerFacts[]
}

const NOTHING: PartFacts = { stats: null, deepStats: null, hashes: null, perceptualHash: null, ids: [] }

type Wants = ((channel: string) => boolean) | undefined

async function analysePart(
  file: PixelFile,
  partIndex: number,
  options: AnalyseOptions & { readonly wants: Wants },
): Promise<PartFacts> {
  const { hash = null, sampling = FULL, level = IMAGE, wants } = options
  const isWholeImage = sampling.method === 'full' && level.x === 0 && level.y === 0 && wants === undefined
  const part = file.header.parts[partIndex]!
  const wantsDeep = options.deepStats === true && isDeep(file.plan.parts[partIndex]!.storage)
  const layers = options.deepStats === true ? idLayersOf(part) : []
  const wantsWhole = hash !== null || wantsDeep || layers.length > 0
  // Hashes and depths are of the whole image: where the statistics are not, each has a pass of its own.
  if (wantsWhole && options.stats === true && !isWholeImage) {
    const { stats } = await analysePart(file, partIndex, { ...options, hash: null, deepStats: false })
    return { ...(await analysePart(file, partIndex, { ...options, stats: false })), stats }
  }
  if (!wantsWhole && options.stats !== true) return NOTHING
  const { signal, onProgress } = options
  const scope = !wantsWhole ? { sampling, level, wants } : { sampling: FULL, level: IMAGE, wants: undefined }
  const beauty = partBeauty(part)
  const channels = channelsOf(part)
  const names = typeof channels === 'string' ? [] : channels.map(({ name }) => name)
  const ids = idChannels(layers)
  const isFirst = (name: string) => (wantsDeep && DEPTH_CHANNELS.includes(name)) || ids.includes(name)
  const onlyIds = hash === null && options.stats !== true && !wantsDeep
  const chosen = names.filter((name) => (onlyIds ? ids.includes(name) : (scope.wants?.(name) ?? true)))
  // Of a part without any of the channels that were asked for nothing is decoded, and nothing said.
  if (names.length > 0 && chosen.length === 0) return NOTHING
  const wanted = [...chosen.filter(isFirst), ...chosen.filter((name) => !isFirst(name))]
  const hashOf = new Map<string, string | null>()
  let facts = NOTHING
  const lost = new Map<number, LostChunk>()
  let lostCount = 0
  for (let start = 0; start < Math.max(1, wanted.length); start += CHANNELS_A_PASS) {
    const group = new Set(wanted.slice(start, start + CHANNELS_A_PASS))
    const rowStep = scope.sampling.method === 'every' ? scope.sampling.n : 1
    const layout = layoutOf(file, partIndex, { level: scope.level, wants: (name) => group.has(name), rowStep })
    if (!layout.canDecode) {
      return {
        stats: options.stats === true ? unknownStats(part, layout.reason, scope.level, scope.sampling) : null,
        deepStats: wantsDeep ? unknownDeepStats(part, layout.reason) : null,
        hashes: hash === null ? null : unknownHashes(part, layout.reason, hash),
        perceptualHash: null,
        ids: [],
      }
    }
    const frame = options.stats === true ? frameRoles(layout, beauty, scope.sampling) : null
    const work = {
      ...(options.stats === true && { stats: true }),
      ...(wantsDeep && { deep: true }),
      ...(frame !== null && { frame }),
      ...(layers.length > 0 && start === 0 && { ids: idWork(layers, names) }),
      ...(hash !== null && hashWork(layout, hash, beauty)),
    }
    const outcome: PassOutcome = await runPass(file, partIndex, layout, work, {
      sampling: scope.sampling,
      signal,
      onProgress,
    })
    for (const each of outcome.lost) lost.set(each.chunk.index, each)
    lostCount = Math.max(lostCount, outcome.lostCount)
    if (options.stats === true) {
      const found = statsOf(part, layout, outcome, scope.sampling, beauty)
      if (facts.stats === null) facts = { ...facts, stats: found }
      else facts.stats.channels.push(...found.channels)
    }
    if (outcome.result.ids !== undefined) {
      const counted = layers.flatMap((each, i) => {
        const native = outcome.result.ids![i]
        return native === undefined ? [] : [idFacts(part, each, native, outcome.lostCount > 0)]
      })
      facts = { ...facts, ids: counted }
    }
    if (wantsDeep && facts.deepStats === null) facts = { ...facts, deepStats: deepStatsOf(part, layout, outcome) }
    if (hash !== null) {
      for (const [i, name] of names.entries()) if (group.has(name)) hashOf.set(name, outcome.result.hashes![i]!)
      const list = names.map((name) => hashOf.get(name) ?? null)
      const found = partHashes(part, layout, { lost: [...lost.values()], lostCount }, list, hash)
      const perceptualHash =
        facts.perceptualHash ?? (beauty === null ? null : perceptualHashOf(layout, outcome, beauty))
      facts = { ...facts, hashes: found, perceptualHash }
    }
  }
  return facts
}

function channelFilter({ channels, layer }: AnalyseOptions): Wants {
  if (channels === undefined && layer === undefined) return undefined
  // Dots separate layers, and nothing in a channel's name is a path.
  const matches = channels === undefined ? () => true : picomatch([...channels], { dot: true, bash: true })
  return (name) => matches(name) && (layer === undefined || layerOf(name) === layer)
}

function refuseUnknownChannels(file: PixelFile, wants: Wants): void {
  if (wants === undefined) return
  const names = file.header.parts.flatMap((part) => {
    const channels = channelsOf(part)
    return typeof channels === 'string' ? [] : channels.map(({ name }) => name)
  })
  if (names.length === 0 || names.some(wants)) return
  const listed = names.slice(0, 20).join(', ')
  throw new ExrError(
    'ERR_OPTION_INVALID',
    `${file.source.path} has none of the channels that were asked for. It has ${listed}${names.length > 20 ? ', …' : ''}`,
    { details: { path: file.source.path } },
  )
}
