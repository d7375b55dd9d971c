import {
  Bool,
  Dictionary,
  Field,
  FixedSizeList,
  Float32,
  Float64,
  Int8,
  Int32,
  List,
  Struct,
  Table,
  Uint64,
  Utf8,
  type Vector,
  vectorFromArray,
} from 'apache-arrow'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { and, col, type Predicate } from '../../src/vastdb/index.ts'
import { everything } from '../vastdb/rows.ts'
import { ipc } from './raw-client.ts'
import { createTable, integers, type Setup, setup } from './setup.ts'

let s: Setup
beforeAll(async () => {
  s = await setup()
})

const json = (table: Table) => JSON.stringify(table.toArray(), (_, v) => (typeof v === 'bigint' ? `${v}n` : v))

async function select(name: string, where?: Predicate): Promise<Table> {
  return s.session.transaction((tx) => {
    const table = tx.bucket('vastdb').schema('s').table(name)
    return table.select(where ? { where } : {}).toTable()
  })
}

/** Values of column `i` of the rows a filter lets through. */
async function matching(name: string, where: Predicate): Promise<number[]> {
  return [...(await select(name, where)).getChild('i')!].map(Number)
}

function numbered(columns: Record<string, Vector>): Table {
  const [first] = Object.values(columns)
  const i = vectorFromArray(
    Array.from({ length: first!.length }, (_, index) => index),
    new Int32(),
  )
  return new Table({ i, ...columns })
}

describe('values', () => {
  it('of every type come back as they went in, nulls and nesting included', async () => {
    // More rows than one DuckDB vector has.
    const rows = everything(5000)
    await createTable(s.session, 'all', rows)
    const read = await select('all')
    expect(String(read.schema)).toBe(String(rows.schema))
    expect(json(read)).toBe(json(rows))
  })

  it('keep every byte of text: empty, long, NUL and beyond the basic plane', async () => {
    const texts = ['', 'twelve bytes', 'thirteen bytes', '\0', 'a\0b'.repeat(9), '💡'.repeat(5), 'é', null, '\'"\\']
    await createTable(s.session, 'text', numbered({ t: vectorFromArray(texts, new Utf8()) }))
    expect([...(await select('text')).getChild('t')!]).toEqual(texts)
    for (const [index, text] of texts.entries()) {
      if (text !== null) expect(await matching('text', col('t').eq(text)), JSON.stringify(text)).toEqual([index])
    }
  })

  it('of nested columns can be updated, also in rows inserted by the same transaction', async () => {
    const type = new List(new Field('item', new Struct([new Field('x', new Int32(), true)]), true))
    const rows = numbered({ l: vectorFromArray([[{ x: 1 }], [], null], type) })
    await createTable(s.session, 'nested', rows)
    await s.session.transaction(async (tx) => {
      const table = tx.bucket('vastdb').schema('s').table('nested')
      const [added] = [...(await table.insert(rows.slice(0, 1)))]
      const change = new Table({
        $row_id: vectorFromArray([0n, 2n, added as bigint], new Uint64()),
        l: vectorFromArray([null, [{ x: 7 }, null], [{ x: 8 }]], type),
      })
      await table.update(change)
    })
    const read = JSON.parse(json((await select('nested')).select(['l'])))
    expect(read).toEqual([{ l: null }, { l: [] }, { l: [{ x: 7 }, null] }, { l: [{ x: 8 }] }])
  })
})

