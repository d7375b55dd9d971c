import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { inspect } from 'node:util'
import { Int64, Table, vectorFromArray } from 'apache-arrow'
import { afterEach, describe, expect, it } from 'vitest'
import { connect, type Session } from '../../../src/vastdb/index.ts'
import { INSERT_ANSWER } from '../goldens.ts'
import { errorXml, fail, type Handler, open, type ScriptedServer, scriptedServer } from './server.ts'

const rows = new Table({ a: vectorFromArray([111n, 222n], new Int64()) })
const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

async function start(handle?: Handler): Promise<ScriptedServer> {
  const server = await scriptedServer(handle)
  closers.push(server.close)
  return server
}

async function begin(handle?: Handler, options = {}): Promise<{ server: ScriptedServer; session: Session }> {
  const server = await start(handle)
  const session = await open(server.endpoint, options)
  closers.push(() => session.close())
  return { server, session }
}

const table = (tx: Awaited<ReturnType<Session['begin']>>) => tx.bucket('b').schema('s').table('t')

describe('opening a session', () => {
  it.each([
    ['vast 5.5.0.1', undefined],
    ['vast 5.3.0.0', undefined],
    [undefined, 'ERR_VASTDB_NOT_VAST'],
    ['AmazonS3', 'ERR_VASTDB_NOT_VAST'],
    ['nginx/1.25', 'ERR_VASTDB_NOT_VAST'],
    ['vast', 'ERR_VASTDB_VERSION'],
    ['vast 5.5', 'ERR_VASTDB_VERSION'],
    ['vast 5.5.0.1 beta', 'ERR_VASTDB_VERSION'],
  ])('judges a server that calls itself %s', async (name, code) => {
    const { createServer: createHttp } = await import('node:http')
    const server = createHttp((_, response) => {
      if (name !== undefined) response.setHeader('Server', name)
      response.end('<html>hello</html>')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    closers.push(() => new Promise((resolve) => server.close(() => resolve()) && server.closeAllConnections()))
    const opened = open(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    if (code) return expect(opened).rejects.toMatchObject({ code })
    const session = await opened
    expect(session.version.join('.')).toBe(name!.slice(5))
    await session.close()
    await session.close()
  })

  it('gives up after three tries where nobody listens, and says so', async () => {
    const server = await start()
    await server.close()
    await expect(open(server.endpoint)).rejects.toMatchObject({ code: 'ERR_VASTDB_CONNECT', stage: 'connect' })
  })

  it('does not try an unknown host again', async () => {
    await expect(open('http://nowhere.invalid')).rejects.toMatchObject({ code: 'ERR_VASTDB_CONNECT', stage: undefined })
  })

  it('tells a server that speaks no HTTP', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => {})
      socket.once('data', () => socket.end('SSH-2.0-OpenSSH_9.2\r\n'))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    closers.push(() => new Promise((resolve) => server.close(() => resolve())))
    const opened = open(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    await expect(opened).rejects.toMatchObject({ code: 'ERR_VASTDB_NOT_VAST' })
  })

  it('tells https from http', async () => {
    const server = await start()
    const opened = open(server.endpoint.replace('http:', 'https:'))
    await expect(opened).rejects.toMatchObject({
      code: 'ERR_VASTDB_CONNECT',
      message: expect.stringContaining('https against http'),
    })
  })

  it.each([
    [{ endpoint: 'ftp://x' }, /endpoint/],
    [{ endpoint: 'http://x/path' }, /endpoint/],
    [{ endpoint: 'http://user:hunter2@x' }, /\(hidden\)/],
    [{ secretKey: '' }, /secretKey/],
    [{ retry: { tries: 3 } }, /retry option/],
    [{ maxSockets: 0 }, /maxSockets/],
    [{ timeout: 3 }, /connect option/],
    [{ dataEndpoints: ['http://10.0.0.9-3'] }, /rising range/],
  ])('refuses %j', async (wrong, message) => {
    const options = { endpoint: 'http://x', accessKey: 'a', secretKey: 'b', ...wrong }
    const error = await connect(options as never).catch((caught: unknown) => caught)
    expect(error).toMatchObject({ code: 'ERR_OPTION_INVALID', message: expect.stringMatching(message) })
    expect(String(error)).not.toContain('hunter2')
  })
})

describe('keys', () => {
  it('appear in no error and in no inspected object', async () => {
    const { session } = await begin((request, response) => {
      if (request.method !== 'POST') return false
      return fail(response, 403, 'SignatureDoesNotMatch', 'AWSAccessKeyId AKIDEXAMPLE, secret wJalrXUtnFEMI')
    })
    const error = await session.begin().catch((caught: unknown) => caught)
    expect(error).toMatchObject({
      code: 'ERR_VASTDB_AUTH',
      status: 403,
      serverCode: 'SignatureDoesNotMatch',
      requestId: 'req-1',
    })
    for (const text of [
      String(error),
      inspect(error, { depth: 9 }),
      inspect(session, { depth: 9, showHidden: true }),
      JSON.stringify(session),
    ]) {
      expect(text).not.toMatch(/wJalrXUtnFEMI|AKIDEXAMPLE/)
    }
  })
})

describe('answers that are errors', () => {
  it.each([
    [400, 'InvalidArgument', 'ERR_VASTDB_REQUEST'],
    [400, 'TabularInvalidColumnTypeParam', 'ERR_VASTDB_TYPE'],
    [404, 'TabularMismatchColumnType', 'ERR_VASTDB_TYPE'],
    [403, 'AccessDenied', 'ERR_VASTDB_AUTH'],
    [403, 'ExpiredToken', 'ERR_VASTDB_AUTH'],
    [404, 'NoSuchKey', 'ERR_VASTDB_NOT_FOUND'],
    [404, 'NoSuchBucket', 'ERR_VASTDB_NOT_FOUND'],
    [405, 'MethodNotAllowed', 'ERR_VASTDB_REQUEST'],
    [408, 'RequestTimeout', 'ERR_VASTDB_TIMEOUT'],
    [409, 'InvalidBucketState', 'ERR_VASTDB_CONFLICT'],
    [409, 'BucketAlreadyExists', 'ERR_VASTDB_EXISTS'],
    [500, 'InternalError', 'ERR_VASTDB_SERVER'],
    [501, 'NotImplemented', 'ERR_VASTDB_REQUEST'],
    [503, 'ServiceUnavailable', 'ERR_VASTDB_BUSY'],
    [503, 'TabularUnsupportedColumnType', 'ERR_VASTDB_BUSY'],
    [507, 'InsufficientCapacity', 'ERR_DISK_FULL'],
    [404, 'NoSuchTransaction', 'ERR_VASTDB_TRANSACTION'],
    [418, 'Teapot', 'ERR_VASTDB_REQUEST'],
  ])('%i %s becomes %3$s', async (status, serverCode, code) => {
    const { session } = await begin(
      (request, response) => request.url.includes('rows') && fail(response, status, serverCode),
    )
    const failed = session.transaction((tx) => table(tx).insert(rows))
    await expect(failed).rejects.toMatchObject({ code, status, serverCode, stage: 'answer' })
  })

  it('name an expired transaction by its message', async () => {
    const { session } = await begin(
      (request, response) =>
        request.url.includes('rows') && fail(response, 400, 'InvalidArgument', 'transaction 7 was not found'),
    )
    await expect(session.transaction((tx) => table(tx).insert(rows))).rejects.toMatchObject({
      code: 'ERR_VASTDB_TRANSACTION',
    })
  })

  it('unescape what the server escaped and ignore namespaces', async () => {
    const { session } = await begin((request, response) => {
      if (!request.url.includes('rows')) return false
      response.statusCode = 400
      response.end(
        `<?xml version="1.0"?><e:Error xmlns:e="urn:x"><e:Code>Bad</e:Code><e:Message>list&lt;int&gt; &amp; &#233;&#x21;</e:Message></e:Error>`,
      )
      return true
    })
    await expect(session.transaction((tx) => table(tx).insert(rows))).rejects.toMatchObject({
      message: expect.stringContaining('Bad: list<int> & é!'),
    })
  })

  it('tell a web page from an error document', async () => {
    const { session } = await begin((request, response) => {
      if (!request.url.includes('rows')) return false
      response.writeHead(502, { 'content-type': 'text/html' })
      response.end('<!DOCTYPE html><title>Bad gateway</title>')
      return true
    })
    await expect(session.transaction((tx) => table(tx).insert(rows))).rejects.toMatchObject({
      code: 'ERR_VASTDB_NOT_VAST',
    })
  })

  it('say by how much the clock is off', async () => {
    const { session } = await begin((request, response) => {
      if (request.method !== 'POST') return false
      response.setHeader('Date', new Date(Date.now() - 3_600_000).toUTCString())
      return fail(response, 403, 'RequestTimeTooSkewed')
    })
    await expect(session.begin()).rejects.toMatchObject({
      code: 'ERR_VASTDB_AUTH',
      message: expect.stringMatching(/by 3(599|600|601) s/),
    })
  })
})

describe('trying again', () => {
  const rowsAnswer = (response: import('node:http').ServerResponse) => {
    response.end(INSERT_ANSWER)
    return true
  }

  it('happens when the server asks for it, writes included', async () => {
    let refusals = 2
    const { server, session } = await begin((request, response) => {
      if (!request.url.includes('rows')) return false
      return refusals-- > 0 ? fail(response, 503, 'SlowDown') : rowsAnswer(response)
    })
    const ids = await session.transaction((tx) => table(tx).insert(rows))
    expect([...ids]).toEqual([0n, 1n])
    expect(server.log.filter((line) => line.includes('rows'))).toHaveLength(3)
  })

  it('ends after ten tries', async () => {
    const { server, session } = await begin(
      (request, response) => request.url.includes('rows') && fail(response, 503, 'SlowDown'),
    )
    await expect(session.transaction((tx) => table(tx).insert(rows))).rejects.toMatchObject({ code: 'ERR_VASTDB_BUSY' })
    expect(server.log.filter((line) => line.includes('rows'))).toHaveLength(10)
  })

  it('does not happen for 503 without SlowDown', async () => {
    const { server, session } = await begin(
      (request, response) => request.url.includes('rows') && fail(response, 503, 'ServiceUnavailable'),
    )
    await expect(session.transaction((tx) => table(tx).insert(rows))).rejects.toMatchObject({ code: 'ERR_VASTDB_BUSY' })
    expect(server.log.filter((line) => line.includes('rows'))).toHaveLength(1)
  })

  it.each(['POST', 'PUT', 'DELETE'])('never happens for a %s whose connection was used', async (method) => {
    const { server, session } = await begin((request, response) => {
      if (!request.url.includes('rows')) return false
      response.destroy()
      return true
    })
    const withIds = new Table({
      $row_id: vectorFromArray([1n], new (await import('apache-arrow')).Uint64()),
      a: vectorFromArray([5n], new Int64()),
    })
    const failed = session.transaction(async (tx) => {
      if (method === 'POST') await table(tx).insert(rows)
      else if (method === 'PUT') await table(tx).update(withIds)
      else await table(tx).delete(withIds)
    })
    await expect(failed).rejects.toMatchObject({ code: 'ERR_VASTDB_CONNECT', stage: 'exchange' })
    expect(server.log).toEqual(['POST /?transaction', `${method} /b/s/t?rows`, 'DELETE /?transaction'])
  })

  it('happens for reads whose connection broke', async () => {
    let breaks = 2
    const { server, session } = await begin((request, response) => {
      if (!request.url.includes('stats') || breaks-- <= 0) return false
      response.destroy()
      return true
    })
    await session.transaction((tx) => table(tx).stats()).catch(() => {})
    expect(server.log.filter((line) => line.includes('stats'))).toHaveLength(3)
  })

  it('does not happen after a timeout', async () => {
    const { server, session } = await begin((request) => request.url.includes('stats'), { timeouts: { headersMs: 50 } })
    await expect(session.transaction((tx) => table(tx).stats())).rejects.toMatchObject({ code: 'ERR_VASTDB_TIMEOUT' })
    expect(server.log.filter((line) => line.includes('stats'))).toHaveLength(1)
  })

  it('ends when the caller aborts', async () => {
    const stop = new AbortController()
    const { session } = await begin(
      (request, response) => {
        if (!request.url.includes('stats')) return false
        stop.abort()
        return fail(response, 503, 'SlowDown')
      },
      { signal: stop.signal, retry: { baseMs: 60_000, maxTimeMs: 10_000_000 } },
    )
    await expect(session.transaction((tx) => table(tx).stats())).rejects.toMatchObject({ code: 'ERR_ABORTED' })
  })
})

describe('transactions', () => {
  it('commit when the work returns', async () => {
    const { server, session } = await begin()
    expect(await session.transaction(async (tx) => tx.id)).toBe(7n)
    expect(server.log).toEqual(['POST /?transaction', 'PUT /?transaction'])
    expect(server.seen[0]!.headers).toMatchObject({ 'tabular-txid': '0', 'content-length': '0' })
    expect(server.seen[1]!.headers).toMatchObject({ 'tabular-txid': '7', 'tabular-api-version-id': '1' })
  })

  it('roll back when the work throws, and keep its error even when that fails', async () => {
    const { server, session } = await begin(
      (request, response) => request.method === 'DELETE' && fail(response, 500, 'InternalError'),
    )
    const failed = session.transaction(async () => {
      throw new RangeError('mine')
    })
    await expect(failed).rejects.toThrow(new RangeError('mine'))
    expect(server.log).toEqual(['POST /?transaction', 'DELETE /?transaction'])
  })

  it('may be ended by hand, once', async () => {
    const { server, session } = await begin()
    const tx = await session.begin()
    await tx.commit()
    await expect(tx.commit()).rejects.toMatchObject({ code: 'ERR_VASTDB_TRANSACTION' })
    await expect(table(tx).stats()).rejects.toMatchObject({ code: 'ERR_VASTDB_TRANSACTION' })
    await session.transaction((each) => each.rollback())
    expect(server.log).toEqual([
      'POST /?transaction',
      'PUT /?transaction',
      'POST /?transaction',
      'DELETE /?transaction',
    ])
  })

  it('end with their session', async () => {
    const { session } = await begin()
    const tx = await session.begin()
    await session.close()
    await expect(table(tx).stats()).rejects.toMatchObject({ code: 'ERR_VASTDB_TRANSACTION' })
    await expect(tx.commit()).rejects.toMatchObject({ code: 'ERR_VASTDB_TRANSACTION' })
  })

  it('need an id from the server', async () => {
    const { session } = await begin((request, response) => {
      if (request.method !== 'POST') return false
      response.end()
      return true
    })
    await expect(session.begin()).rejects.toMatchObject({ code: 'ERR_VASTDB_PROTOCOL' })
  })

  it('are kept alive while they are open', async () => {
    const { server, session } = await begin(undefined, { keepAliveMs: 5 })
    await session.transaction(async () => {
      while (server.log.filter((line) => line === 'GET /?transaction').length < 2)
        await new Promise((resolve) => setTimeout(resolve, 5))
    })
    expect(server.seen.find(({ method }) => method === 'GET')!.headers['tabular-txid']).toBe('7')
  })
})

describe('a commit whose answer was lost', () => {
  /** `look` answers look-ups by id. */
  const losing =
    (look: (id: string) => number): Handler =>
    (request, response) => {
      if (request.url !== '/?transaction') return false
      if (request.method === 'PUT') {
        response.destroy()
        return true
      }
      if (request.method !== 'GET') return false
      response.statusCode = look(String(request.headers['tabular-txid']))
      response.end(response.statusCode === 200 ? '' : errorXml('NoSuchTransaction', 'no'))
      return true
    }
  const puts = (server: ScriptedServer) => server.log.filter((line) => line.startsWith('PUT'))

  it('is rolled back when the transaction turns out to be open', async () => {
    const { server, session } = await begin(losing((id) => (id === '7' ? 200 : 404)))
    await expect(session.transaction(async () => {})).rejects.toMatchObject({ code: 'ERR_VASTDB_CONNECT' })
    expect(server.log.at(-1)).toBe('DELETE /?transaction')
    expect(puts(server)).toHaveLength(1)
  })

  it('is reported as unknown when the transaction is over', async () => {
    const { server, session } = await begin(losing(() => 404))
    await expect(session.transaction(async () => {})).rejects.toMatchObject({ code: 'ERR_VASTDB_COMMIT_UNKNOWN' })
    expect(puts(server)).toHaveLength(1)
  })

  it('is not believed open by a server that says so of any id', async () => {
    const { server, session } = await begin(losing(() => 200))
    await expect(session.transaction(async () => {})).rejects.toMatchObject({ code: 'ERR_VASTDB_COMMIT_UNKNOWN' })
    expect(server.log).not.toContain('DELETE /?transaction')
  })

  it('is settled by the caller’s own look at the data', async () => {
    const { session } = await begin(losing(() => 404))
    const seen: bigint[] = []
    const committed = async (tx: { id: bigint }) => seen.push(tx.id) > 0
    expect(await session.transaction(async () => 'done', { committed })).toBe('done')
    expect(seen).toEqual([7n])
    const absent = session.transaction(async () => 'done', { committed: async () => false })
    await expect(absent).rejects.toMatchObject({ code: 'ERR_VASTDB_TRANSACTION' })
  })

  it('stays unknown when the look fails', async () => {
    const { session } = await begin(losing(() => 404))
    const committed = async () => {
      throw new Error('cannot look')
    }
    await expect(session.transaction(async () => {}, { committed })).rejects.toMatchObject({
      code: 'ERR_VASTDB_COMMIT_UNKNOWN',
    })
  })
})
