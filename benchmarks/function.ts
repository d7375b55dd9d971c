// How many upload events a second does the function take, with object store and catalog on the same machine?
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pLimit from 'p-limit'
import { Pool } from 'undici'
import { freePort } from '../scripts/servers/process.ts'
import { S3_TEST_KEYS } from '../scripts/servers/s3.ts'
import { farmDir, farmFamilies } from '../test/paths.ts'
import { check, cli, type Outcome, quantile, type Row, row, withFolder } from './frame.ts'
import { BENCH_BUCKET, type Store, startStore, upload } from './object-store.ts'

const EVENTS = Number(process.env['EXR_BENCH_EVENTS'] ?? 20_000)
const IN_FLIGHT = 64

export function run(): Promise<Outcome> {
  return withFolder(async (folder) => {
    const store = await startStore(folder)
    try {
      const frames = farmFamilies().flatMap(({ files }) => files)
      await upload(
        store,
        frames.map((file) => ({ key: file, path: join(farmDir(), file) })),
      )
      const rows = [
        ...(await measure(store, frames, 'DuckDB', { EXR_CATALOG: join(folder, 'function.duckdb') })),
        ...(await withEmulator((env) => measure(store, frames, 'VAST emulator', env))),
      ]
      return {
        input: { events: EVENTS, objects: frames.length, inFlight: IN_FLIGHT, server: store.name },
        rows,
        leavesOut: [
          'a network, and cores of their own: object store, catalog, function and sender share this machine',
          'most events find an object that is known already; all of them read it and commit before they are answered',
        ],
      }
    } finally {
      await store.close()
    }
  })
}

async function measure(
  store: Store,
  keys: readonly string[],
  name: string,
  env: Record<string, string>,
): Promise<Row[]> {
  const port = await freePort()
  const child = spawn(process.execPath, [cli, 'serve'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env,
      ...env,
      HOST: '127.0.0.1',
      PORT: String(port),
      VAST_LOG_LEVEL: 'ERROR',
      S3_ENDPOINT: store.endpoint,
      S3_ACCESS_KEY: S3_TEST_KEYS.accessKeyId,
      S3_SECRET_KEY: S3_TEST_KEYS.secretAccessKey,
    },
  })
  const url = `http://127.0.0.1:${port}`
  const client = new Pool(url, { connections: IN_FLIGHT })
  try {
    while (
      !(await fetch(`${url}/readiness`).then(
        (answer) => answer.ok,
        () => false,
      ))
    )
      await sleep(20)
    const latencies: number[] = []
    const memory: number[] = []
    const send = async (index: number) => {
      const started = performance.now()
      const status = await post(client, keys[index % keys.length]!, index)
      check(status === 204, `an event was answered with ${status}`)
      latencies.push(performance.now() - started)
      if (index % 1_000 === 999) memory.push(residentMiB(child.pid ?? 0))
    }
    const limit = pLimit(IN_FLIGHT)
    await limit.map(
      keys.slice(0, 200).map((_, index) => index),
      send,
    )
    latencies.length = 0
    const started = performance.now()
    await limit.map(
      Array.from({ length: EVENTS }, (_, index) => index),
      send,
    )
    const seconds = (performance.now() - started) / 1000
    const settled = quantile(memory.slice(0, Math.ceil(memory.length / 4)), 0.99)
    return [
      { name: `${name}: events`, unit: 'events/s', median: EVENTS / seconds, target: { atLeast: 300 } },
      row(`${name}: latency`, 'ms', latencies),
      { name: `${name}: memory at the end`, unit: 'MiB', median: memory.at(-1) ?? 0 },
      {
        name: `${name}: memory at the end against the first quarter`,
        unit: 'x',
        median: (memory.at(-1) ?? 0) / settled,
        target: { atMost: 1.2 },
      },
    ]
  } finally {
    await client.close()
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGTERM')
    await ended
  }
}

async function post(client: Pool, key: string, index: number): Promise<number> {
  const answer = await client.request({
    method: 'POST',
    path: '/',
    headers: {
      'content-type': 'application/json',
      'ce-specversion': '1.0',
      'ce-type': 'vastdata.com:Element.ElementCreated',
      'ce-id': String(index),
      'ce-source': 'vastdata.com:bench.1',
      'ce-subject': 'broker.topic',
      'ce-elementpath': `${BENCH_BUCKET}/${key}`,
    },
    body: JSON.stringify({
      Records: [{ eventName: 'ObjectCreated:Put', s3: { bucket: { name: BENCH_BUCKET }, object: { key } } }],
    }),
  })
  await answer.body.dump()
  return answer.statusCode
}

async function withEmulator<T>(work: (env: Record<string, string>) => Promise<T>): Promise<T> {
  const port = await freePort()
  const child = spawn(process.execPath, [cli, 'vast-emulator', '--port', String(port)], { stdio: 'ignore' })
  try {
    const endpoint = `http://127.0.0.1:${port}`
    while (
      !(await fetch(`${endpoint}/?transaction`).then(
        () => true,
        () => false,
      ))
    )
      await sleep(50)
    return await work({
      VAST_DB_ENDPOINT: endpoint,
      VAST_DB_ACCESS_KEY: 'test',
      VAST_DB_SECRET_KEY: 'test',
      VAST_DB_BUCKET: 'vastdb',
    })
  } finally {
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGTERM')
    await ended
  }
}

function residentMiB(pid: number): number {
  const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1])
  return (pages * 4096) / 2 ** 20
}
