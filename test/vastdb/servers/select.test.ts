import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { Field, Int32, Schema, Table, Uint64, Utf8, vectorFromArray } from 'apache-arrow'
import { afterEach, describe, expect, it } from 'vitest'
import { FINISHED_ROW_ID } from '../../../src/vastdb/constants.ts'
import { col, type SelectOptions, type Session, type Table as VastTable } from '../../../src/vastdb/index.ts'
import { COMPLETED, concat, KEEP_ALIVE, pageFrames } from '../responses.ts'
import { fail, type Handler, open, type ScriptedServer, type SeenRequest, scriptedServer } from './server.ts'

const columns = new Schema([new Field('n', new Int32(), true)])
const numbers = (from: number, to: number) =>
  new Table({
    n: vectorFromArray(
      Array.from({ length: to - from }, (_, i) => from + i),
      new Int32(),
    ),
  })

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

async function begin(handle: Handler, options = {}): Promise<{ server: ScriptedServer; session: Session }> {
  const server = await scriptedServer(handle)
  const session = await open(server.endpoint, options)
  closers.push(() => session.close(), server.close)
  return { server, session }
}

/** Numbers from a select on a table whose columns are known, one split unless told. */
async function read(session: Session, options: SelectOptions = {}): Promise<number[]> {
  return session.transaction(async (tx) => {
    const found: number[] = []
    for await (const batch of known(tx).select({ splits: 1, ...options })) found.push(...batch.getChildAt(0)!.toArray())
    return found
  })
}

const known = (tx: Awaited<ReturnType<Session['begin']>>): VastTable =>
  tx.bucket('b').schema('s').table('t', { columns, sorted: false })

const isQuery = ({ url }: SeenRequest) => url === '/b/s/t?data'

/** Start row ids of a request, in the order of the sub-splits. */
function starts({ headers }: SeenRequest): bigint[] {
  const count = Number(headers['tabular-num-of-subsplits'])
  return Array.from({ length: count }, (_, i) => BigInt(String(headers[`tabular-start-row-id-${i}`]).split(',')[1]!))
}

/** A server with `total` rows in each of the sub-splits, numbered sub-split * 1000 + row, `page` rows per answer. */
function paging(
  total: number,
  page: number,
  send = (response: ServerResponse, bytes: Uint8Array, _asked: number) => void response.end(bytes),
): Handler {
  let asked = 0
  return (request, response) => {
    if (!isQuery(request)) return false
    const frames = starts(request).flatMap((start, stream) => {
      if (start === FINISHED_ROW_ID) return []
      const from = Number(start)
      const to = Math.min(from + page, total)
      const base = stream * 1000
      return [
        KEEP_ALIVE,
        ...pageFrames(numbers(base + from, base + to), stream, to === total ? FINISHED_ROW_ID : BigInt(to)),
      ]
    })
    send(response, concat([...frames, COMPLETED]), asked++)
    return true
  }
}

const all = (subSplits: number, total: number) =>
  Array.from({ length: subSplits * total }, (_, i) => Math.floor(i / total) * 1000 + (i % total))
const ascending = (values: number[]) => values.toSorted((a, b) => a - b)

