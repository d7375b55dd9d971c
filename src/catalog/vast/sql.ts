import { ExrError } from '../../errors.ts'
import type { QueryColumn, QueryStream, SimilarMatch, SimilarOptions } from '../catalog.ts'
import type { EmbeddingSet } from '../embeddings.ts'
import { readAll, similarMatch } from '../results.ts'
import { checkQuery, checkStatement } from '../statement.ts'
import type { CatalogAddress } from './address.ts'
import type { TrinoConnection, VastConnection } from './connection.ts'
import { plainRows } from './rows.ts'
import type { Target } from './scan.ts'
import { type SqlKind, similarSql } from './similar-sql.ts'
import type { Store } from './store.ts'
import { TrinoClient } from './trino.ts'

/** Something that answers SQL over a catalog's tables. */
interface SqlDoor {
  readonly kind: SqlKind
  tableName(table: string): string
  stream(sql: string, signal: AbortSignal | undefined): Promise<QueryStream>
}

/** What answers SQL: Trino where there is one, else the cluster's engine where it is asked for; null for nothing. */
export function sqlDoor(store: Store, connection: VastConnection): SqlDoor | null {
  if (connection.trino) return trinoDoor(store.address, connection.trino)
  return connection.search === 'engine' ? engineDoor(store) : null
}

/**
 * What searches for similar files through SQL; null for a scan. Throws ERR_FEATURE_UNAVAILABLE for vectors of headers through
 * Trino: its connector reads no lists of fixed size, and tries again for ever where it meets one.
 */
export function searchDoor(
  store: Store,
  { search, trino }: VastConnection,
  { ofHeaders }: { readonly ofHeaders: boolean },
): SqlDoor | null {
  if (search === 'engine') return engineDoor(store)
  if (search !== 'trino') return null
  if (!trino) throw new ExrError('ERR_OPTION_INVALID', 'Searching through Trino needs its address: set VAST_TRINO_URL.')
  if (!ofHeaders) return trinoDoor(store.address, trino)
  throw new ExrError(
    'ERR_FEATURE_UNAVAILABLE',
    `Vectors of headers in catalog ${store.address.url} cannot be searched through Trino: its connector reads no table ` +
      'with lists of fixed size. Leave VAST_DB_SEARCH out, or compare the embeddings of a provider (--by), which it reads.',
  )
}

interface SearchThrough {
  /** Whose vectors are compared; null for those of headers. */
  readonly set?: EmbeddingSet | null
  readonly timeoutMs?: number | undefined
}

const SEARCH_TIMEOUT_MS = 300_000

/** The nearest files by SQL. Throws ERR_VASTDB_TIMEOUT when the answer takes too long; the query is cancelled then. */
export async function similarThrough(
  door: SqlDoor,
  { vector, version, fileId }: Target,
  { k, where, each, signal }: SimilarOptions,
  { set = null, timeoutMs = SEARCH_TIMEOUT_MS }: SearchThrough = {},
): Promise<SimilarMatch[]> {
  const tableName = door.tableName.bind(door)
  const sql = similarSql({ kind: door.kind, tableName, vector, version, fileId, k, where, each, set })
  const deadline = AbortSignal.timeout(timeoutMs)
  try {
    const { rows } = await readAll(await door.stream(sql, signal ? AbortSignal.any([signal, deadline]) : deadline))
    return rows.map(([fileId, path, distance, ...rest]) => similarMatch([fileId, path, 1 - Number(distance), ...rest]))
  } catch (error) {
    if (signal?.aborted || !deadline.aborted) throw error
    throw new ExrError(
      'ERR_VASTDB_TIMEOUT',
      `Searching for similar files through ${door.kind === 'trino' ? 'Trino' : "the cluster's engine"} took longer than ` +
        `${timeoutMs} ms and was ended. Set VAST_DB_SEARCH_TIMEOUT_MS higher, or leave VAST_DB_SEARCH out.`,
      { cause: error },
    )
  }
}

function trinoDoor({ bucket, schema }: CatalogAddress, connection: TrinoConnection): SqlDoor {
  const client = new TrinoClient(connection)
  return {
    kind: 'trino',
    tableName: (table) => `"${connection.catalog}"."${bucket}|${schema}".${table}`,
    stream: (sql, signal) => client.query(checkStatement(sql), signal),
  }
}

function engineDoor(store: Store): SqlDoor {
  const { bucket, schema } = store.address
  return {
    kind: 'engine',
    tableName: (table) => `"${bucket}/${schema}".${table}`,
    stream: async (sql, signal) => {
      const tx = await store.session.begin()
      try {
        await checkQuery(sql)
        const answer = await tx.sql(checkStatement(sql), signal)
        const columns = answer.schema.fields.map(({ name, type }): QueryColumn => ({ name, type: String(type) }))
        const batches = (async function* () {
          try {
            for await (const batch of answer.batches) yield plainRows(batch)
          } finally {
            await tx.rollback().catch(() => undefined)
          }
        })()
        return { columns, batches }
      } catch (error) {
        await tx.rollback().catch(() => undefined)
        throw error
      }
    },
  }
}
