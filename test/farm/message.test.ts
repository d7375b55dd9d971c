import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { deadLetter } from '../../src/farm/dead-letters.ts'
import { openDispatchState } from '../../src/farm/dispatch-state.ts'
import { readMessage } from '../../src/farm/message.ts'
import { kafkaSettings } from '../../src/settings/kafka.ts'

const message = (value: unknown, headers: Record<string, string> = {}) => ({
  value: value === null ? null : Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)),
  headers: new Map(Object.entries(headers)),
})
const record = (key: string, eventName = 's3:ObjectCreated:Put') => ({
  eventName,
  eventTime: '2026-10-01T08:30:00.000Z',
  s3: { bucket: { name: 'plates' }, object: { key, size: '12', sequencer: '0a' } },
})
const envelope = {
  specversion: '1.0',
  id: '1',
  type: 'vastdata.com:Element.ElementCreated',
  source: 'vastdata.com:t.1',
}
const object = (key: string) => ({ kind: 'object', bucket: 'plates', keys: [key] })

describe('the work in a message', () => {
  it('is in S3 notifications, removals included', () => {
    const { works, poison } = readMessage(
      message({ Records: [record('a.1.exr'), record('b.exr', 's3:ObjectRemoved:Delete'), record('c.txt')] }),
      [],
    )
    expect(poison).toBeNull()
    expect(works).toMatchObject([
      { kind: 'inspect', target: object('a.1.exr'), sequencer: '0a' },
      { kind: 'remove', target: object('b.exr') },
      { kind: 'skip' },
    ])
  })

  it('is in DataEngine events, structured and with attributes as headers of the message', () => {
    const data = { Records: [record('a.1.exr')] }
    const binary = {
      ce_specversion: '1.0',
      ce_id: '1',
      ce_type: envelope.type,
      ce_source: 's',
      ce_elementpath: 'plates/x.exr',
    }
    for (const each of [message({ ...envelope, data }), message(data, binary)]) {
      expect(readMessage(each, [])).toMatchObject({ poison: null, works: [{ kind: 'inspect' }] })
    }
    expect(readMessage(message({}, binary), []).works).toMatchObject([{ target: object('x.exr') }])
  })

  it('is in our own lists', () => {
    expect(readMessage(message({ path: '/show/a.1001.exr' }), [])).toMatchObject({
      poison: null,
      works: [{ kind: 'inspect', target: { kind: 'path', path: '/show/a.1001.exr' } }],
    })
    expect(readMessage(message({ path: 's3://plates/a.exr' }), []).works).toMatchObject([{ target: object('a.exr') }])
    expect(readMessage(message(null), [])).toEqual({ works: [], poison: null })
  })

  it('is done as far as it can be, and the rest has a reason', () => {
    const good = { ...envelope, data: { path: '/a.exr' } }
    const batch = { 'content-type': 'application/cloudevents-batch+json' }
    const part = readMessage(message([good, { ...good, id: undefined }], batch), [])
    expect(part.works).toHaveLength(1)
    expect(part.poison?.message).toContain('entry 1 is an event without id')
    for (const poison of ['{"path"', '[[['.repeat(40), { path: 'relative.exr' }]) {
      expect(readMessage(message(poison), [])).toMatchObject({ works: [], poison: { code: 'ERR_EVENT_INVALID' } })
    }
    const many = { Records: Array.from({ length: 1_001 }, (_, index) => record(`${index}.exr`)) }
    expect(readMessage(message(many), []).poison?.message).toContain('1001 objects, more than 1000')
  })

  it('stays below the places that were named', () => {
    const below = ['/show/a', 's3://plates/in/']
    const named = (path: string) => readMessage(message({ path }), below)
    for (const path of ['/show/a/x.exr', 'file:///show/a/x.exr', 's3://plates/in/x.exr'])
      expect(named(path)).toMatchObject({ poison: null, works: [{ kind: 'inspect' }] })
    for (const path of [
      '/show/ab/x.exr',
      '/show/a/../b/x.exr',
      'file:///show/a/%2e%2e/b/x.exr',
      's3://plates/x.exr',
      's3://other/in/x.exr',
    ])
      expect(named(path)).toMatchObject({ works: [], poison: { code: 'ERR_EVENT_INVALID' } })
  })

  it('that can never be done keeps its bytes and gets its reason, within what every broker takes', () => {
    const reason = { code: 'ERR_EVENT_INVALID', message: 'no JSON', details: {} } as const
    const bad = { ...message('{', { ce_id: '7' }), key: Buffer.from('k'), partition: 3, offset: 9n }
    const letter = deadLetter({ message: bad, reason }, 'exr')
    expect(letter).toMatchObject({ key: bad.key, value: bad.value })
    expect(Object.fromEntries([...letter.headers!].map(([name, value]) => [name, String(value)]))).toEqual({
      ce_id: '7',
      exr_code: 'ERR_EVENT_INVALID',
      exr_reason: 'no JSON',
      exr_topic: 'exr',
      exr_partition: '3',
      exr_offset: '9',
    })
    const long = deadLetter({ message: { ...bad, value: Buffer.alloc(126_001) }, reason }, 'exr')
    expect(long.value).toHaveLength(100_000)
    expect(String(long.headers!.get('exr_cut'))).toBe('126001')
  })
})