describe('select', () => {
  it('asks again until every sub-split is finished', async () => {
    const { server, session } = await begin(paging(25, 10))
    expect(ascending(await read(session))).toEqual(all(4, 25))
    const queries = server.seen.filter(isQuery)
    expect(queries.map(starts)).toEqual([
      [0n, 0n, 0n, 0n],
      [10n, 10n, 10n, 10n],
      [20n, 20n, 20n, 20n],
    ])
    expect(queries[0]!.headers).toMatchObject({
      'tabular-split': '0,1,8',
      'tabular-num-of-subsplits': '4',
      'tabular-request-format': 'string',
      'tabular-response-format': 'string',
      'tabular-enable-sorted-projections': 'True',
      'tabular-limit-rows': '131072',
      'content-length': String(queries[0]!.body.length),
    })
  })

  it('loses and doubles no row when answers are cut at every possible byte', async () => {
    const bytes: number[] = []
    const whole = await begin(
      paging(6, 2, (response, answer) => {
        bytes.push(answer.length)
        response.end(answer)
      }),
    )
    await read(whole.session, { subSplits: 2 })
    const [length] = bytes
    for (let cut = 0; cut < length!; cut += 97) {
      const { session } = await begin(
        paging(6, 2, (response, answer, asked) => {
          if (asked !== 1) return void response.end(answer)
          response.write(answer.subarray(0, cut))
          setTimeout(() => response.destroy(), 2)
        }),
      )
      expect(ascending(await read(session, { subSplits: 2 }))).toEqual(all(2, 6))
    }
  })

  it('goes on behind the last whole page of each sub-split', async () => {
    let cut = true
    const { server, session } = await begin((request, response) => {
      if (!isQuery(request)) return false
      if (!cut) return paging(20, 20)(request, response, 0)
      cut = false
      const first = pageFrames(numbers(0, 10), 0, 10n)
      const second = pageFrames(numbers(1000, 1010), 1, 10n)
      response.write(concat([...first, ...second.slice(0, 2)]))
      setTimeout(() => response.destroy(), 5)
      return true
    })
    expect(ascending(await read(session, { subSplits: 2 }))).toEqual(all(2, 20))
    expect(server.seen.filter(isQuery).map(starts)).toEqual([
      [0n, 0n],
      [10n, 0n],
    ])
  })

  it('gives up on a stream that is cut again and again without moving', async () => {
    const { server, session } = await begin((request, response) => {
      if (!isQuery(request)) return false
      response.write(KEEP_ALIVE)
      setTimeout(() => response.destroy(), 1)
      return true
    })
    await expect(read(session)).rejects.toMatchObject({ code: 'ERR_VASTDB_CONNECT', stage: 'exchange' })
    expect(server.seen.filter(isQuery)).toHaveLength(10)
  })

  it('waits out an overloaded server', async () => {
    let refusals = 3
    const answer = paging(5, 5)
    const { session } = await begin((request, response) =>
      isQuery(request) && refusals-- > 0 ? fail(response, 503, 'SlowDown') : answer(request, response, 0),
    )
    expect(ascending(await read(session))).toEqual(all(4, 5))
  })

  it('does not go on forever with a server that never finishes a sub-split', async () => {
    const { server, session } = await begin((request, response) => {
      if (!isQuery(request)) return false
      response.end(COMPLETED)
      return true
    })
    await expect(read(session)).rejects.toMatchObject({ code: 'ERR_VASTDB_PROTOCOL' })
    expect(server.seen.filter(isQuery)).toHaveLength(10)
  })

  it('does not repeat a query that the server gave up or a page that is no page', async () => {
    for (const [bytes, code] of [
      [Uint8Array.of(0xfd, 0xff, 0xff, 0xff), 'ERR_VASTDB_SERVER'],
      [new TextEncoder().encode('<html>busy</html>'), 'ERR_VASTDB_PROTOCOL'],
      [concat([...pageFrames(numbers(0, 3)).slice(0, 2), COMPLETED]), 'ERR_VASTDB_PROTOCOL'],
    ] as const) {
      const { server, session } = await begin((request, response) => {
        if (!isQuery(request)) return false
        response.end(bytes)
        return true
      })
      await expect(read(session)).rejects.toMatchObject({ code })
      expect(server.seen.filter(isQuery)).toHaveLength(1)
    }
  })

  it('stops at the limit, in the middle of a batch', async () => {
    const { server, session } = await begin(paging(50, 50))
    expect(await read(session, { limit: 7, subSplits: 1 })).toEqual([0, 1, 2, 3, 4, 5, 6])
    expect(server.seen.find(isQuery)!.headers['tabular-limit-rows']).toBe('7')
    expect(await read(session, { limit: 0 })).toEqual([])
  })

  it('ends the query on the server when the loop is left', async () => {
    let closed: Promise<unknown> | undefined
    const { session } = await begin((request, response) => {
      if (!isQuery(request)) return false
      closed = once(response, 'close')
      response.write(concat(pageFrames(numbers(0, 5), 0, 5n)))
      return true
    })
    await session.transaction(async (tx) => {
      for await (const batch of known(tx).select({ splits: 1 })) {
        expect(batch.numRows).toBe(5)
        break
      }
    })
    await closed
  })

  it('holds the server back while its consumer is busy', async () => {
    const page = concat(pageFrames(numbers(0, 250_000), 0, 1n))
    let written = 0
    let stalled = () => {}
    const blocked = new Promise<void>((resolve) => {
      stalled = resolve
    })
    const { session } = await begin((request, response) => {
      if (!isQuery(request)) return false
      void (async () => {
        for (let i = 0; i < 200 && !response.destroyed; i++) {
          written += page.length
          if (!response.write(page)) {
            const drained = await Promise.race([
              once(response, 'drain').then(() => true),
              new Promise((r) => setTimeout(r, 300)),
            ])
            if (!drained) return stalled()
          }
        }
      })().catch(() => {})
      return true
    })
    await session.transaction(async (tx) => {
      for await (const _ of known(tx).select({ splits: 1 })) {
        await blocked
        break
      }
    })
    expect(written).toBeLessThan(page.length * 40)
  })

  it('shares splits between the data endpoints, each read once', async () => {
    const bySplit: Handler = (request, response) => {
      if (!isQuery(request)) return false
      const split = Number(String(request.headers['tabular-split']).split(',')[0])
      const frames = starts(request).flatMap((_, stream) => {
        const base = split * 100 + stream * 10
        return pageFrames(numbers(base, base + 2), stream)
      })
      setTimeout(() => response.end(concat([...frames, COMPLETED])), split % 3)
      return true
    }
    const other = await scriptedServer(bySplit)
    closers.push(other.close)
    const first = await scriptedServer(bySplit)
    closers.push(first.close)
    const session = await open(first.endpoint, { dataEndpoints: [first.endpoint, other.endpoint, other.endpoint] })
    closers.push(() => session.close())
    const found = ascending(await read(session, { splits: 6, subSplits: 2 }))
    expect(found).toEqual(Array.from({ length: 6 }, (_, split) => [0, 1, 10, 11].map((n) => split * 100 + n)).flat())
    const queries = [...first.seen, ...other.seen]
      .filter(isQuery)
      .map(({ headers }) => String(headers['tabular-split']))
    expect(queries.sort()).toEqual([0, 1, 2, 3, 4, 5].map((split) => `${split},6,8`))
    expect(other.seen.length).toBeGreaterThan(0)
  })

  it('fails as a whole when one endpoint fails, and ends the others', async () => {
    const server = await scriptedServer((request, response) => {
      if (!isQuery(request)) return false
      if (String(request.headers['tabular-split']).startsWith('1,')) return fail(response, 500, 'InternalError')
      response.write(concat(pageFrames(numbers(0, 1), 0, 1n)))
      return true
    })
    const session = await open(server.endpoint, { dataEndpoints: [server.endpoint, server.endpoint] })
    closers.push(() => session.close(), server.close)
    await expect(read(session, { splits: 2 })).rejects.toMatchObject({ code: 'ERR_VASTDB_SERVER' })
  })

  it('ends with the caller’s signal', async () => {
    const stop = new AbortController()
    const { session } = await begin((request, response) => {
      if (!isQuery(request)) return false
      response.write(concat(pageFrames(numbers(0, 1), 0, 1n)))
      setTimeout(() => stop.abort(), 5)
      return true
    })
    await expect(read(session, { signal: stop.signal })).rejects.toMatchObject({ code: 'ERR_ABORTED' })
  })

  it('ends with its transaction', async () => {
    const { session } = await begin(paging(30, 10))
    const tx = await session.begin()
    const rows = known(tx).select({ splits: 1 })[Symbol.asyncIterator]()
    await rows.next()
    await tx.rollback()
    const rest = (async () => {
      for (;;) if ((await rows.next()).done) return
    })()
    await expect(rest).rejects.toMatchObject({ code: 'ERR_VASTDB_TRANSACTION' })
  })

  it('asks for fewer rows at once when rows are wide', async () => {
    const { server, session } = await begin((request, response) => {
      if (!isQuery(request)) return false
      response.end()
      return true
    })
    const { FixedSizeList, Float32 } = await import('apache-arrow')
    const wide = new Schema([new Field('v', new FixedSizeList(1536, new Field('item', new Float32(), false)), true)])
    const tx = await session.begin()
    const table = tx.bucket('b').schema('s').table('t', { columns: wide, sorted: false })
    await table
      .select({ splits: 1 })
      .count()
      .catch(() => {})
    expect(server.seen.find(isQuery)!.headers['tabular-limit-rows']).toBe(String(Math.floor((32 * 1024 * 1024) / 6144)))
    await tx.rollback()
  })

  it('refuses columns and options that make no sense before it sends anything', async () => {
    const { server, session } = await begin(() => false)
    const tx = await session.begin()
    const refuse = (options: SelectOptions, code: string) =>
      expect(
        known(tx)
          .select({ splits: 1, ...options })
          .count(),
      ).rejects.toMatchObject({ code })
    await refuse({ columns: ['zz'] }, 'ERR_VASTDB_NOT_FOUND')
    await refuse({ columns: ['n', 'n'] }, 'ERR_OPTION_INVALID')
    await refuse({ where: col('zz').eq(1) }, 'ERR_VASTDB_PREDICATE')
    await refuse({ limit: -1 }, 'ERR_OPTION_INVALID')
    await refuse({ subSplits: 65 }, 'ERR_OPTION_INVALID')
    await refuse({ priority: -1 }, 'ERR_OPTION_INVALID')
    expect(server.seen).toHaveLength(1)
    await tx.rollback()
  })
})

