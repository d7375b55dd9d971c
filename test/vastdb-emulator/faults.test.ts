import { describe, expect, it } from 'vitest'
import { FaultSource, parseFaultRule } from '../../src/vastdb-emulator/faults.ts'
import type { RecordedRequest } from '../../src/vastdb-emulator/index.ts'
import { int64Query, ipc, type RawClient } from './raw-client.ts'
import { createTable, integers, setup } from './setup.ts'

const fault = (name: string) => ({ headers: { 'x-emulator-fault': name } })

async function schemaNames(raw: RawClient): Promise<string> {
  return (await raw('GET', '/vastdb?schema')).body.toString('latin1')
}

describe('faults asked for by header', () => {
  it('refuse with SlowDown and do nothing', async () => {
    const { raw } = await setup()
    expect(await raw('POST', '/vastdb/one?schema', fault('slow-down'))).toMatchObject({ status: 503, code: 'SlowDown' })
    expect(await schemaNames(raw)).not.toContain('one')
  })

  it('reset the connection before the work', async () => {
    const { raw } = await setup()
    await expect(raw('POST', '/vastdb/two?schema', fault('reset-before'))).rejects.toThrow()
    expect(await schemaNames(raw)).not.toContain('two')
  })

  it('reset the connection after the work', async () => {
    const { raw } = await setup()
    await expect(raw('POST', '/vastdb/three?schema', fault('latency=1, reset-after'))).rejects.toThrow()
    expect(await schemaNames(raw)).toContain('three')
  })

  it('cut the answer after so many bytes, streamed or not', async () => {
    const { raw, session } = await setup()
    await createTable(session, 't', integers({ a: Array.from({ length: 50_000 }, (_, i) => i) }))
    const query = { body: int64Query(['a']), headers: { 'tabular-start-row-id-0': '0,0' } }
    const whole = (await raw('GET', '/vastdb/s/t?data', query)).body
    let seen = Buffer.alloc(0)
    const cut = raw('GET', '/vastdb/s/t?data', {
      body: query.body,
      headers: { ...query.headers, 'x-emulator-fault': 'cut=100000' },
      onResponse: (response) => {
        response.on('data', (part: Buffer) => {
          seen = Buffer.concat([seen, part])
        })
      },
    })
    await expect(cut).rejects.toThrow()
    expect(seen).toEqual(whole.subarray(0, 100_000))
    await expect(
      raw('POST', '/vastdb/s/t?rows', { body: ipc(integers({ a: [1] })), ...fault('cut=10') }),
    ).rejects.toThrow()
    expect((await raw('GET', '/vastdb/s/t?stats', fault('cut=1000000'))).status).toBe(200)
  })

  it('refuse faults they do not know', async () => {
    const { raw } = await setup()
    for (const name of ['explode', 'cut', 'cut=x', 'slow-down=1']) {
      expect(await raw('GET', '/vastdb?schema', fault(name))).toMatchObject({ status: 400 })
    }
  })
})

describe('faults by rule', () => {
  it('strike only the commands they name, until they are replaced', async () => {
    const { emulator, raw } = await setup({ faults: [parseFaultRule('slow-down@schema,rows')] })
    expect(await raw('GET', '/vastdb?schema')).toMatchObject({ status: 503 })
    expect(await raw('HEAD', '/vastdb')).toMatchObject({ status: 200 })
    emulator.setFaults([])
    expect(await raw('GET', '/vastdb?schema')).toMatchObject({ status: 200 })
  })

  it('strike their share of requests, the same ones for the same seed', () => {
    const draws = (seed: number) => {
      const source = new FaultSource([{ fault: { kind: 'slow-down' }, probability: 0.2 }], seed)
      return Array.from({ length: 5000 }, () => source.draw('rows').length)
    }
    const share = draws(7).reduce((sum, count) => sum + count, 0) / 5000
    expect(share).toBeGreaterThan(0.17)
    expect(share).toBeLessThan(0.23)
    expect(draws(7)).toEqual(draws(7))
    expect(draws(7)).not.toEqual(draws(8))
  })

  it('are written as fault, share and commands', () => {
    expect(parseFaultRule('cut=1000:0.05@data,rows')).toEqual({
      fault: { kind: 'cut', bytes: 1000 },
      probability: 0.05,
      commands: ['data', 'rows'],
    })
    expect(parseFaultRule('reset-after')).toEqual({ fault: { kind: 'reset-after' }, probability: 1 })
    for (const text of ['', 'boom', 'cut', 'slow-down:2', 'slow-down:', 'latency=-1', 'slow-down@ROWS']) {
      expect(() => parseFaultRule(text), text).toThrow(expect.objectContaining({ code: 'ERR_OPTION_INVALID' }))
    }
  })
})

it('records requests as they came, without what proves the key', async () => {
  const seen: RecordedRequest[] = []
  const { raw } = await setup({ onRequest: (request) => seen.push(request) })
  seen.length = 0
  await raw('POST', '/vastdb/named?schema', { tx: '0', body: Uint8Array.of() })
  await raw('GET', '/vastdb/nowhere?table', { tx: '0' })
  expect(seen.map(({ method, url, status }) => `${method} ${url} ${status}`)).toEqual([
    'POST /vastdb/named?schema 200',
    'GET /vastdb/nowhere?table 404',
  ])
  expect(seen[0]!.headers['tabular-txid']).toBe('0')
  expect(seen[0]!.headers['authorization']).toMatch(/^AWS4-HMAC-SHA256 Credential=test\/.*, Signature=\*\*\*$/)
  expect(JSON.stringify(seen)).not.toMatch(/[Ss]ignature=[0-9a-f]/)
})
