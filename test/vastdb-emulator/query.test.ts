import { Field as ArrowField, Int64, Struct, Table, vectorFromArray } from 'apache-arrow'
import fc from 'fast-check'
import { ByteBuffer } from 'flatbuffers'
import { beforeAll, describe, expect, it } from 'vitest'
import { ListTablesResponse } from '../../src/vastdb/flatbuffers/generated/tabular.ts'
import { encodeQuery } from '../../src/vastdb/wire/query.ts'
import { withKeepAlives } from '../../src/vastdb-emulator/query/frames.ts'
import { readSplitRequest, rowRanges } from '../../src/vastdb-emulator/query/splits.ts'
import { Headers } from '../../src/vastdb-emulator/request.ts'
import { int64Query, pagesOf, type RawAnswer, readFrames } from './raw-client.ts'
import { createTable, integers, type Setup, setup } from './setup.ts'

const FINISHED = 281_474_976_710_655n
const ROWS = 150_000
let s: Setup

beforeAll(async () => {
  s = await setup({ chunkBytes: 1000 })
  await createTable(s.session, 'big', integers({ a: Array.from({ length: ROWS }, (_, i) => i) }))
  await createTable(s.session, 'empty', integers({ a: [] }))
  await createTable(s.session, 'gaps', integers({ a: Array.from({ length: 10 }, (_, i) => i) }))
  await s.session.transaction((tx) => tx.bucket('vastdb').schema('s').table('gaps').delete([0n, 4n, 5n, 9n]))
})

interface QueryHeaders {
  readonly split?: string
  readonly subSplits?: number
  readonly starts?: readonly (bigint | null)[]
  readonly limit?: number
}

function query(table: string, headers: QueryHeaders = {}, columns: readonly string[] = ['a']): Promise<RawAnswer> {
  return s.raw('GET', `/vastdb/s/${table}?data`, { headers: queryHeaders(headers), body: int64Query(columns) })
}

function queryHeaders({ split = '0,1,1', subSplits = 1, starts, limit }: QueryHeaders): Record<string, string> {
  const at = starts ?? Array.from({ length: subSplits }, () => 0n)
  const given = at.flatMap((start, index) =>
    start === null ? [] : [[`tabular-start-row-id-${index}`, `${index},${start}`] as const],
  )
  return {
    'tabular-split': split,
    'tabular-num-of-subsplits': String(subSplits),
    ...(limit === undefined ? {} : { 'tabular-limit-rows': String(limit) }),
    ...Object.fromEntries(given),
  }
}

