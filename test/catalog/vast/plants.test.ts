import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Catalog } from '../../../src/catalog/catalog.ts'
import { openCatalog } from '../../../src/catalog/open.ts'
import { rowBatch, updateBatch } from '../../../src/catalog/vast/row-batch.ts'
import { RowView } from '../../../src/catalog/vast/rows.ts'
import { tableNamed } from '../../../src/tables/index.ts'
import { connect, type Session } from '../../../src/vastdb/index.ts'
import type { Emulator } from '../../../src/vastdb-emulator/index.ts'
import { fillCatalog, type Hand, PLANTS, type RawRow } from '../plants.ts'
import { connectionTo, emulator } from './place.ts'

let server: Emulator
let session: Session
beforeAll(async () => {
  server = await emulator()
  const { endpoint, accessKey, secretKey } = connectionTo(server)
  session = await connect({ endpoint: endpoint!, accessKey: accessKey!, secretKey: secretKey! })
})
afterAll(async () => {
  await session.close()
  await server.close()
})

async function filled(schema: string): Promise<Catalog> {
  const catalog = await openCatalog(`vast://vastdb/${schema}`, { vast: connectionTo(server) })
  await fillCatalog(catalog)
  return catalog
}

type Values = Parameters<typeof rowBatch>[1]

function handOf(schema: string): Hand {
  const inTable = <T>(name: string, work: (table: ReturnType<ReturnType<typeof tableOf>>) => Promise<T>) =>
    session.transaction((tx) => work(tableOf(tx)(name)))
  const tableOf = (tx: Parameters<Parameters<Session['transaction']>[0]>[0]) => (name: string) =>
    tx.bucket('vastdb').schema(schema).table(name)
  const rows = (name: string) =>
    inTable(name, async (table) => {
      const { columns } = tableNamed(name)
      const found: RawRow[] = []
      for await (const batch of table.select({ columns: columns.map((column) => column.name), rowId: true })) {
        const row = new RowView(batch)
        for (; row.row < batch.numRows; row.row++) {
          const cells = columns.map(({ name: column, type }, index) => [column, cellOf(type, index, row)])
          found.push({ ...Object.fromEntries(cells), id: row.big(columns.length)! })
        }
      }
      return found
    })
  return {
    rows,
    change: (name, id, values) =>
      inTable(name, (table) => {
        const cells = Object.values(values).map(toCell) as Values[number]
        return table.update(updateBatch(name, Object.keys(values), [{ rowId: id, values: cells }]))
      }),
    delete: (name, ids) => inTable(name, async (table) => void (ids.length > 0 && (await table.delete(ids)))),
    async double(name, id, values = {}) {
      const row = { ...(await rows(name)).find((one) => one.id === id), ...values } as Record<string, unknown>
      const definition = tableNamed(name)
      const cells = definition.columns.map((column) => toCell(row[column.name])) as Values[number]
      await inTable(name, (table) => table.insert(rowBatch(definition, [cells])))
    },
  }
}

function cellOf(type: unknown, index: number, row: RowView): unknown {
  if (row.isNull(index)) return null
  if (type === 'int64' || type === 'timestamp') return row.big(index)
  return typeof type === 'object' ? [...(row.value(index) as Iterable<number>)] : row.value(index)
}

function toCell(value: unknown): unknown {
  return Array.isArray(value) ? Float32Array.from(value) : (value ?? null)
}

describe('verify of a VAST catalog', () => {
  it('finds nothing in what was stored', async () => {
    const catalog = await filled('whole')
    const { checks, notes } = await catalog.verify()
    expect(checks.filter(({ violations }) => violations > 0)).toEqual([])
    expect(notes).toEqual([])
    await catalog.close()
  })

  it.each(PLANTS.map((plant, index) => ({ ...plant, schema: `plant${index}` })))(
    'finds $name',
    async ({ plant, sees, schema }) => {
      const catalog = await filled(schema)
      await plant(handOf(schema))
      const { ok, checks } = await catalog.verify()
      await catalog.close()
      expect(ok).toBe(false)
      expect(checks.filter(({ violations }) => violations > 0).map(({ name }) => name)).toContainEqual(
        expect.stringMatching(sees),
      )
    },
  )
})
