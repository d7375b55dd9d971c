import type { ChildProcess } from 'node:child_process'
import { cpSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Catalog } from '../../src/catalog/catalog.ts'
import { openCatalog } from '../../src/catalog/open.ts'
import { plainRows } from '../../src/catalog/vast/rows.ts'
import { mergeCatalogs } from '../../src/exchange/merge.ts'
import { connect } from '../../src/vastdb/index.ts'
import { runCli } from '../cli/run-cli.ts'
import { tempDir } from '../helpers.ts'
import { sequence } from './records.ts'
import { emulator, openAt, URL as VAST_URL } from './vast/place.ts'

const DAY = 86_400_000_000n
const ago = (days: number) => BigInt(Date.now()) * 1000n - BigInt(days) * DAY

/** A catalog that commands are run on, each in a process of its own. */
interface Place {
  /**
   * Runs the command line. Given a moment, the process gets the signal when it has asked the catalog for the `at`-th thing.
   * Resolves to the number of things it asked for.
   */
  run(args: readonly string[], moment?: { readonly signal: NodeJS.Signals; readonly at: number }): Promise<number>
  /** Tables by name, rows as sorted texts: all but the account of who wrote them and when they were migrated. */
  contents(): Promise<Readonly<Record<string, readonly string[]>>>
  open(): Promise<Catalog>
  close(): Promise<void>
}

const NOT_COMPARED = ['ledger', 'schema_migrations']
const SIGNALS = ['SIGKILL', 'SIGINT'] as const
const folder = tempDir()
const SHARD = join(folder, 'shard.duckdb')
const FULL = join(folder, 'full.duckdb')
const CLUSTER = join(folder, 'cluster')
let copies = 0

beforeAll(async () => {
  const full = await openCatalog(FULL)
  const value = { name: 'manifest', type: 'string', value: 'x'.repeat(100_000), source: 'exr' } as const
  for (const header of ['one', 'two']) {
    await full.upsert(sequence('/mnt/old', 3, { header, inspectedAtUs: ago(200), attributes: [value] }), 'run')
  }
  await full.upsert(sequence('/mnt/old', 3, { header: 'three', inspectedAtUs: ago(100) }), 'run')
  const gone = sequence('/mnt/gone', 3, { inspectedAtUs: ago(300) })
  await full.upsert(gone, 'run')
  await full.markRemoved(
    gone.map(({ payload }) => payload.file.path),
    ago(200),
  )
  await full.upsert(sequence('/mnt/kept', 3), 'run')
  const shard = await openCatalog(SHARD)
  await shard.upsert(sequence('/mnt/kept', 5, { inspectedAtUs: ago(1) }), 'shard')
  await shard.upsert(sequence('/mnt/old', 2, { header: 'four', inspectedAtUs: ago(1) }), 'shard')
  await shard.close()
  const server = await emulator({ dataDirectory: CLUSTER })
  const vast = await openAt(server)
  await mergeCatalogs(vast, [full])
  await vast.close()
  await server.close()
  await full.close()
})

async function embedded(): Promise<Place> {
  const path = join(folder, `copy-${copies++}.duckdb`)
  for (const end of ['', '.values']) if (existsSync(FULL + end)) cpSync(FULL + end, path + end)
  return {
    async run(args, { signal, at } = { signal: 'SIGKILL', at: 0 }) {
      const preload = new URL('signal-at.mjs', import.meta.url).href
      const env = { EXR_TEST_AT: String(at), EXR_TEST_SIGNAL: signal }
      const { stderr } = await runCli([...args, '--catalog', path], { nodeFlags: ['--import', preload], env })
      return Number(/statements: (\d+)/.exec(stderr)?.[1] ?? at)
    },
    async contents() {
      const instance = await DuckDBInstance.create(path)
      const connection = await instance.connect()
      const rows = async (sql: string) => (await connection.runAndReadAll(sql)).getRows()
      const found: Record<string, readonly string[]> = {}
      for (const [name] of await rows('SELECT table_name FROM duckdb_tables() ORDER BY 1')) {
        if (NOT_COMPARED.includes(String(name))) continue
        found[String(name)] = (await rows(`SELECT t::VARCHAR FROM ${name} t ORDER BY 1`)).map(String)
      }
      connection.closeSync()
      instance.closeSync()
      return found
    },
    open: () => openCatalog(path, { migrate: false }),
    close: async () => {},
  }
}