describe('a query response', () => {
  it('is one page of one column for a small table, ended by the completed frame', async () => {
    const { frames, completed, failed } = readFrames((await query('gaps')).body)
    expect({ completed, failed }).toEqual({ completed: true, failed: false })
    expect(pagesOf(frames, 0)).toEqual([{ values: [1n, 2n, 3n, 6n, 7n, 8n], nextRowId: FINISHED }])
  })

  it('is one page a sub-split where no limit of rows is given, and says where it goes on', async () => {
    const { frames } = readFrames((await query('big', { subSplits: 2 })).body)
    const pages = [pagesOf(frames, 0), pagesOf(frames, 1)].flat()
    expect(pages.map(({ values, nextRowId }) => [values.length, nextRowId])).toEqual([
      [65_536, 65_536n],
      [65_536, FINISHED],
    ])
  })

  it('sends each row group as a page of the sub-split it belongs to', async () => {
    const { frames } = readFrames((await query('big', { subSplits: 2, limit: 100_000 })).body)
    const [first, second] = [pagesOf(frames, 0), pagesOf(frames, 1)]
    expect(first.map(({ values }) => values.length)).toEqual([65_536, ROWS - 131_072])
    expect(second.map(({ values }) => values.length)).toEqual([65_536])
    expect(first.map(({ nextRowId }) => nextRowId)).toEqual([65_536n, FINISHED])
    expect(second.map(({ nextRowId }) => nextRowId)).toEqual([FINISHED])
    expect([first[0]!.values[0], second[0]!.values[0], first[1]!.values.at(-1)]).toEqual([0n, 65_536n, 149_999n])
  })

  it('interleaves the messages of sub-splits', async () => {
    const { frames } = readFrames((await query('big', { subSplits: 2 })).body)
    expect(frames.slice(0, 4).map(({ stream }) => stream)).toEqual([0, 1, 0, 1])
  })

  it('gives every row exactly once over all splits, whatever the division', async () => {
    const seen: bigint[] = []
    for (const split of [0, 1, 2]) {
      const { frames } = readFrames((await query('big', { split: `${split},3,1`, subSplits: 2, limit: 200_000 })).body)
      for (const subSplit of [0, 1]) {
        for (const { values } of pagesOf(frames, subSplit)) seen.push(...(values as bigint[]))
      }
    }
    expect(seen.length).toBe(ROWS)
    expect(new Set(seen).size).toBe(ROWS)
  })

  it('stops at the limit of rows and goes on from the row id it names', async () => {
    const seen: bigint[] = []
    let at = 0n
    let requests = 0
    while (at !== FINISHED) {
      const { frames } = readFrames((await query('big', { starts: [at], limit: 40_000, split: '0,1,8' })).body)
      const pages = pagesOf(frames, 0)
      const rows = pages.reduce((sum, { values }) => sum + values.length, 0)
      expect(rows).toBeLessThanOrEqual(40_000)
      for (const { values } of pages) seen.push(...(values as bigint[]))
      at = pages.at(-1)!.nextRowId
      requests++
    }
    expect(requests).toBe(4)
    expect(seen).toEqual(Array.from({ length: ROWS }, (_, i) => BigInt(i)))
  })

  it('says nothing of finished sub-splits, named or left out', async () => {
    for (const start of [FINISHED, null]) {
      const { frames, completed } = readFrames((await query('big', { subSplits: 2, starts: [start, 0n] })).body)
      expect(new Set(frames.map(({ stream }) => stream))).toEqual(new Set([1]))
      expect(completed).toBe(true)
    }
  })

  it('reports sub-splits without rows as finished, in an empty page', async () => {
    const { frames } = readFrames((await query('empty', { subSplits: 3 })).body)
    for (const subSplit of [0, 1, 2]) {
      expect(pagesOf(frames, subSplit)).toEqual([{ values: [], nextRowId: FINISHED }])
      // Schema, a batch of no rows, end marker: the Java clients wait for the batch.
      expect(frames.filter(({ stream }) => stream === subSplit)).toHaveLength(3)
    }
  })

  it('takes a struct with some of its fields, by name', async () => {
    const int = (name: string) => new ArrowField(name, new Int64(), true)
    const whole = new Struct<{ x: Int64; y: Int64; z: Int64 }>([int('x'), int('y'), int('z')])
    const rows = [
      { x: 1n, y: 2n, z: 3n },
      { x: 4n, y: 5n, z: 6n },
    ]
    await createTable(s.session, 'structs', new Table({ s: vectorFromArray(rows, whole) }))
    const ask = (fields: readonly string[]) => {
      const column = new ArrowField('s', new Struct(fields.map(int)), true)
      const filter = [{ column: ['s', 'y'], tests: [{ kind: 'compare', op: 'greater', value: 2n }] }] as const
      const groups = fields.includes('y') ? filter : []
      const body = encodeQuery({ columns: [column], filterColumns: [], groups })
      return s.raw('GET', '/vastdb/s/structs?data', { headers: queryHeaders({}), body })
    }
    const values = async (fields: readonly string[]) =>
      pagesOf(readFrames((await ask(fields)).body).frames, 0).map((page) =>
        page.values.map((row) => ({ ...(row as object) })),
      )
    expect(await values(['z'])).toEqual([[{ z: 3n }, { z: 6n }]])
    expect(await values(['z', 'x'])).toEqual([
      [{ z: 3n }, { z: 6n }],
      [{ x: 1n }, { x: 4n }],
    ])
    expect(await values(['y'])).toEqual([[{ y: 5n }]])
    expect((await ask(['w'])).status).toBe(400)
  })

  it('is scheduled, and nothing stands between rows and readers', async () => {
    const schedule = await s.raw('GET', '/vastdb/s/gaps?schedule')
    expect([schedule.status, schedule.headers['tabular-schedule-id']]).toEqual([200, expect.stringMatching(/^\d+$/)])
    expect((await s.raw('GET', '/vastdb/s/none?schedule')).status).toBe(404)
    const security = await s.raw('GET', '/vastdb/s/gaps?row-column-security&end-user=lena')
    expect([security.status, security.code]).toEqual([404, 'NoSuchKey'])
    const views = await s.raw('GET', '/vastdb/s?view', {
      headers: { 'tabular-max-keys': '1000', 'tabular-next-key': '0' },
    })
    expect([views.headers['tabular-is-truncated'], views.headers['tabular-next-key']]).toEqual(['false', '0'])
    const listed = ListTablesResponse.getRootAsListTablesResponse(new ByteBuffer(views.body))
    expect([listed.bucketName(), listed.schemaName(), listed.tablesLength()]).toEqual(['vastdb', 's', 0])
  })

  it('sends each column as a stream of its own, and only counts when no column is asked for', async () => {
    await createTable(s.session, 'two', integers({ a: [1, 2], b: [3, 4] }))
    const both = readFrames((await query('two', {}, ['b', 'a'])).body).frames
    expect(pagesOf(both, 0).map(({ values }) => values)).toEqual([
      [3n, 4n],
      [1n, 2n],
    ])
    // Schema, record batch and end marker of a stream without fields.
    const none = readFrames((await query('two', {}, [])).body).frames
    expect(none.length).toBe(3)
    expect(none.at(-1)!.nextRowId).toBe(FINISHED)
  })

  it('answers the estimate query with one row for each 65,536', async () => {
    const { frames } = readFrames((await query('big', { split: '4294967292,1,1' })).body)
    expect(pagesOf(frames, 0)[0]!.values.length).toBe(Math.ceil(ROWS / 65_536))
  })

  it('ends with the failed frame when its transaction goes away in the middle', async () => {
    const tx = (await s.raw('POST', '/?transaction')).headers['tabular-txid'] as string
    await createTable(s.session, 'wide', integers({ a: Array.from({ length: 400_000 }, (_, i) => i) }))
    const later = (await s.raw('POST', '/?transaction')).headers['tabular-txid'] as string
    const body = await new Promise<Buffer>((resolve, reject) => {
      void s
        .raw('GET', '/vastdb/s/wide?data', {
          tx: later,
          headers: queryHeaders({ limit: 400_000, split: '0,1,8' }),
          body: int64Query(['a']),
          onResponse: (response) => {
            // Nothing is read for a while, so the server cannot have sent everything before the rollback.
            response.pause()
            void s.raw('DELETE', '/?transaction', { tx: later }).then(() => response.resume(), reject)
          },
        })
        .then((answer) => resolve(answer.body), reject)
    })
    expect(readFrames(body)).toMatchObject({ failed: true, completed: false })
    await s.raw('DELETE', '/?transaction', { tx })
  })
})

