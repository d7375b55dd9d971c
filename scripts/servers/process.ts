import { type ChildProcess, spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** A server process of ours on loopback. */
export interface RunningServer {
  readonly endpoint: string
  readonly pid?: number | undefined
  close(): Promise<void>
}

/** A port that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}

/** Starts a program and waits until its endpoint answers anything at all over HTTP, or `answers` says that it is up. */
export async function startServer(
  command: string,
  args: readonly string[],
  endpoint: string,
  env: NodeJS.ProcessEnv = {},
  answers: () => Promise<boolean> = () => answersHttp(endpoint),
): Promise<RunningServer> {
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, ...env } })
  let complaint = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk.toString()).slice(-2_000)
  })
  for (let tries = 0; tries < START_TRIES; tries++) {
    if (child.exitCode !== null) throw new Error(`${command} ended with ${child.exitCode}: ${complaint}`)
    if (await answers()) return { endpoint, pid: child.pid, close: () => stop(child) }
    await sleep(100)
  }
  await stop(child)
  throw new Error(`${command} did not answer at ${endpoint} within ${START_TRIES / 10} s: ${complaint}`)
}

/** A Java server on a busy machine takes a minute. */
const START_TRIES = 1_200

function answersHttp(endpoint: string): Promise<boolean> {
  return fetch(endpoint).then(
    () => true,
    () => false,
  )
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  const killer = setTimeout(() => child.kill('SIGKILL'), 5_000)
  await ended
  clearTimeout(killer)
}
