import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pLimit from 'p-limit'
import { Pool } from 'undici'
import { projectRoot } from '../../test/paths.ts'
import type { MemoryCgroup } from './memory-cgroup.ts'
import { POISON_KEYS } from './poison-frames.ts'
import { freePort } from './process.ts'

export interface LoadOptions {
  readonly cgroup: MemoryCgroup
  readonly frames: number
  readonly manifestBytes: number
  readonly concurrency: number
  /** Frames between two deliveries of the poisonous files. */
  readonly poisonEvery: number
  readonly catalog: string
}

export interface LoadResult {
  /** Answers by status, of frames and of poison. */
  readonly frameAnswers: Readonly<Record<string, number>>
  readonly poisonAnswers: Readonly<Record<string, number>>
  /** Times the server ended before it was told to. */
  readonly restarts: number
  /** Answers of `/liveness`: how many, the slowest in ms, and how many took longer than a second. */
  readonly probes: { readonly count: number; readonly slowestMs: number; readonly late: number }
  readonly peakBytes: number
  readonly seconds: number
}

/**
 * Runs `exr-inspector serve` in a control group, sends it upload events of frames with large manifests and of poisonous
 * files, and probes `/liveness` all the while. An event that is answered 503 is sent again, as the platform does.
 */
export async function loadFunction(options: LoadOptions): Promise<LoadResult> {
  const [store, endpoint] = await startStore(options.manifestBytes)
  const port = await freePort()
  let restarts = 0
  let server = serve(options, port, endpoint)
  const url = `http://127.0.0.1:${port}`
  const client = new Pool(url, { connections: options.concurrency + 1, headersTimeout: 0, bodyTimeout: 0 })
  try {
    await until(() => answers(`${url}/readiness`))
    const watch = setInterval(() => {
      if (server.exitCode === null && server.signalCode === null) return
      restarts++
      server = serve(options, port, endpoint)
    }, 100)
    const probing = probe(url)
    const started = performance.now()
    const frameAnswers: Record<string, number> = {}
    const poisonAnswers: Record<string, number> = {}
    const jobs = Array.from({ length: options.frames }, (_, frame) => [
      ...(frame % options.poisonEvery === options.poisonEvery - 1 ? POISON_KEYS : []),
      `frame.${frame}.exr`,
    ]).flat()
    const limit = pLimit(options.concurrency)
    await limit.map(jobs, async (key) => {
      const counts = key.startsWith('poison/') ? poisonAnswers : frameAnswers
      for (let delivery = 0; delivery < 5; delivery++) {
        const status = await send(client, key, delivery).catch(() => 'cut')
        counts[status] = (counts[status] ?? 0) + 1
        if (status === 204) return
        await sleep(1_000)
      }
    })
    const seconds = (performance.now() - started) / 1000
    clearInterval(watch)
    const probes = await probing.stop()
    return {
      frameAnswers,
      poisonAnswers,
      restarts,
      probes,
      peakBytes: options.cgroup.peakBytes(),
      seconds,
    }
  } finally {
    await client.destroy()
    await end(server)
    await end(store)
  }
}

async function startStore(manifestBytes: number): Promise<[ChildProcess, string]> {
  const main = join(projectRoot, 'scripts/servers/static-s3-main.ts')
  const store = spawn(process.execPath, ['--import', 'tsx', main, String(manifestBytes)], {
    cwd: projectRoot,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const endpoint = await new Promise<string>((resolve, reject) => {
    store.once('exit', (code) => reject(new Error(`the store ended with ${code}`)))
    store.stdout?.once('data', (line: Buffer) => resolve(line.toString().trim()))
  })
  return [store, endpoint]
}

function serve({ cgroup, catalog }: LoadOptions, port: number, endpoint: string): ChildProcess {
  const program = [process.execPath, join(projectRoot, 'dist/cli/main.js'), 'serve']
  return spawn('/bin/sh', ['-c', 'echo $$ > "$0" && exec "$@"', cgroup.procsFile, ...program], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env,
      HOST: '127.0.0.1',
      PORT: String(port),
      VAST_LOG_LEVEL: 'CRITICAL',
      EXR_CATALOG: catalog,
      S3_ENDPOINT: endpoint,
      S3_ACCESS_KEY: 'test',
      S3_SECRET_KEY: 'test',
    },
  })
}

async function send(client: Pool, key: string, delivery: number): Promise<number> {
  const record = { eventName: 'ObjectCreated:Put', s3: { bucket: { name: 'plates' }, object: { key } } }
  const { statusCode, body } = await client.request({
    method: 'POST',
    path: '/',
    headers: {
      'content-type': 'application/json',
      'ce-specversion': '1.0',
      'ce-type': 'vastdata.com:Element.ElementCreated',
      'ce-id': `${key}#${delivery}`,
      'ce-source': 'vastdata.com:load.1',
      'ce-elementpath': `plates/${key}`,
    },
    body: JSON.stringify({ Records: [record] }),
  })
  const text = await body.text()
  if (statusCode !== 204 && process.env['EXR_LOAD_VERBOSE']) console.warn(key, statusCode, text)
  return statusCode
}

/** Asks `/liveness` four times a second, on a connection of its own each time, as a kubelet does. */
function probe(url: string) {
  let [count, late, slowestMs, stopped] = [0, 0, 0, false]
  const loop = (async () => {
    while (!stopped) {
      const started = performance.now()
      const ok = await answers(`${url}/liveness`)
      const ms = performance.now() - started
      count++
      slowestMs = Math.max(slowestMs, ms)
      if (!ok || ms > 1_000) late++
      await sleep(250)
    }
  })()
  return {
    async stop() {
      stopped = true
      await loop
      return { count, late, slowestMs }
    },
  }
}

async function answers(url: string): Promise<boolean> {
  return fetch(url, { headers: { connection: 'close' } }).then(
    (answer) => answer.ok,
    () => false,
  )
}

async function until(isDone: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if (await isDone()) return
    await sleep(100)
  }
  throw new Error('the function did not become ready within a minute')
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  const killer = setTimeout(() => child.kill('SIGKILL'), 30_000)
  await ended
  clearTimeout(killer)
}