describe('requests that make no sense', () => {
  it.each([
    [{ split: '1,1,8' }],
    [{ split: '0,0,8' }],
    [{ split: 'zero' }],
    [{ subSplits: 0, starts: [] }],
    [{ subSplits: 65 }],
  ])('are refused before anything is sent: %o', async (headers) => {
    expect(await query('big', headers)).toMatchObject({ status: 400 })
  })

  it('name what is missing', async () => {
    expect(await query('nowhere')).toMatchObject({ status: 404, code: 'NoSuchKey' })
    expect(await query('big', {}, ['b'])).toMatchObject({ status: 404, code: 'TabularMismatchColumnName' })
    expect(await s.raw('GET', '/other/s/t?data', { body: int64Query(['a']) })).toMatchObject({ code: 'NoSuchBucket' })
    expect(await s.raw('PATCH', '/vastdb/s/big?table')).toMatchObject({ status: 405 })
    expect(await s.raw('GET', '/vastdb/s/big?nonsense')).toMatchObject({ status: 501 })
  })

  it('do not hurt when they are random bytes', async () => {
    const good = Buffer.from(int64Query(['a']))
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }),
        async (edits) => {
          const body = Buffer.from(good)
          for (const [at, value] of edits) body[at] = value
          const { status } = await s.raw('GET', '/vastdb/s/gaps?data', { headers: queryHeaders({}), body })
          expect([200, 400, 404]).toContain(status)
        },
      ),
      { numRuns: 60 },
    )
  })
})

describe('dividing rows', () => {
  const requestOf = (split: number, splits: number, groups: number, subSplits: number) =>
    readSplitRequest(
      new Headers({ 'tabular-split': `${split},${splits},${groups}`, 'tabular-num-of-subsplits': String(subSplits) }),
    )

  it('covers every row once from any starting point', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 3 }),
        fc.bigInt({ min: 0n, max: 2_000_000n }),
        fc.bigInt({ min: 0n, max: 2_000_000n }),
        (splits, subSplits, groups, start, end) => {
          const ranges = []
          for (let split = 0; split < splits; split++) {
            for (let subSplit = 0; subSplit < subSplits; subSplit++) {
              ranges.push(...rowRanges(requestOf(split, splits, groups, subSplits), subSplit, start, end))
            }
          }
          ranges.sort((a, b) => (a.start < b.start ? -1 : 1))
          let at = start
          for (const range of ranges) {
            expect(range.start).toBe(at)
            expect(range.endExclusive).toBeGreaterThan(range.start)
            at = range.endExclusive
          }
          expect(at).toBe(ranges.length > 0 ? end : start)
          expect(ranges.length > 0).toBe(start < end)
        },
      ),
      { numRuns: 200 },
    )
  })
})

it('leaves no transaction behind when a client walks away from a response', async () => {
  await expect(
    s.raw('GET', '/vastdb/s/big?data', {
      headers: queryHeaders({ limit: 150_000 }),
      body: int64Query(['a']),
      onResponse: (response) => response.destroy(),
    }),
  ).rejects.toThrow()
  for (let asked = 0; s.emulator.openTransactions > 0 && asked < 200; asked++) await s.raw('GET', '/?transaction')
  expect(s.emulator.openTransactions).toBe(0)
})

it('says that it is alive while a page takes long', async () => {
  let finish = () => {}
  const slow = new Promise<void>((resolve) => {
    finish = resolve
  })
  async function* pages() {
    yield Uint8Array.of(1)
    await slow
    yield Uint8Array.of(2)
  }
  const seen: string[] = []
  for await (const frame of withKeepAlives(pages(), 1)) {
    seen.push(Buffer.from(frame).toString('hex'))
    if (seen.length === 4) finish()
  }
  expect(seen.slice(0, 4)).toEqual(['01', 'ffffffff', 'ffffffff', 'ffffffff'])
  expect(seen.at(-1)).toBe('02')
})
