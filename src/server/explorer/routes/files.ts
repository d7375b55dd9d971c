import { type ErrorCode, ExrError } from '../../../errors.ts'
import { inspect } from '../../../inspect/inspect.ts'
import type { Payload } from '../../../inspect/payload.ts'
import { STARTERS } from '../../../policy/index.ts'
import { ask } from '../../../queries/ask.ts'
import { dialectOf } from '../../../queries/dialect.ts'
import { missingFrames } from '../../../sequences/index.ts'
import { openSource } from '../../../source/open.ts'
import { inspectMany } from '../../../tasks/inspect-many.ts'
import type { ChunkMap, FileDetail, Findings, Row, SampleStats, SequenceDetail } from '../api.ts'
import { type ExplorerContext, type KnownRow, rowsOf } from '../context.ts'
import type { Route } from '../route.ts'

/** Attributes of one file that are told; a header of more is cut, and says so by its count. */
const MOST_ATTRIBUTES = 5000
const MOST_FRAMES = 20_000

/** What a catalog keeps of one file, and what a fresh look at it says. */
export function fileRoutes(context: ExplorerContext): Route[] {
  const { s3 } = context
  return [
    {
      method: 'GET',
      path: '/files/{file_id}',
      summary: 'Everything the catalog keeps of a file',
      answers: 'FileDetail',
      run: ({ params, signal }) =>
        context.holder.use(async (catalog): Promise<FileDetail> => {
          const known = await context.known.of(catalog, params['file_id']!)
          const { table, live, literal } = dialectOf(catalog.dialect)
          const id = literal(known.file_id)
          const of = (name: string, order: string, most = MOST_ATTRIBUTES) =>
            rowsOf(
              catalog,
              `SELECT * FROM ${table(name)} WHERE file_id = ${id} ORDER BY ${order} LIMIT ${most}`,
              signal,
            )
          const neighbour = async (sign: '<' | '>') => {
            if (known.sequence_key === null || known.frame_number === null) return null
            const [row] = await rowsOf(
              catalog,
              `SELECT file_id FROM ${live} live WHERE sequence_key = ${literal(known.sequence_key)}
               AND frame_number ${sign} ${known.frame_number} ORDER BY frame_number ${sign === '<' ? 'DESC' : 'ASC'} LIMIT 1`,
              signal,
            )
            return row === undefined ? null : String(row['file_id'])
          }
          const [[file], parts, channels, attributes, findings, channel_stats, on_disk, previous_id, next_id] =
            await Promise.all([
              rowsOf(catalog, `SELECT * FROM ${live} live WHERE file_id = ${id}`, signal),
              of('parts', 'part_index'),
              of('channels', 'part_index, channel_name'),
              of('attributes', 'part_index, attr_name'),
              of('validation_results', 'rule'),
              of('channel_stats', 'part_index, channel_name'),
              onDisk(known, context),
              neighbour('<'),
              neighbour('>'),
            ])
          return {
            file: withoutVectors(file!),
            parts,
            channels: channels.map(withoutVectors),
            attributes,
            findings,
            channel_stats,
            on_disk,
            previous_id,
            next_id,
            command: `exr-inspector inspect --long ${shellWord(known.file_path)}`,
          }
        }),
    },
    {
      method: 'GET',
      path: '/files/{file_id}/chunks',
      summary: 'Which chunks are missing, from a look at every leader',
      answers: 'ChunkMap',
      run: async ({ params, signal }): Promise<ChunkMap> => {
        const { file_path: path } = await context.holder.use((catalog) => context.known.of(catalog, params['file_id']!))
        const payload = await inspect(path, { check: 'all', meta: false, s3, signal })
        return chunkMap(payload)
      },
    },
    {
      method: 'GET',
      path: '/files/{file_id}/findings',
      summary: 'What a policy says of the file as it is now',
      answers: 'Findings',
      query: {
        policy: {
          type: 'string',
          description: 'a built-in policy, or one that the explorer was given',
          enum: [...context.policies, ...STARTERS].map(({ name }) => name),
          default: context.policies[0]?.name ?? 'core',
        },
        pixels: { type: 'boolean', description: 'decode every pixel, for the rules that need it', default: false },
      },
      run: async ({ params, query, signal }): Promise<Findings> => {
        const { file_path: path } = await context.holder.use((catalog) => context.known.of(catalog, params['file_id']!))
        const policy = String(query['policy'])
        const pixels = query['pixels'] === true
        const policyPath = context.policies.find(({ name }) => name === policy)?.location ?? policy
        const options = { check: 'all', validate: true, policyPath, stats: pixels, deepStats: pixels } as const
        for await (const { payload, error } of inspectMany([path], {
          ...options,
          isolation: 'process',
          maxThreads: 1,
          s3,
          signal,
        })) {
          if (error !== null) throw error
          const { findings, states = {} } = (payload.validation ?? {}) as Partial<Findings>
          if (findings === undefined) throw unjudged(payload, policy)
          return { policy, findings, states, pixels }
        }
        throw new ExrError('ERR_INTERNAL', 'Inspecting one file gave no result.')
      },
    },
    {
      method: 'GET',
      path: '/files/{file_id}/stats',
      summary: 'Statistics of every sample, decoded now',
      answers: 'SampleStats',
      run: async ({ params, signal }): Promise<SampleStats> => {
        const { file_path: location } = await context.holder.use((catalog) =>
          context.known.of(catalog, params['file_id']!),
        )
        const options = { stats: true, deepStats: true }
        const { stats, deepStats } = await context.pictures.pool.ask({ kind: 'analyse', location, options }, { signal })
        return { stats, deep_stats: deepStats }
      },
    },
    {
      method: 'GET',
      path: '/sequence',
      summary: 'The frames of a sequence, its gaps and what changes inside it',
      answers: 'SequenceDetail',
      query: { key: { type: 'string', description: 'sequence_key of its files', maxLength: 10_000 } },
      required: ['key'],
      run: ({ query, signal }) =>
        context.holder.use(async (catalog): Promise<SequenceDetail> => {
          const sequence = String(query['key'])
          const { frames, literal } = dialectOf(catalog.dialect)
          const rows = await rowsOf(
            catalog,
            `SELECT frame_number AS frame, file_id, file_path, size_bytes, is_complete, render_seconds, header_hash
             FROM ${frames} frame WHERE sequence_key = ${literal(sequence)} AND frame_number IS NOT NULL
             ORDER BY frame_number, file_path LIMIT ${MOST_FRAMES}`,
            signal,
          )
          if (rows.length === 0) {
            throw new ExrError('ERR_SOURCE_NOT_FOUND', `The catalog has no sequence ${sequence}.`)
          }
          const there = [...new Set(rows.map(({ frame }) => Number(frame)))]
          const drift: Row[] = []
          for await (const row of ask(catalog, 'drift', { sequence, limit: 1000 }, signal)) drift.push(row)
          return {
            sequence,
            frames: rows as unknown as SequenceDetail['frames'],
            missing: missingFrames(there).map(({ first, last }) => [first, last] as const),
            drift,
          }
        }),
    },
  ]
}

