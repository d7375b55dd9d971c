import {
  Bool,
  DateDay,
  Field,
  FixedSizeList,
  Float32,
  Int32,
  Table,
  TimestampMillisecond,
  tableFromIPC,
  Utf8,
  vectorFromArray,
} from 'apache-arrow'
import { beforeAll, describe, expect, it } from 'vitest'
import { decimalVector } from '../../src/vastdb/decimals.ts'
import { ProtoMessage, protoMessage } from '../../src/vastdb-emulator/sql/protobuf.ts'
import { createTable, type Setup, setup } from './setup.ts'

const END = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0)
let s: Setup

beforeAll(async () => {
  s = await setup()
  const vector = new FixedSizeList(2, new Field('item', new Float32(), false))
  const rows = new Table({
    id: vectorFromArray([0, 1, 2, 3], new Int32()),
    Name: vectorFromArray(['a', 'b', 'c"d', null], new Utf8()),
    v: vectorFromArray([[0, 1], [1, 0], [0.6, 0.8], null], vector),
    day: vectorFromArray([new Date('2024-04-10'), null, null, null], new DateDay()),
    at: vectorFromArray([1712750400123, null, null, null], new TimestampMillisecond()),
    price: decimalVector(['1.05', '-0.01', null, '0'], 7, 2),
    ok: vectorFromArray([true, false, null, true], new Bool()),
  })
  await createTable(s.session, 'items', rows)
})

/** Start, poll, fetch every page, finish: the steps of the protocol, by hand. */
async function sql(text: string, txid: bigint | null = null): Promise<Table> {
  const start = await s.raw('POST', '/?vastdb-run-query', {
    body: protoMessage([
      [2, txid],
      [3, text],
    ]),
  })
  if (start.status !== 200)
    throw Object.assign(new Error(start.body.toString()), { code: start.code, status: start.status })
  const message = new ProtoMessage(start.body.subarray(0, Number(start.headers['tabular-protobuf-size'])))
  const query = message.message(1)!.bytes(1)!
  const polled = await s.raw('POST', '/?vastdb-query-status', { body: protoMessage([[1, query]]) })
  const status = new ProtoMessage(polled.body).message(1)!
  expect(status.integer(7)).toBe(3n)
  const ticket = status.message(4)!
  expect(ticket.message(2)!.text(1)).toBe(s.emulator.endpoint.slice('http://'.length))
  const parts: Uint8Array[] = [message.bytes(2)!]
  for (let offset: Uint8Array | null = protoMessage([[1, 0n]]); offset !== null; ) {
    const request = protoMessage([
      [1, query],
      [7, ticket.bytes(4)!],
      [3, offset],
    ])
    const page = await s.raw('POST', '/?vastdb-data', { body: request })
    const size = Number(page.headers['tabular-protobuf-size'])
    parts.push(page.body.subarray(size))
    offset = new ProtoMessage(page.body.subarray(0, size)).bytes(1)
  }
  expect(await s.raw('DELETE', '/?vastdb-data', { body: protoMessage([[1, query]]) })).toMatchObject({ status: 200 })
  expect(await s.raw('DELETE', '/?vastdb-run-query', { body: protoMessage([[1, query]]) })).toMatchObject({
    status: 200,
  })
  expect(await s.raw('DELETE', '/?vastdb-run-query', { body: protoMessage([[1, query]]) })).toMatchObject({
    status: 404,
  })
  return tableFromIPC(Buffer.concat([...parts, END]))
}

