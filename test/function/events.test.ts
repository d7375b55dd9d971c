import { describe, expect, it } from 'vitest'
import { readCloudEvents } from '../../src/function/cloud-event.ts'
import { keyCandidates } from '../../src/function/object-key.ts'
import { VastEvent } from '../../src/function/vast-event.ts'
import { planWork } from '../../src/function/work.ts'

const json = (value: unknown) => Buffer.from(JSON.stringify(value))
const record = (key: string, eventName = 'ObjectCreated:Put') => ({
  eventName,
  eventTime: '2026-10-01T08:30:00.123456Z',
  s3: { bucket: { name: 'plates' }, object: { key, size: 1_048_576, eTag: '0123456789abcdef0123456789abcdef' } },
})
const elementHeaders = {
  'content-type': 'application/json',
  'ce-specversion': '1.0',
  'ce-type': 'vastdata.com:Element.ElementCreated',
  'ce-id': '3007311000000042',
  'ce-source': 'vastdata.com:exr.in.5f0e2a10-0000-4000-8000-0000000000aa',
  'ce-subject': 'studio-broker.main.raw',
  'ce-time': '2026-10-01T08:30:00.123456Z',
  'ce-elementpath': 'plates/seq010/a.0001.exr',
  'ce-knativekafkaoffset': '1201',
  traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
}
const envelope = {
  specversion: '1.0',
  id: 'e-1',
  type: 'vastdata.com:Element.ObjectCreated',
  source: 'vastdata.com:trigger1.00000000-0000-4000-8000-000000000001',
  subject: 'vastdata.com:kafka-view.default-topic',
  elementpath: 'plates/a.exr',
  data: { Records: [record('a.exr')] },
}
const onlyEvent = (headers: Record<string, string>, body: unknown) => {
  const events = readCloudEvents(headers, json(body))
  expect(events).toHaveLength(1)
  return new VastEvent(events[0]!)
}
const object = (key: string) => ({ kind: 'object', bucket: 'plates', keys: [key] })

describe('reading events', () => {
  it('reads the binary form, with ids as text and dots in names', () => {
    const event = onlyEvent(elementHeaders, { Records: [record('seq010/a.0001.exr')] })
    expect(event).toMatchObject({
      id: '3007311000000042',
      type: 'Element',
      subtype: 'ElementCreated',
      trigger: 'exr.in',
      triggerId: '5f0e2a10-0000-4000-8000-0000000000aa',
      broker: 'studio-broker',
      topic: 'main.raw',
      partitionKey: 'plates/seq010/a.0001.exr',
    })
    expect(event.extensions).toMatchObject({ knativekafkaoffset: '1201' })
    expect(event.getTraceId()).toBe('4bf92f3577b34da6a3ce929d0e0e4736')
    expect(event.asElementEvent()).toMatchObject({ bucket: 'plates', objectKey: 'seq010/a.0001.exr' })
    expect(() => event.asScheduleEvent()).toThrow(expect.objectContaining({ code: 'ERR_EVENT_INVALID' }))
  })

  it('reads the structured form and an envelope without any header', () => {
    for (const headers of [
      { 'content-type': 'application/cloudevents+json' },
      { 'content-type': 'application/json' },
    ]) {
      const event = onlyEvent(headers, envelope)
      expect(event).toMatchObject({ id: 'e-1', broker: 'kafka-view', topic: 'default-topic', subtype: 'ObjectCreated' })
      expect(planWork(event)).toMatchObject([{ kind: 'inspect', target: object('a.exr') }])
    }
  })

  it('reads the hybrid form: headers around a body that is the whole envelope again', () => {
    const event = onlyEvent({ 'ce-specversion': '1.0', 'ce-id': 'e-1', 'ce-type': envelope.type }, envelope)
    expect(planWork(event)).toMatchObject([{ kind: 'inspect', target: object('a.exr') }])
  })

  it('keeps a body that merely looks like an envelope of another event as data', () => {
    const event = onlyEvent({ ...elementHeaders, 'ce-id': 'outer' }, envelope)
    expect(event.id).toBe('outer')
    expect(event.data).toMatchObject({ id: 'e-1' })
  })

  it('reads batches, and base64 data', () => {
    const events = readCloudEvents(
      { 'content-type': 'application/cloudevents-batch+json' },
      json([
        envelope,
        { ...envelope, id: 'e-2', data: undefined, data_base64: json({ path: 's3://b/k.exr' }).toString('base64') },
      ]),
    )
    expect(events.map(({ attributes }) => attributes['id'])).toEqual(['e-1', 'e-2'])
    expect(events[1]?.data).toEqual({ path: 's3://b/k.exr' })
  })

  it('refuses what is not JSON, nests too deep or holds too much, in linear time', () => {
    const refused = (body: Buffer) =>
      expect(() => readCloudEvents({}, body)).toThrow(expect.objectContaining({ code: 'ERR_EVENT_INVALID' }))
    refused(Buffer.from('{"path": '))
    refused(Buffer.from('['.repeat(5_000_000)))
    refused(Buffer.from(`{"a":${'['.repeat(100)}${']'.repeat(100)}}`))
    refused(json(Array.from({ length: 1_001 }, () => envelope)))
    expect(readCloudEvents({}, json({ text: '['.repeat(1_000) }))).toHaveLength(1)
    expect(readCloudEvents({}, Buffer.alloc(0))).toEqual([{ attributes: {}, data: undefined }])
  })
})

