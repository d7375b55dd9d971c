import {
  Field,
  FixedSizeList,
  Float32,
  Float64,
  Int32,
  Int64,
  List,
  type RecordBatch,
  Schema,
  Struct,
  Table,
  TimestampMicrosecond,
  tableFromIPC,
  Uint64,
  Utf8,
  vectorFromArray,
} from 'apache-arrow'
import { ByteBuffer } from 'flatbuffers'
import { beforeAll, describe, expect, it } from 'vitest'
import * as fb from '../../src/vastdb/flatbuffers/generated/tabular.ts'
import { and, col, connect, or } from '../../src/vastdb/index.ts'
import { readSchemaMessage } from '../../src/vastdb/wire/arrow-schema.ts'
import { type RecordedRequest, startEmulator } from '../../src/vastdb-emulator/index.ts'
import { decodeQuery } from '../vastdb/decode.ts'
import { runScript, vastPython } from './python.ts'

const vector = new FixedSizeList(3, new Field('item', new Float32(), false))
const struct = new Struct([
  new Field('x', new Int32(), true),
  new Field('q', new Struct([new Field('q1', new Utf8(), true)]), true),
])
const tags = new List(new Field('item', new Utf8(), true))
const columns = new Schema([
  new Field('id', new Int64(), true),
  new Field('name', new Utf8(), true),
  new Field('score', new Float64(), true),
  new Field('vec', vector, true),
  new Field('s', struct, true),
  new Field('tags', tags, true),
])
const rows = new Table({
  id: vectorFromArray([1n, 2n, 3n], new Int64()),
  name: vectorFromArray(['alpha', null, 'beta'], new Utf8()),
  score: vectorFromArray([0.5, null, -2], new Float64()),
  vec: vectorFromArray([[1, 2, 3], null, [4, 5, 6]], vector),
  s: vectorFromArray([{ x: 1, q: { q1: 'k' } }, null, { x: null, q: null }], struct),
  tags: vectorFromArray([['a', null], [], null], tags),
})

/** The same calls as calls.py, in the same order. */
async function ourCalls(endpoint: string): Promise<void> {
  const session = await connect({ endpoint, accessKey: 'test', secretKey: 'test' })
  await session.transaction(async (tx) => {
    const bucket = tx.bucket('vastdb')
    await bucket.exists()
    await bucket.schemas()
    const created = await bucket.schema('side').create()
    const child = await created.schema('nested').create()
    await child.drop()
    const schema = await created.rename('beside')
    const table = await schema.createTable('t', columns)
    await schema.tables()
    await table.stats()
    await table.insert(rows)
    const one = { splits: 1 }
    await table.select(one).toTable()
    await table.select({ columns: ['name', 'id'], rowId: true, ...one }).toTable()
    await table.select({ columns: ['id'], limit: 10, ...one }).toTable()
    await table.select({ columns: [], where: col('id').gt(1), ...one }).count()
    const name = col('name')
    const wanted = and(col('id').in([1, 2, 3]), or(name.startsWith('al'), name.isNull()))
    await table.select({ columns: ['id'], where: wanted, ...one }).toTable()
    const inside = and(name.contains('et'), col('score').between(-3, 1), col('s').field('q').field('q1').eq('k'))
    await table.select({ columns: ['name'], where: inside, ...one }).toTable()
    const rest = and(col('id').ne(7), col('score').isNotNull())
    await table
      .select({ columns: ['id'], where: rest, splits: 2, subSplits: 3, priority: 5, sortedProjections: false })
      .toTable()
    const ids = vectorFromArray([2n, 0n], new Uint64())
    await table.update(new Table({ $row_id: ids, name: vectorFromArray(['two', 'zero'], new Utf8()) }))
    await table.delete([1n])
    await table.addColumns(new Schema([new Field('extra', new TimestampMicrosecond('UTC'), true)]))
    await table.renameColumn('extra', 'when')
    await table.dropColumns(['when'])
    await (await table.rename('t2')).drop()
    await schema.drop()
  })
  await session
    .transaction(async () => {
      throw new Error('roll back')
    })
    .catch(() => {})
  await session.close()
}

const PER_CONNECTION =
  /^(host|connection|accept|accept-encoding|user-agent|authorization|x-amz-date|x-amz-content-sha256|content-type|content-length)$/

/** What a request says, without what differs from connection to connection and from builder to builder. */
function meaning(request: RecordedRequest, begun: Map<string, string>): unknown {
  const headers = Object.fromEntries(
    Object.entries(request.headers).filter(
      ([name, value]) => !PER_CONNECTION.test(name) && !(name === 'tabular-txid' && value === ''),
    ),
  )
  const txid = headers['tabular-txid']
  if (txid !== undefined && txid !== '0') {
    if (!begun.has(txid)) begun.set(txid, `tx ${begun.size + 1}`)
    headers['tabular-txid'] = begun.get(txid)!
  }
  return { request: `${request.method} ${request.url}`, headers, body: bodyOf(request) }
}