describe('filters', () => {
  it('never match null in a comparison', async () => {
    const v = vectorFromArray([1, null, 3], new Int8())
    await createTable(s.session, 'nulls', numbered({ v }))
    expect(await matching('nulls', col('v').ne(1))).toEqual([2])
    expect(await matching('nulls', col('v').in([1, 2, 3]))).toEqual([0, 2])
    expect(await matching('nulls', col('v').isNull())).toEqual([1])
    expect(await matching('nulls', col('v').isNotNull())).toEqual([0, 2])
    expect(await matching('nulls', col('v').gt(1).or(col('v').isNull()))).toEqual([1, 2])
  })

  it('compare text as bytes, not by locale or case', async () => {
    const words = ['Z', 'a', 'ab', 'é', 'z', '\uffee', '💡', '']
    await createTable(s.session, 'words', numbered({ w: vectorFromArray(words, new Utf8()) }))
    const bytes = (word: string) => Buffer.from(word)
    for (const pivot of words) {
      const above = words.flatMap((word, index) => (Buffer.compare(bytes(word), bytes(pivot)) > 0 ? [index] : []))
      expect(await matching('words', col('w').gt(pivot)), pivot).toEqual(above)
    }
    expect(await matching('words', col('w').contains('A'))).toEqual([])
    expect(await matching('words', col('w').contains('%'))).toEqual([])
  })

  it('find prefixes whose upper bound is not text', async () => {
    const words = ['\u{10ffff}', '\u{10ffff}x', '\u{10fffe}', 'x', null]
    await createTable(s.session, 'edge', numbered({ w: vectorFromArray(words, new Utf8()) }))
    expect(await matching('edge', col('w').startsWith('\u{10ffff}'))).toEqual([0, 1])
    expect(await matching('edge', col('w').startsWith(''))).toEqual([0, 1, 2, 3])
  })

  it('treat NaN as equal to nothing and before nothing', async () => {
    const f = vectorFromArray([Number.NaN, 1.5, Number.POSITIVE_INFINITY, -0, null], new Float64())
    const g = vectorFromArray([Number.NaN, 0.1, 3.4028234663852886e38, 1e-45, null], new Float32())
    await createTable(s.session, 'floats', numbered({ f, g }))
    expect(await matching('floats', col('f').gt(1))).toEqual([1, 2])
    expect(await matching('floats', col('f').lte(Number.POSITIVE_INFINITY))).toEqual([1, 2, 3])
    expect(await matching('floats', col('f').eq(Number.NaN))).toEqual([])
    expect(await matching('floats', col('f').ne(Number.NaN))).toEqual([0, 1, 2, 3])
    expect(await matching('floats', col('f').eq(0))).toEqual([3])
    for (const [index, value] of [0.1, 3.4028234663852886e38, 1e-45].entries()) {
      expect(await matching('floats', col('g').eq(value)), String(value)).toEqual([index + 1])
    }
  })

  it('reach the ends of 64-bit integers', async () => {
    const u = vectorFromArray([0n, 2n ** 63n, 2n ** 64n - 1n], new Uint64())
    const a = integers({ a: [0, 0, 0] }).getChild('a')!
    await createTable(s.session, 'wide', numbered({ u, a }))
    expect(await matching('wide', col('u').gte(2n ** 63n))).toEqual([1, 2])
    expect(await matching('wide', col('u').eq(2n ** 64n - 1n))).toEqual([2])
    expect(await matching('wide', col('a').gt(-(2n ** 63n)))).toEqual([0, 1, 2])
  })

  it('see a null struct as null in each of its members', async () => {
    const type = new Struct([
      new Field('x', new Int32(), true),
      new Field('q', new Struct([new Field('y', new Bool(), true)]), true),
    ])
    const v = vectorFromArray([{ x: 1, q: { y: true } }, null, { x: null, q: null }, { x: 2, q: { y: null } }], type)
    await createTable(s.session, 'members', numbered({ v }))
    expect(await matching('members', col('v').field('x').isNull())).toEqual([1, 2])
    expect(await matching('members', col('v').field('q').field('y').isNull())).toEqual([1, 2, 3])
    expect(await matching('members', col('v').field('q').field('y').eq(true))).toEqual([0])
  })

  it('compare vectors element by element', async () => {
    const type = new FixedSizeList(2, new Field('item', new Float32(), false))
    const v = vectorFromArray([[1, 2], [1, 3], null, [0.1, 9], [2, 0]], type)
    await createTable(s.session, 'vectors', numbered({ v }))
    expect(await matching('vectors', col('v').gt([1, 2]))).toEqual([1, 4])
    expect(await matching('vectors', col('v').ne([1, 2]))).toEqual([1, 3, 4])
    expect(await matching('vectors', col('v').eq([0.1, 9]))).toEqual([3])
    expect(await matching('vectors', col('v').isNull())).toEqual([2])
  })

  it('combine groups with AND and take tens of thousands of values', async () => {
    await createTable(
      s.session,
      'many',
      integers({ i: Array.from({ length: 3000 }, (_, i) => i), b: Array(3000).fill(1) }),
    )
    const even = Array.from({ length: 20_000 }, (_, i) => BigInt(i * 2))
    const found = await matching('many', and(col('i').in(even), col('i').lt(10n), col('b').eq(1n)))
    expect(found).toEqual([0, 2, 4, 6, 8])
  })
})

