import type { QueryStream } from '../../../catalog/catalog.ts'
import { ExrError } from '../../../errors.ts'
import { checkWhere, dialectOf } from '../../../queries/dialect.ts'
import { streamQuery } from '../../../queries/index.ts'
import type { Answer, FoundRow, MapOfFiles, Row, SimilarRow } from '../api.ts'
import { type ExplorerContext, rowsOf, toJson } from '../context.ts'
import { principalPlane } from '../plane.ts'
import type { Route } from '../route.ts'
import { FILE_ROW, SearchSql } from '../search.ts'
import { catalogSource, facetsOf } from '../search-source.ts'
import { WISH, wishOf } from './search.ts'

const MOST_ROWS = 10_000
/** Files of a map: more points than a screen has room for say no more. */
const MOST_POINTS = 5000

/** Facts in which similar files are compared. */
const COMPARED = {
  resolution: "concat(CAST(width AS VARCHAR), ' x ', CAST(height AS VARCHAR))",
  display: "concat(CAST(display_width AS VARCHAR), ' x ', CAST(display_height AS VARCHAR))",
  parts: 'CAST(multipart_count AS VARCHAR)',
  type: 'part_type',
  channels: 'CAST(channel_count AS VARCHAR)',
  tiles: "CAST(tile_width AS VARCHAR) || ' x ' || CAST(tile_height AS VARCHAR)",
  levels: "CAST(level_count AS VARCHAR) || ' ' || replace(level_mode, '_levels', '')",
  compression: 'compression',
  colour: 'color_space',
  software: 'render_software',
  version: 'render_software_version',
  camera: 'camera_name',
  rate: 'CAST(frames_per_second AS VARCHAR)',
} as const

/** Likeness, named queries and SQL. */
export function questionRoutes(context: ExplorerContext): Route[] {
  return [
    {
      method: 'GET',
      path: '/files/{file_id}/similar',
      summary: 'The files whose headers are most alike, with the facts that differ',
      answers: 'SimilarRow[]',
      query: {
        k: { type: 'integer', description: 'files at most', minimum: 1, maximum: 200, default: 24 },
        where: WISH['where']!,
        by: {
          type: 'string',
          description:
            'vectors to compare, as `embeddings` of the overview names them; default those that every file has',
          maxLength: 200,
        },
      },
      run: ({ params, query, signal }) =>
        context.holder.use(async (catalog): Promise<SimilarRow[]> => {
          const { file_id: id } = await context.known.of(catalog, params['file_id']!)
          const { k, ...wish } = query as { k: number; where?: string; by?: string }
          const matches = await catalog.findSimilar(id, { ...wish, k, signal })
          const { frames, literals, table } = dialectOf(catalog.dialect)
          const ids = literals([id, ...matches.map(({ fileId }) => fileId)])
          const facts = Object.values(COMPARED).map((value) => `coalesce(${value}, 'not stated')`)
          const rows = await rowsOf(
            catalog,
            `SELECT ${FILE_ROW}, ${facts.map((fact, at) => `${fact} AS fact_${at}`).join(', ')} FROM ${frames} frame
             LEFT JOIN (SELECT file_id AS of_file, count(*) AS channel_count FROM ${table('channels')} c
               WHERE file_id IN ${ids} GROUP BY 1) counted ON counted.of_file = frame.file_id
             WHERE file_id IN ${ids}`,
            signal,
          )
          const byId = new Map(rows.map((row) => [row['file_id'], splitFacts(row)]))
          const [, here] = byId.get(id)!
          return matches.flatMap(({ fileId, similarity }) => {
            const [row, there] = byId.get(fileId) ?? []
            if (row === undefined || there === undefined) return []
            const differences = [...here].flatMap(([fact, value]) =>
              there.get(fact) === value ? [] : [{ fact, here: value, there: there.get(fact)! }],
            )
            return [{ ...row, similarity, differences }]
          })
        }),
    },
    {
      method: 'GET',
      path: '/map',
      summary: 'A plane of the vectors of a selection: files that are alike lie together',
      answers: 'MapOfFiles',
      query: {
        ...WISH,
        by: { type: 'string', description: 'facet that colours the points', default: 'software', maxLength: 100 },
      },
      run: (asked) =>
        context.holder.use(async (catalog): Promise<MapOfFiles> => {
          const wish = wishOf(asked)
          if (wish.where !== null) await checkWhere(catalog.dialect, wish.where)
          const dialect = dialectOf(catalog.dialect)
          if (dialect.kind !== 'duckdb') {
            throw new ExrError(
              'ERR_FEATURE_UNAVAILABLE',
              'A map needs the vectors themselves, which this engine does not give.',
            )
          }
          const search = new SearchSql(catalogSource(dialect, facetsOf(dialect, context.template)))
          const rows = await rowsOf(catalog, search.files(wish, String(asked.query['by']), MOST_POINTS), asked.signal)
          const [counted] = await rowsOf(catalog, search.total(wish, false), asked.signal)
          const { points, explained } = principalPlane(rows.map((row) => row['metadata_embedding'] as number[]))
          const told = rows.map((row, i) => ({
            file_id: String(row['file_id']),
            file_path: String(row['file_path']),
            x: points[i]![0],
            y: points[i]![1],
            facet: String(row['facet']),
          }))
          return { points: told, explained, total: Number(counted?.['total'] ?? 0) }
        }),
    },
    {
      method: 'POST',
      path: '/queries',
      summary: 'The answer of a named query',
      answers: 'Answer',
      body: {
        name: { type: 'string', description: 'name of the query', maxLength: 100 },
        parameters: { type: 'string', description: 'its parameters as a JSON object', maxLength: 20_000 },
      },
      run: ({ body, signal }) =>
        context.holder.use(async (catalog): Promise<Answer> => {
          const { name, parameters } = body as { name: string; parameters: string }
          return firstRows(await streamQuery(catalog, name, parseObject(parameters), signal))
        }),
    },
    {
      method: 'POST',
      path: '/sql',
      summary: 'The answer of one read-only SQL statement',
      answers: 'Answer',
      body: { query: { type: 'string', description: 'SQL of the catalog’s engine', maxLength: 100_000 } },
      run: ({ body, signal }) =>
        context.holder.use(async (catalog): Promise<Answer> => {
          return firstRows(await catalog.sqlStream((body as { query: string }).query, signal))
        }),
    },
  ]
}

async function firstRows({ columns, batches }: QueryStream): Promise<Answer> {
  const rows: unknown[][] = []
  for await (const batch of batches) {
    for (const row of batch) {
      if (rows.length === MOST_ROWS) return { columns, rows, cut: true }
      rows.push(row.map(toJson))
    }
  }
  return { columns, rows, cut: false }
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  } catch {
    // Said below.
  }
  throw new ExrError('ERR_OPTION_INVALID', 'Expected a JSON object for parameters')
}

/** The row of a file, and apart from it what `COMPARED` found of it. */
function splitFacts(row: Row): [FoundRow, ReadonlyMap<string, string>] {
  const facts = new Map<string, string>()
  const { ...found } = row as Record<string, unknown>
  for (const [at, name] of Object.keys(COMPARED).entries()) {
    facts.set(name, String(found[`fact_${at}`]))
    delete found[`fact_${at}`]
  }
  return [found as unknown as FoundRow, facts]
}