describe('updates and deletes', () => {
  it('put the row id first and sort by it', async () => {
    const { server, session } = await begin(() => false)
    const batch = new Table({
      w: vectorFromArray(['c', 'a', 'b'], new Utf8()),
      $row_id: vectorFromArray([30n, 10n, 20n], new Uint64()),
    })
    await session.transaction(async (tx) => {
      await known(tx).update(batch)
      await known(tx).delete(batch)
      await known(tx).delete([3n, 1n])
      await known(tx).delete(new BigUint64Array(0))
    })
    const { tableFromIPC } = await import('apache-arrow')
    const bodies = server.seen.filter(({ url }) => url === '/b/s/t?rows')
    expect(bodies.map(({ method }) => method)).toEqual(['PUT', 'DELETE', 'DELETE'])
    expect(
      tableFromIPC(bodies[0]!.body)
        .toArray()
        .map((row) => row.toJSON()),
    ).toEqual([
      { $row_id: 10n, w: 'a' },
      { $row_id: 20n, w: 'b' },
      { $row_id: 30n, w: 'c' },
    ])
    expect(tableFromIPC(bodies[1]!.body).schema.fields.map((field) => field.name)).toEqual(['$row_id'])
    expect([...tableFromIPC(bodies[2]!.body).getChildAt(0)!]).toEqual([1n, 3n])
  })

  it('need row ids', async () => {
    const { session } = await begin(() => false)
    const tx = await session.begin()
    await expect(known(tx).update(numbers(0, 2))).rejects.toMatchObject({ code: 'ERR_VASTDB_TYPE' })
    await expect(known(tx).delete(numbers(0, 2))).rejects.toMatchObject({ code: 'ERR_VASTDB_TYPE' })
    const wrong = new Table({ $row_id: vectorFromArray([1], new Int32()), n: vectorFromArray([1], new Int32()) })
    await expect(known(tx).update(wrong)).rejects.toMatchObject({ code: 'ERR_VASTDB_TYPE' })
    await tx.rollback()
  })
})