async function inVast(): Promise<Place> {
  let child: ChildProcess | null = null
  let [requests, at, signal]: [number, number, NodeJS.Signals] = [0, 0, 'SIGKILL']
  const dataDirectory = join(folder, `cluster-${copies++}`)
  cpSync(CLUSTER, dataDirectory, { recursive: true })
  const onRequest = () => {
    if (child !== null && ++requests === at) child.kill(signal)
  }
  const start = () => emulator({ dataDirectory, onRequest })
  let server = await start()
  const KEYS = { accessKey: 'test', secretKey: 'test' }
  return {
    async run(args, moment = { signal: 'SIGKILL', at: 0 }) {
      ;({ at, signal } = moment)
      requests = 0
      const env = { VAST_DB_ENDPOINT: server.endpoint, VAST_DB_ACCESS_KEY: 'test', VAST_DB_SECRET_KEY: 'test' }
      const onStart = (started: ChildProcess) => {
        child = started
      }
      await runCli([...args, '--catalog', VAST_URL], { env, onStart })
      child = null
      if (at > 0 && signal === 'SIGKILL') {
        // The transaction of a process that was killed is in the way of others until the server ends it, some minutes later.
        await server.close()
        server = await start()
      }
      return requests
    },
    async contents() {
      const session = await connect({ endpoint: server.endpoint, ...KEYS })
      const text = (_key: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value)
      try {
        return await session.transaction(async (tx) => {
          const found: Record<string, readonly string[]> = {}
          const schema = tx.bucket('vastdb').schema('exr_metadata')
          for (const { name } of await schema.tables()) {
            if (NOT_COMPARED.includes(name)) continue
            const rows: string[] = []
            for await (const batch of schema.table(name).select()) {
              for (const row of plainRows(batch)) rows.push(JSON.stringify(row, text))
            }
            found[name] = rows.sort()
          }
          return found
        })
      } finally {
        await session.close()
      }
    },
    open: () => openAt(server, { migrate: false }),
    close: () => server.close(),
  }
}

const opened: Place[] = []
afterEach(async () => {
  for (const place of opened.splice(0)) await place.close()
})

describe.each([
  ['embedded catalog', embedded],
  ['VAST DataBase', inVast],
])('cancelled in a process of its own, in an %s', (_name, make) => {
  async function placed(): Promise<Place> {
    const place = await make()
    opened.push(place)
    return place
  }

  /** Ends the command at one moment with each signal; afterwards the catalog is what it was before, or done. */
  async function cancel(place: Place, args: readonly string[], things: number, after: unknown) {
    for (const signal of SIGNALS) {
      const before = await place.contents()
      const at = 1 + Math.floor(Math.random() * things)
      await place.run(args, { signal, at })
      const found = await place.contents()
      // The last things a command asks for come after it is done.
      const isDone = isDeepStrictEqual(found, after)
      if (!isDone) expect(found, `${signal} at ${at} of ${things}`).toEqual(before)
    }
  }

  async function expectWhole(place: Place): Promise<void> {
    const catalog = await place.open()
    expect((await catalog.verify()).checks.filter(({ violations }) => violations > 0)).toEqual([])
    await catalog.close()
  }

  it('retention leaves everything as it was', async () => {
    const args = ['retention', '--keep', '90d']
    const [whole, place] = [await placed(), await placed()]
    const things = await whole.run(args)
    await cancel(place, args, things, await whole.contents())
    await expectWhole(place)
  })

  it('a merge leaves a whole catalog, and is completed by doing it again', async () => {
    const args = ['catalog', 'merge', SHARD]
    const [whole, place] = [await placed(), await placed()]
    const things = await whole.run(args)
    for (const signal of SIGNALS) {
      await place.run(args, { signal, at: 1 + Math.floor(Math.random() * things) })
      await expectWhole(place)
    }
    await place.run(args)
    expect(await place.contents()).toEqual(await whole.contents())
    await expectWhole(place)
  })

  it('a migration leaves everything as it was, on the way forward and on the way back', async () => {
    const [forward, back] = [
      ['catalog', 'migrate'],
      ['catalog', 'migrate', '--to', '15'],
    ]
    const place = await placed()
    const thingsBack = await place.run(back)
    const behind = await place.contents()
    const things = await place.run(forward)
    const after = await place.contents()
    await cancel(place, back, thingsBack, behind)
    await place.run(back)
    await cancel(place, forward, things, after)
    await place.run(forward)
    expect(await place.contents()).toEqual(after)
    await expectWhole(place)
  })
})
