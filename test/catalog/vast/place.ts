import type { Catalog, CatalogRecord } from '../../../src/catalog/catalog.ts'
import { type OpenCatalogOptions, openCatalog } from '../../../src/catalog/open.ts'
import { parseVastUrl } from '../../../src/catalog/vast/address.ts'
import type { VastConnection } from '../../../src/catalog/vast/connection.ts'
import { plainRows } from '../../../src/catalog/vast/rows.ts'
import { connect, type Predicate, type Session, type Table } from '../../../src/vastdb/index.ts'
import { type Emulator, type EmulatorOptions, startEmulator } from '../../../src/vastdb-emulator/index.ts'

export type { CatalogRecord }

export const URL = 'vast://vastdb/exr_metadata'

export function connectionTo({ endpoint }: Pick<Emulator, 'endpoint'>): VastConnection {
  return { endpoint, accessKey: 'test', secretKey: 'test', region: 'us-east-1' }
}

export function emulator(options: EmulatorOptions = {}): Promise<Emulator> {
  return startEmulator({ port: 0, ...options })
}

export function openAt(server: Pick<Emulator, 'endpoint'>, options: OpenCatalogOptions = {}): Promise<Catalog> {
  return openCatalog(URL, { vast: connectionTo(server), ...options })
}

/** Rows of a table as objects, read past the catalog. */
export async function tableRows(
  server: Pick<Emulator, 'endpoint'>,
  name: string,
  columns?: readonly string[],
): Promise<Record<string, unknown>[]> {
  return inTable(server, name, async (table) => {
    const rows: Record<string, unknown>[] = []
    for await (const batch of table.select(columns ? { columns } : {})) {
      const names = batch.schema.fields.map((field) => field.name)
      for (const values of plainRows(batch)) rows.push(Object.fromEntries(names.map((name, i) => [name, values[i]])))
    }
    return rows
  })
}

/** Deletes rows of a table past the catalog. */
export async function deleteRows(server: Pick<Emulator, 'endpoint'>, name: string, where: Predicate): Promise<void> {
  await inTable(server, name, async (table) => {
    const ids: bigint[] = []
    for await (const batch of table.select({ columns: [], where, rowId: true })) {
      for (const [id] of plainRows(batch)) ids.push(BigInt(id as bigint))
    }
    await table.delete(ids)
  })
}

async function inTable<T>(
  server: Pick<Emulator, 'endpoint'>,
  name: string,
  work: (table: Table) => Promise<T>,
): Promise<T> {
  const { endpoint, accessKey, secretKey } = connectionTo(server)
  const session: Session = await connect({ endpoint: endpoint!, accessKey: accessKey!, secretKey: secretKey! })
  const { bucket, schema } = parseVastUrl(URL)
  try {
    return await session.transaction((tx) => work(tx.bucket(bucket).schema(schema).table(name)))
  } finally {
    await session.close()
  }
}
