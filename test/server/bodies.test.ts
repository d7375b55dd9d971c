import { request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { silentLogger } from '../../src/log.ts'
import { createServer, type FunctionServer, functionSettings } from '../../src/server/index.ts'

const KIB = 1024
let server: FunctionServer
let port = 0

/** A mebibyte for all work: 128 KiB of it for bodies of 32 KiB at most, 128 KiB for what they become. */
beforeEach(async () => {
  const env = {
    HOST: '127.0.0.1',
    PORT: '0',
    EXR_MEMORY_BUDGET: '1M',
    EXR_MAX_BODY_BYTES: '32K',
    EXR_DEADLINE_MS: '60000',
  }
  const nothing = { get: () => undefined, bySecret: {} }
  server = await createServer(functionSettings({ ...env, EXR_REQUEST_TIMEOUT_MS: '60000' }, nothing), silentLogger)
  await server.listen()
  port = (server.app.server.address() as AddressInfo).port
})
afterEach(() => server.close())

/** A request that says how long its body is and sends none of it yet. */
function open(bytes: number) {
  const headers = { 'content-type': 'application/json', 'content-length': bytes }
  const sent = request({ host: '127.0.0.1', port, method: 'POST', headers, agent: false })
  const status = new Promise<number>((resolve, reject) => {
    sent.on('response', (response) => resolve(response.resume().statusCode ?? 0)).on('error', reject)
  })
  status.catch(() => {})
  sent.flushHeaders()
  return { sent, status }
}

async function reserved(): Promise<number> {
  const page = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  return Number(/^exr_body_reserved_bytes (\d+)$/m.exec(page)?.[1])
}
async function until(bytes: number) {
  while ((await reserved()) !== bytes) await new Promise((resolve) => setTimeout(resolve, 5))
}

it('takes no more bodies at once than there is memory for, and the next when one is gone', async () => {
  const first = Array.from({ length: 4 }, () => open(32 * KIB))
  await until(128 * KIB)
  let isAnswered = false
  const next = open(32 * KIB)
  next.status.then(() => {
    isAnswered = true
  })
  next.sent.end('{}'.padEnd(32 * KIB))
  // Who brings no body does not stand behind it.
  for (let asked = 0; asked < 20; asked++) expect(await reserved()).toBe(128 * KIB)
  expect(isAnswered).toBe(false)
  for (const { sent } of first) sent.destroy()
  expect(await next.status).toBe(204)
  await until(0)
})

it('reserves for what bodies become too, and lets all of them through in the end', async () => {
  // Four fill the half for bytes, and each becomes more than the other half holds: one after the other.
  const bodies = Array.from({ length: 4 }, () => open(32 * KIB))
  await until(128 * KIB)
  for (const { sent } of bodies) sent.end(`{"a":[${'{},'.repeat(9_000)}{}]}`.padEnd(32 * KIB))
  expect(await Promise.all(bodies.map(({ status }) => status))).toEqual([204, 204, 204, 204])
  await until(0)
})

it('counts a body of unknown length as the largest', async () => {
  const headers = { 'content-type': 'application/json', 'transfer-encoding': 'chunked' }
  const sent = request({ host: '127.0.0.1', port, method: 'POST', headers, agent: false }).on('error', () => {})
  sent.write('{')
  await until(32 * KIB)
  sent.destroy()
  await until(0)
})
