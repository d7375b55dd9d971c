import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Catalog } from '../../../src/catalog/catalog.ts'
import { openCatalog } from '../../../src/catalog/open.ts'
import { rowBatch, updateBatch } from '../../../src/catalog/vast/row-batch.ts'
import { RowView } from '../../../src/catalog/vast/rows.ts'
import { tableNamed, type VectorTable, vectorTableOf, withoutVectors } from '../../../src/tables/index.ts'
import { connect, type Session } from '../../../src/vastdb/index.ts'
import type { Emulator } from '../../../src/vastdb-emulator/index.ts'
import { fillCatalog, type Hand, PLANTS, type Plant, type RawRow } from '../plants.ts'
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
      const { columns } = withoutVectors(tableNamed(name))
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
  const change = (name: string, id: bigint, values: Readonly<Record<string, unknown>>) =>
    inTable(name, (table) => {
      const cells = Object.values(values).map(toCell) as Values[number]
      return table.update(updateBatch(name, Object.keys(values), [{ rowId: id, values: cells }]))
    })
  const drop = (name: string, ids: readonly bigint[]) =>
    inTable(name, async (table) => void (ids.length > 0 && (await table.delete(ids))))
  const add = (name: string, row: Readonly<Record<string, unknown>>) => {
    const definition = withoutVectors(tableNamed(name))
    const cells = definition.columns.map((column) => toCell(row[column.name])) as Values[number]
    return inTable(name, (table) => table.insert(rowBatch(definition, [cells])))
  }
  const isOf = (apart: VectorTable, row: RawRow) => (one: RawRow) => apart.key.every((key) => one[key] === row[key])
  /** Rows as an embedded catalog has them. */
  const withVectors = async (name: string) => {
    const apart = vectorTableOf(name)
    if (!apart) return rows(name)
    const vectors = await rows(apart.name)
    return (await rows(name)).map((row) => ({
      ...row,
      [apart.vector]: vectors.find(isOf(apart, row))?.[apart.vector] ?? null,
    }))
  }
  return {
    rows: withVectors,
    async change(name, id, values) {
      const apart = vectorTableOf(name)
      if (!apart || !(apart.vector in values)) return change(name, id, values)
      const row = (await rows(name)).find((one) => one.id === id)!
      const there = (await rows(apart.name)).find(isOf(apart, row))
      if (there) await drop(apart.name, [there.id])
      if (values[apart.vector] !== null) await add(apart.name, { ...row, ...values })
    },
    delete: drop,
    double: async (name, id, values = {}) =>
      void (await add(name, { ...(await rows(name)).find((one) => one.id === id), ...values })),
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

/** What only tables of vectors can suffer. */
const OF_VECTORS: readonly Plant[] = [
  {
    name: 'a vector stored twice',
    sees: /every vector is stored once/,
    plant: async (hand) => hand.double('vectors', (await hand.rows('vectors'))[0]!.id),
  },
  {
    name: 'a vector of another version than its file says',
    sees: /of the version that its file says/,
    plant: async (hand) => {
      const [{ id }] = (await hand.rows('vectors')) as [RawRow]
      await hand.double('vectors', id, { embedding_version: 1 })
      await hand.delete('vectors', [id])
    },
  },
  {
    name: 'a vector of no file',
    sees: /row of vectors belongs to a file/,
    plant: async (hand) => hand.double('vectors', (await hand.rows('vectors'))[0]!.id, { file_id: 'nobody' }),
  },
  {
    name: 'a fingerprint stored twice',
    sees: /one fingerprint/,
    plant: async (hand) => hand.double('channel_vectors', (await hand.rows('channel_vectors'))[0]!.id),
  },
]

describe('verify of a VAST catalog', () => {
  it('finds nothing in what was stored', async () => {
    const catalog = await filled('whole')
    const { checks, notes } = await catalog.verify()
    expect(checks.filter(({ violations }) => violations > 0)).toEqual([])
    expect(notes).toEqual([])
    await catalog.close()
  })

  it.each([...PLANTS, ...OF_VECTORS].map((plant, index) => ({ ...plant, schema: `plant${index}` })))(
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
