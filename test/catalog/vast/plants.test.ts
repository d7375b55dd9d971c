import type { RecordBatch } from 'apache-arrow'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Catalog } from '../../../src/catalog/catalog.ts'
import { parseVastUrl } from '../../../src/catalog/vast/address.ts'
import { rowBatch, updateBatch } from '../../../src/catalog/vast/row-batch.ts'
import { RowView } from '../../../src/catalog/vast/rows.ts'
import { tableNamed, VAST_TABLES, type VectorTable, vectorTableOf, withoutVectors } from '../../../src/tables/index.ts'
import { connect, type Session, type Table } from '../../../src/vastdb/index.ts'
import type { Emulator } from '../../../src/vastdb-emulator/index.ts'
import { fillCatalog, type Hand, PLANTS, type Plant, type RawRow } from '../plants.ts'
import { connectionTo, emulator, openAt, URL } from './place.ts'

let server: Emulator
let session: Session
let catalog: Catalog
/** What each table holds while nothing is planted, and the tables that were changed since. */
const whole = new Map<string, RecordBatch[]>()
const changed = new Set<string>()

beforeAll(async () => {
  server = await emulator()
  const { endpoint, accessKey, secretKey } = connectionTo(server)
  session = await connect({ endpoint: endpoint!, accessKey: accessKey!, secretKey: secretKey! })
  catalog = await openAt(server)
  await fillCatalog(catalog)
  for (const { name, columns } of VAST_TABLES) {
    const batches: RecordBatch[] = []
    await inTable(name, async (table) => {
      for await (const batch of table.select({ columns: columns.map((column) => column.name) })) batches.push(batch)
    })
    whole.set(name, batches)
  }
})
afterAll(async () => {
  await catalog.close()
  await session.close()
  await server.close()
})

/** Puts back what was planted: a catalog of its own for each took twice as long as all the rest. */
async function putBack(): Promise<void> {
  for (const name of changed) {
    await inTable(name, async (table) => {
      const ids: bigint[] = []
      for await (const batch of table.select({ columns: [], rowId: true })) {
        for (const row = new RowView(batch); row.row < batch.numRows; row.row++) ids.push(row.big(0)!)
      }
      if (ids.length > 0) await table.delete(ids)
      for (const batch of whole.get(name)!) if (batch.numRows > 0) await table.insert(batch)
    })
  }
  changed.clear()
}

function inTable<T>(name: string, work: (table: Table) => Promise<T>): Promise<T> {
  const { bucket, schema } = parseVastUrl(URL)
  return session.transaction((tx) => work(tx.bucket(bucket).schema(schema).table(name)))
}

type Values = Parameters<typeof rowBatch>[1]

function hand(): Hand {
  const inChanged: typeof inTable = (name, work) => {
    changed.add(name)
    return inTable(name, work)
  }
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
    inChanged(name, (table) => {
      const cells = Object.values(values).map(toCell) as Values[number]
      return table.update(updateBatch(name, Object.keys(values), [{ rowId: id, values: cells }]))
    })
  const drop = (name: string, ids: readonly bigint[]) =>
    inChanged(name, async (table) => void (ids.length > 0 && (await table.delete(ids))))
  const add = (name: string, row: Readonly<Record<string, unknown>>) => {
    const definition = withoutVectors(tableNamed(name))
    const cells = definition.columns.map((column) => toCell(row[column.name])) as Values[number]
    return inChanged(name, (table) => table.insert(rowBatch(definition, [cells])))
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
  afterEach(putBack)

  it.each([...PLANTS, ...OF_VECTORS])('finds $name', async ({ plant, sees }) => {
    await plant(hand())
    const { ok, checks } = await catalog.verify()
    expect(ok).toBe(false)
    expect(checks.filter(({ violations }) => violations > 0).map(({ name }) => name)).toContainEqual(
      expect.stringMatching(sees),
    )
  })

  // Behind the others, so that it tells too whether all of it was put back.
  it('finds nothing in what was stored', async () => {
    const { checks, notes } = await catalog.verify()
    expect(checks.filter(({ violations }) => violations > 0)).toEqual([])
    expect(notes).toEqual([])
  })
})