describe('the SQL engine', () => {
  it('ranks vectors by distance, with a filter', async () => {
    const ranked = await sql(
      `SELECT id, array_distance(v::FLOAT[2], [0, 1]::FLOAT[2]) AS d FROM "vastdb/s".items
       WHERE ("ok" IS NOT FALSE) ORDER BY d LIMIT 2`,
    )
    expect([...ranked.getChild('id')!]).toEqual([0, 2])
    expect([...ranked.getChild('d')!].map((d) => Math.round(d * 1000))).toEqual([0, 632])
    const cosine = await sql('SELECT array_cosine_distance(v, [0, 2]::FLOAT[2]) AS d FROM "vastdb/s".items ORDER BY id')
    expect([...cosine.getChild('d')!].map((d) => d && Math.round(d * 1000))).toEqual([0, 1000, 200, null])
  })

  it('gives dates, times and decimals their meaning', async () => {
    const read = await sql(
      `SELECT day = DATE '2024-04-10' AS d, "at" = TIMESTAMP '2024-04-10 12:00:00.123' AS t, price * 2 AS p, price::VARCHAR AS q
       FROM "vastdb/s".items AS i WHERE i.id < 2 ORDER BY id`,
    )
    expect([...read.getChild('d')!]).toEqual([true, null])
    expect([...read.getChild('t')!]).toEqual([true, null])
    expect([...read.getChild('q')!]).toEqual(['1.05', '-0.01'])
    expect(String(read.schema.fields[2]!.type)).toMatch(/^Decimal/)
    const days = await sql('SELECT day, "at" FROM "vastdb/s".items WHERE id = 0')
    expect(days.get(0)!.toJSON()).toMatchObject({ at: 1712750400123 })
  })

  it('sees what its transaction has not committed, and others do not', async () => {
    const tx = await s.session.begin()
    await tx.bucket('vastdb').schema('s').table('items').delete([0n])
    const count = async (id: bigint | null) =>
      Number((await sql('SELECT count(*) AS n FROM "vastdb/s".items', id)).getChild('n')!.get(0))
    expect(await count(tx.id)).toBe(3)
    expect(await count(null)).toBe(4)
    await expect(sql('SELECT no_such_column FROM "vastdb/s".items', tx.id)).rejects.toMatchObject({ status: 400 })
    expect(await count(tx.id)).toBe(3)
    await tx.rollback()
  })

  it('joins, nests and pages', async () => {
    const big = await sql(
      `WITH n AS (SELECT range AS x FROM range(200000)) SELECT x, i."Name" FROM n JOIN "vastdb/s".items i ON i.id = x % 2
       WHERE x IN (SELECT id FROM "vastdb/s".items) OR x > 5 ORDER BY x`,
    )
    expect(big.numRows).toBe(199_998)
    expect(big.get(199_997)!.toJSON()).toEqual({ x: 199_999n, Name: 'b' })
    expect((await sql('SELECT * FROM "vastdb/s".items WHERE false')).numRows).toBe(0)
    expect([...(await sql(`SELECT 'it''s "vastdb/s".items' AS t`)).getChild('t')!]).toEqual([`it's "vastdb/s".items`])
  })

  it.each([
    ['DELETE FROM "vastdb/s".items', 400],
    ['SELECT 1; SELECT 2', 400],
    ['SELECT', 400],
    ['SELECT * FROM "vastdb/s".nowhere', 404],
    ['SELECT * FROM "vastdb/x".items', 404],
    ['SELECT * FROM catalog.tables', 404],
    ["SELECT * FROM read_text('/etc/hostname')", 400],
    ["SELECT 'x'::INTEGER", 400],
  ])('refuses %s', async (text, status) => {
    await expect(sql(text)).rejects.toMatchObject({ status })
  })

  it('reads and writes protobuf by its rules', async () => {
    // Field 1 varint 150 and field 2 text "testing", as the protobuf documentation encodes them.
    const bytes = Buffer.from('089601120774657374696e67', 'hex')
    expect(
      Buffer.from(
        protoMessage([
          [1, 150n],
          [2, 'testing'],
        ]),
      ).toString('hex'),
    ).toBe(bytes.toString('hex'))
    const message = new ProtoMessage(bytes)
    expect([message.integer(1), message.text(2), message.integer(3), message.bytes(1)]).toEqual([
      150n,
      'testing',
      null,
      null,
    ])
    for (const wrong of ['08', '12ff', '0f', '08ffffffffffffffffffffff01']) {
      expect(await s.raw('POST', '/?vastdb-run-query', { body: Buffer.from(wrong, 'hex') })).toMatchObject({
        status: 400,
      })
    }
  })
})