function bodyOf({ method, url, body }: RecordedRequest): unknown {
  if (body.length === 0) return null
  const command = url.split('?')[1]!.split('&')[0]
  if (command === 'data') return sortAddedColumns(decodeQuery(body))
  if (command === 'rows') {
    const table = tableFromIPC(body)
    return {
      schema: String(table.schema),
      batches: table.batches.map((batch: RecordBatch) => batch.numRows),
      rows: String(table),
    }
  }
  if ((command === 'table' && method === 'POST') || (command === 'column' && method !== 'PUT')) {
    return String(readSchemaMessage(body, 'body'))
  }
  const buffer = new ByteBuffer(body)
  if (command === 'schema' && method === 'POST')
    return { properties: fb.CreateSchemaRequest.getRootAsCreateSchemaRequest(buffer).properties() }
  if (command === 'schema')
    return { properties: fb.AlterSchemaRequest.getRootAsAlterSchemaRequest(buffer).properties() }
  if (command === 'table') return { properties: fb.AlterTableRequest.getRootAsAlterTableRequest(buffer).properties() }
  const alter = fb.AlterColumnRequest.getRootAsAlterColumnRequest(buffer)
  return { properties: alter.properties(), stats: alter.stats() }
}

/** The vendor's client adds columns that only the filter names in no fixed order, so leaves are named, not numbered. */
function sortAddedColumns(query: ReturnType<typeof decodeQuery>): unknown {
  const names: string[] = []
  const walk = (field: (typeof query.fields)[number], above: string) => {
    const path = `${above}/${field.name}`
    names.push(path)
    for (const child of field.children) walk(child, path)
  }
  for (const field of query.fields) walk(field, '')
  const text = JSON.stringify(query.filter, (_, value) => (typeof value === 'bigint' ? `${value}n` : value))
  return {
    source: query.source,
    projected: query.projection.map((leaf) => names[leaf]),
    fields: query.fields.toSorted((a, b) => (a.name! < b.name! ? -1 : 1)),
    filter: text.replace(/"field":(\d+)/g, (_, leaf) => `"field":"${names[Number(leaf)]}"`),
  }
}

describe.runIf(vastPython)('requests side by side with the vendor’s SDK', () => {
  const sides: Record<'ours' | 'theirs', RecordedRequest[]> = { ours: [], theirs: [] }

  beforeAll(async () => {
    for (const side of ['ours', 'theirs'] as const) {
      const emulator = await startEmulator({ port: 0, onRequest: (request) => sides[side].push(request) })
      try {
        if (side === 'ours') await ourCalls(emulator.endpoint)
        else await runScript('calls.py', { endpoint: emulator.endpoint })
      } finally {
        await emulator.close()
      }
    }
  })

  const meanings = (side: 'ours' | 'theirs') => {
    const begun = new Map<string, string>()
    return sides[side].map((request) => meaning(request, begun)) as { request: string }[]
  }

  it('all succeed', () => {
    for (const side of ['ours', 'theirs'] as const) {
      const failed = sides[side].filter(
        ({ status, url, headers }) =>
          status !== 200 && !(url === '/?transaction' && headers['tabular-txid'] === undefined),
      )
      expect(failed.map(({ method, url, status }) => `${method} ${url} ${status}`)).toEqual([])
    }
  })

  it('are signed in the same form', () => {
    const form = (request: RecordedRequest) =>
      String(request.headers['authorization'])
        .replace(/\d{8}\//, 'date/')
        .replace(/Signature=.*/, '')
    expect(new Set(sides.ours.map(form))).toEqual(new Set(sides.theirs.map(form)))
  })

  it('change the same things in the same order with the same words', () => {
    const isChange = ({ request }: { request: string }) => !request.startsWith('GET') && !request.startsWith('HEAD')
    expect(meanings('ours').filter(isChange)).toEqual(meanings('theirs').filter(isChange))
  })

  it('ask the same queries in the same order', () => {
    const isQuery = ({ request }: { request: string }) => request.includes('?data')
    const ours = meanings('ours').filter(isQuery)
    expect(ours.length).toBeGreaterThanOrEqual(8)
    expect(ours).toEqual(meanings('theirs').filter(isQuery))
  })

  it('look things up in a form that the vendor’s client uses too', () => {
    const isLookUp = ({ request }: { request: string }) => /^(GET|HEAD)/.test(request) && !request.includes('?data')
    const theirs = meanings('theirs').filter(isLookUp)
    const ours = meanings('ours').filter(isLookUp)
    expect(new Set(ours.map(({ request }) => request))).toEqual(new Set(theirs.map(({ request }) => request)))
    for (const each of ours) expect(theirs).toContainEqual(each)
  })
})