describe('what a dispatch remembers', () => {
  const folder = mkdtempSync(join(tmpdir(), 'dispatch-state-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const files = (name: string, size = 1) => ({
    directory: '/show',
    names: [name],
    sizes: Float64Array.of(size),
    mtimesUs: BigInt64Array.of(1n),
    etags: null,
  })

  it('is a folder as it was, whatever ended the run, for one topic', () => {
    const path = join(folder, 'state')
    const first = openDispatchState(path, 'exr')
    first.add(files('a.exr'))
    first.add(files('b.exr'))
    first.close()
    writeFileSync(path, readFileSync(path).subarray(0, -5))
    const again = openDispatchState(path, 'exr')
    expect([files('a.exr'), files('a.exr', 2), files('b.exr')].map(again.has)).toEqual([true, false, false])
    again.add(files('b.exr'))
    again.close()
    expect(openDispatchState(path, 'exr').has(files('b.exr'))).toBe(true)
    expect(() => openDispatchState(path, 'other')).toThrow(/is one of topic exr/)
    writeFileSync(path, 'a list\n')
    expect(() => openDispatchState(path, 'exr')).toThrow(/is another file/)
  })
})

describe('how a broker is reached', () => {
  const settings = (env: Record<string, string>, flag?: string) => kafkaSettings((name) => env[name], flag)

  it('is read from the environment, the flag first', () => {
    expect(settings({ EXR_KAFKA_BROKERS: 'a:1, [::1]:2' })).toEqual({
      brokers: ['a:1', '[::1]:2'],
      tls: null,
      sasl: null,
    })
    expect(settings({ EXR_KAFKA_BROKERS: 'a:1', EXR_KAFKA_TLS: 'yes' }, 'b:2')).toMatchObject({
      brokers: ['b:2'],
      tls: { ca: null },
    })
    for (const bad of ['', 'host', 'http://host:1', 'user@host:1']) expect(() => settings({}, bad)).toThrow('--brokers')
    expect(() => settings({ EXR_KAFKA_SASL: 'GSSAPI' }, 'a:1')).toThrow('EXR_KAFKA_SASL')
  })

  it('sends no password that others can read', () => {
    const env = { EXR_KAFKA_USERNAME: 'u', EXR_KAFKA_PASSWORD: 'secret' }
    expect(() => settings(env, 'far:9092')).toThrow(/EXR_KAFKA_TLS/)
    expect(settings(env, '127.0.0.1:9092').sasl).toMatchObject({ mechanism: 'PLAIN', password: 'secret' })
    expect(settings({ ...env, EXR_KAFKA_TLS: 'true' }, 'far:9092').tls).not.toBeNull()
    expect(settings({ ...env, EXR_KAFKA_SASL: 'SCRAM-SHA-512' }, 'far:9092').sasl?.username).toBe('u')
  })
})