/** Vectors say nothing to people. */
function withoutVectors(row: Row): Row {
  const { metadata_embedding: _, channel_fingerprint: __, ...rest } = row
  return rest
}

/** Size and time of the file now beside those the catalog has. */
async function onDisk(known: KnownRow, { s3 }: ExplorerContext): Promise<FileDetail['on_disk']> {
  try {
    const { source } = await openSource(known.file_path, { s3 })
    try {
      const { sizeBytes, mtimeUs, etag } = await source.identity()
      if (known.size_bytes !== null && sizeBytes !== known.size_bytes) return 'changed'
      if (etag !== null && known.etag !== null) return etag === known.etag ? 'same' : 'changed'
      if (mtimeUs === null || known.mtime === null) return 'unknown'
      return Math.abs(Number(mtimeUs / 1000n) - Date.parse(known.mtime)) <= 1 ? 'same' : 'changed'
    } finally {
      await source.close()
    }
  } catch (error) {
    return error instanceof ExrError && error.code === 'ERR_SOURCE_NOT_FOUND' ? 'gone' : 'unknown'
  }
}

function chunkMap({ file, parts, errors }: Payload): ChunkMap {
  return {
    is_complete: file.is_complete,
    check_depth: file.check_depth,
    checked_chunks: file.checked_chunks,
    parts: parts.map(({ part_index, chunk_count, missing_chunks, data_window, tile_width, tile_height, missing }) => ({
      part_index,
      chunk_count,
      missing_chunks,
      data_window: data_window as unknown as Row,
      tile_width,
      tile_height,
      missing: (missing as unknown as Row) ?? null,
    })),
    errors: errors as unknown as Row[],
  }
}

/** A word that a shell takes as it is. */
function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}

/** Why a policy said nothing of a file: one of one's own may have been edited since. */
function unjudged({ errors }: Pick<Payload, 'errors'>, policy: string): ExrError {
  const reason = errors.find(({ code }) => code.startsWith('ERR_POLICY_')) ?? errors.at(-1)
  return new ExrError(
    (reason?.code ?? 'ERR_POLICY_INVALID') as ErrorCode,
    `Policy ${policy} could not judge the file: ${reason?.message ?? 'the file could not be read'}`,
  )
}
