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

/** What searches for similar files through SQL; null for a scan. */
export function searchDoor(store: Store, { search, trino }: VastConnection): SqlDoor | null {
  if (search === 'engine') return engineDoor(store)
  if (search !== 'trino') return null
  if (trino) return trinoDoor(store.address, trino)
  throw new ExrError('ERR_OPTION_INVALID', 'Searching through Trino needs its address: set VAST_TRINO_URL.')
}

export async function similarThrough(
  door: SqlDoor,
  { vector, version, fileId }: Target,
  { k, where, each, signal }: SimilarOptions,
  set: EmbeddingSet | null = null,
): Promise<SimilarMatch[]> {
  const tableName = door.tableName.bind(door)
  const sql = similarSql({ kind: door.kind, tableName, vector, version, fileId, k, where, each, set })
  const { rows } = await readAll(await door.stream(sql, signal))
  return rows.map(([fileId, path, distance, ...rest]) => similarMatch([fileId, path, 1 - Number(distance), ...rest]))
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
