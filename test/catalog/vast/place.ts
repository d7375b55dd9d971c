import type { Catalog, CatalogRecord } from '../../../src/catalog/catalog.ts'
import { type OpenCatalogOptions, openCatalog } from '../../../src/catalog/open.ts'
import { parseVastUrl } from '../../../src/catalog/vast/address.ts'
import type { VastConnection } from '../../../src/catalog/vast/connection.ts'
import { plainRows } from '../../../src/catalog/vast/rows.ts'
import { connect } from '../../../src/vastdb/index.ts'
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
  table: string,
  columns?: readonly string[],
): Promise<Record<string, unknown>[]> {
  const { endpoint, accessKey, secretKey } = connectionTo(server)
  const session = await connect({ endpoint: endpoint!, accessKey: accessKey!, secretKey: secretKey! })
  const { bucket, schema } = parseVastUrl(URL)
  try {
    return await session.transaction(async (tx) => {
      const rows: Record<string, unknown>[] = []
      const options = columns ? { columns } : {}
      for await (const batch of tx.bucket(bucket).schema(schema).table(table).select(options)) {
        const names = batch.schema.fields.map((field) => field.name)
        for (const values of plainRows(batch)) rows.push(Object.fromEntries(names.map((name, i) => [name, values[i]])))
      }
      return rows
    })
  } finally {
    await session.close()
  }
}