describe('external row ids', () => {
  it('are the ids of rows, unique and ascending', async () => {
    const rows = integers({ vastdb_rowid: [5, 9], a: [50, 90] })
    await createTable(s.session, 'external', rows)
    await s.session.transaction(async (tx) => {
      const table = tx.bucket('vastdb').schema('s').table('external')
      expect((await table.stats()).externalRowIds).toBe(true)
      const read = await table.select({ rowId: true }).toTable()
      expect([...read.getChild('vastdb_rowid')!]).toEqual([5n, 9n])
      expect([...read.getChild('$row_id')!]).toEqual([5n, 9n])
    })
    for (const ids of [[9], [8, 7], [10, 10], [-1]]) {
      const body = ipc(integers({ vastdb_rowid: ids, a: ids }))
      expect(await s.raw('POST', '/vastdb/s/external?rows', { body }), String(ids)).toMatchObject({ status: 400 })
    }
    const late = ipc(integers({ vastdb_rowid: [7, 8], a: [70, 80] }))
    expect(await s.raw('POST', '/vastdb/s/external?rows', { body: late })).toMatchObject({ status: 200 })
    expect([...(await select('external')).getChild('a')!]).toEqual([50n, 70n, 80n, 90n])
  })
})

describe('bodies that are wrong', () => {
  beforeAll(async () => {
    await createTable(s.session, 'target', everything(3))
  })

  it('are refused when cut anywhere, and change nothing', async () => {
    const body = ipc(everything(3))
    for (let length = 0; length < body.byteLength - 8; length += 97) {
      const { status } = await s.raw('POST', '/vastdb/s/target?rows', { body: body.subarray(0, length) })
      expect(status, `${length} bytes`).toBe(400)
    }
    expect((await select('target')).numRows).toBe(3)
  })

  it('never take the server down when bytes are changed', async () => {
    const good = ipc(everything(3))
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 5 }),
        async (edits) => {
          const body = good.slice()
          for (const [at, value] of edits) body[at] = value
          const { status } = await s.raw('POST', '/vastdb/s/target?rows', { body })
          expect([200, 400, 404, 501]).toContain(status)
        },
      ),
      { numRuns: 150 },
    )
    expect((await select('target')).numRows).toBeGreaterThanOrEqual(3)
  })

  it('name the column that does not fit', async () => {
    await createTable(s.session, 'typed', integers({ a: [1] }))
    const send = (table: Table) => s.raw('POST', '/vastdb/s/typed?rows', { body: ipc(table) })
    const text = new Table({ a: vectorFromArray(['x'], new Utf8()) })
    expect(await send(text)).toMatchObject({ status: 400, code: 'TabularMismatchColumnType' })
    expect(await send(integers({ b: [1] }))).toMatchObject({ status: 404, code: 'TabularMismatchColumnName' })
    const indexed = new Table({ a: vectorFromArray(['x', 'y'], new Dictionary(new Utf8(), new Int32())) })
    expect((await send(indexed)).status).toBe(400)
  })

  it('are refused above 5 MiB, and accepted up to there', async () => {
    const stream = ipc(integers({ a: [1] }))
    await createTable(s.session, 'limit', integers({ a: [] }))
    for (const [length, status] of [
      [5 * 1024 * 1024, 200],
      [5 * 1024 * 1024 + 1, 400],
    ] as const) {
      const body = new Uint8Array(length)
      body.set(stream)
      // What follows the end-of-stream marker is not looked at.
      expect(await s.raw('POST', '/vastdb/s/limit?rows', { body })).toMatchObject({ status })
    }
  })

  it('are refused when text is cut inside a character', async () => {
    await createTable(s.session, 'utf8', new Table({ t: vectorFromArray(['éa', 'b'], new Utf8()) }))
    const body = Buffer.from(ipc(new Table({ t: vectorFromArray(['éa', 'b'], new Utf8()) })))
    const at = body.lastIndexOf(Buffer.from('éab'))
    body[at + 1] = 0x41
    expect(await s.raw('POST', '/vastdb/s/utf8?rows', { body })).toMatchObject({ status: 400 })
  })
})
