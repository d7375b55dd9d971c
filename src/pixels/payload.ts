import { ExrError, toPlainError } from '../errors.ts'
import { PIXELS_UNSEEN } from '../inspect/build-payload.ts'
import { type InspectCallOptions, inspect } from '../inspect/inspect.ts'
import { type ResolvedInspectOptions, resolveInspectOptions, wantsPixels } from '../inspect/options.ts'
import type { Payload, PayloadError } from '../inspect/payload.ts'
import { openSource, type SourceInput } from '../source/open.ts'
import type { ByteSource } from '../source/source.ts'
import { analysePixels, type PixelFacts } from './analyse.ts'
import type { MissingPixels } from './types.ts'

/** How a look at the pixels of a payload's file goes on. */
interface PixelLook {
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((done: number, total: number) => void) | undefined
}

/**
 * The payload with what its options ask of the pixels: `stats`, `deep_stats` and `hashes`. What cannot be looked at is
 * among `errors`; a failure never hides the rest of the payload. Throws ERR_ABORTED.
 */
export async function withPixelFacts(
  payload: Payload,
  source: ByteSource,
  options: ResolvedInspectOptions,
  look: PixelLook = {},
): Promise<Payload> {
  if (!wantsPixels(options)) return payload
  const errors = payload.errors.filter(({ message }) => message !== PIXELS_UNSEEN.message)
  try {
    const { stats, deepStats, hash, sample } = options
    const facts = await analysePixels(source, { stats, deepStats, hash, sampling: sample, ...look })
    const found = merged({ ...payload, errors: [...errors, ...troubles(facts)] }, facts)
    return found
  } catch (error) {
    if (error instanceof ExrError && error.code === 'ERR_ABORTED') throw error
    const { code, message } = toPlainError(error, 'ERR_INTERNAL')
    return { ...payload, errors: [...errors, { code, message, severity: 'error' }] }
  }
}

/** Keys stay in the order of the payload. */
function merged(payload: Payload, { stats, deepStats, hashes }: PixelFacts): Payload {
  const { schema_version, file, parts, channels, attributes, stats: _, deep_stats: __, ...rest } = payload
  return {
    schema_version,
    file,
    parts,
    channels,
    attributes,
    stats: { ...stats },
    deep_stats: { ...deepStats },
    ...(hashes !== null && { hashes: { ...hashes } }),
    ...rest,
  }
}

/** Parts of which pixels could not be looked at, each once. */
function troubles({ stats, deepStats, hashes }: PixelFacts): PayloadError[] {
  const parts = new Map<number, { cannot_check?: string; missing?: MissingPixels }>()
  for (const part of [...(stats?.parts ?? []), ...(deepStats?.parts ?? []), ...(hashes?.parts ?? [])]) {
    if (part.cannot_check !== undefined || part.missing !== undefined) parts.set(part.part_index, part)
  }
  return [...parts].map(([part_index, { cannot_check, missing }]) => {
    const message =
      missing === undefined
        ? `The pixels of part ${part_index} cannot be looked at: ${cannot_check}`
        : `${missing.chunks} chunks of part ${part_index} could not be decoded: ${missing.reasons[0]}`
    return {
      code: missing === undefined ? 'ERR_PIXELS_UNSUPPORTED' : 'ERR_EXR_CHUNKS',
      message,
      severity: 'error',
      part_index,
    }
  })
}

/** `inspect`, and what its options ask of the pixels. Throws what `inspect` throws. */
export async function inspectWithPixels(input: SourceInput, options: InspectCallOptions = {}): Promise<Payload> {
  const { signal, s3, isolation, ...rest } = options
  const resolved = resolveInspectOptions(rest)
  if (!wantsPixels(resolved)) return inspect(input, options)
  const { source, isOwned } = await openSource(input, s3 === undefined ? {} : { s3 })
  try {
    return await withPixelFacts(await inspect(source, options), source, resolved, { signal })
  } finally {
    if (isOwned) await source.close()
  }
}