describe('planning work', () => {
  const work = (data: unknown, headers: Record<string, string> = {}) => planWork(onlyEvent(headers, data))

  it('takes plain paths with their toggles', () => {
    expect(work({ data: { path: 's3://plates/a.exr', stats: 'true', schema_version: 1 } })).toEqual([
      {
        kind: 'inspect',
        target: object('a.exr'),
        toggles: { path: 's3://plates/a.exr', stats: 'true', schema_version: 1 },
      },
    ])
    expect(work({ data: { path: '/mnt/a.exr' } })).toMatchObject([{ target: { kind: 'path', path: '/mnt/a.exr' } }])
  })

  it('takes chained function results under both spellings', () => {
    const headers = { 'ce-id': '1', 'ce-type': 'vastdata.com:Function', 'ce-source': 'vastdata.com:ingest' }
    for (const data of [
      { bucket: 'plates', key: 'a.exr' },
      { s3_bucket: 'plates', s3_key: 'a.exr' },
    ]) {
      expect(work(data, headers)).toMatchObject([{ kind: 'inspect', target: object('a.exr') }])
    }
  })

  it('takes every record once', () => {
    expect(work({ Records: [record('a.exr'), record('b.EXR'), record('a.exr')] })).toMatchObject([
      { target: object('a.exr') },
      { target: object('b.EXR') },
    ])
  })

  it('tells removals, tags, other files, timers and the test event of the command line apart', () => {
    expect(work({ Records: [record('a.exr', 's3:ObjectRemoved:Delete')] })).toMatchObject([
      { kind: 'remove', target: object('a.exr') },
    ])
    expect(work({}, { ...elementHeaders, 'ce-type': 'vastdata.com:Element.ElementDeleted' })).toMatchObject([
      { kind: 'remove' },
    ])
    for (const [data, headers] of [
      [{ Records: [record('a.exr', 'ObjectTagging:Put')] }, {}],
      [{ Records: [record('notes.txt')] }, {}],
      [{ message: 'tick' }, { 'ce-id': '1', 'ce-type': 'vastdata.com:Schedule.TimerElapsed' }],
      [{ msg: 'hello' }, { 'ce-id': '1', 'ce-type': 'vastdata.com:Element.ObjectCreated' }],
      [{ Records: [{}] }, {}],
      [null, {}],
    ] as const) {
      expect(work(data, headers)).toMatchObject([{ kind: 'skip', reason: expect.any(String) }])
    }
  })
})

describe('guessing keys', () => {
  it('trusts a plain ASCII header', () => {
    expect(keyCandidates('seq/a.exr', 'seq%2Fa.exr')).toEqual(['seq/a.exr'])
  })

  it('prefers the record reading that fits the header, with ? for what the header lost', () => {
    expect(keyCandidates('seq 010/caf? ??.exr', 'seq%20010/caf%C3%A9%20%E6%97%A5%E6%9C%AC.exr')[0]).toBe(
      'seq 010/café 日本.exr',
    )
    expect(keyCandidates('a+b.exr', 'a%2Bb.exr')[0]).toBe('a+b.exr')
    expect(keyCandidates('100%.exr', '100%.exr')).toEqual(['100%.exr'])
  })

  it('reads Latin-1 bytes again as UTF-8 when only the header is there', () => {
    expect(keyCandidates('cafÃ©.exr', null)).toContain('café.exr')
  })

  it('offers raw and decoded readings of a record alone, raw first', () => {
    expect(keyCandidates(null, 'a+b%20c.exr')).toEqual(['a+b%20c.exr', 'a+b c.exr', 'a b c.exr'])
  })
})
