import { CloudEvent, HTTP, type Message } from 'cloudevents'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readCloudEvents } from '../../../src/function/cloud-event.ts'
import { silentLogger } from '../../../src/log.ts'
import { createServer, type FunctionServer, functionSettings } from '../../../src/server/index.ts'
import { pythonWith, runPython } from '../../python-env.ts'

const data = {
  Records: [{ eventName: 'ObjectCreated:Put', s3: { bucket: { name: 'plates' }, object: { key: 'notes.txt' } } }],
}
const attributes = {
  id: '3007311000000042',
  type: 'vastdata.com:Element.ElementCreated',
  source: 'vastdata.com:exr-in.5f0e2a10',
  subject: 'studio-broker.main',
  time: '2026-10-01T08:30:00.123456Z',
}
const event = new CloudEvent({ ...attributes, data, datacontenttype: 'application/json' })
const structured = 'application/cloudevents+json; charset=utf-8'
const batch = 'application/cloudevents-batch+json'
const whole = { specversion: '1.0', ...attributes, data }

interface Sent {
  readonly headers: Record<string, string>
  readonly body: string
}
const sent = ({ headers, body }: Message): Sent => ({
  headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
  body: String(body),
})
const as = (contentType: string, value: unknown): Sent => ({
  headers: { 'content-type': contentType },
  body: JSON.stringify(value),
})

/** What calls itself a CloudEvent and is none. */
const bad: Record<string, Sent> = {
  'a structured event of version 0.3': as(structured, { ...whole, specversion: '0.3' }),
  'a binary event of version 0.3': {
    headers: {
      'content-type': 'application/json',
      'ce-specversion': '0.3',
      'ce-id': '1',
      'ce-type': 't',
      'ce-source': 's',
    },
    body: '{}',
  },
  'a structured event without id': as(structured, { ...whole, id: undefined }),
  'a structured event without source': as(structured, { ...whole, source: undefined }),
  'a structured event without type': as(structured, { ...whole, type: undefined }),
  'a structured event without specversion': as(structured, { ...whole, specversion: undefined }),
  'a binary event without id': {
    headers: { 'content-type': 'application/json', 'ce-specversion': '1.0', 'ce-type': 't', 'ce-source': 's' },
    body: '{}',
  },
  'a list as a structured event': as(structured, []),
  'an object as a batch': as(batch, {}),
  'a batch with one bad event': as(batch, [whole, { ...whole, id: undefined }]),
}

describe('events of the official SDKs', () => {
  let server: FunctionServer
  beforeAll(async () => {
    server = await createServer(functionSettings({}, { get: () => undefined, bySecret: {} }), silentLogger)
  })
  afterAll(() => server.close())
  const statusOf = async ({ headers, body }: Sent) =>
    (await server.app.inject({ method: 'POST', url: '/', headers, payload: body })).statusCode

  it('are read in every mode of the Node SDK, with the attributes that it reads itself', async () => {
    const messages = [
      HTTP.binary(event),
      HTTP.structured(event),
      { headers: { 'content-type': batch }, body: JSON.stringify([event]) },
    ]
    for (const message of messages) {
      const { headers, body } = sent(message)
      expect(await statusOf({ headers, body })).toBe(204)
      const theirs = [HTTP.toEvent({ headers, body })].flat()[0] as CloudEvent
      const [ours] = readCloudEvents(headers, Buffer.from(body))
      for (const name of ['id', 'type', 'source', 'subject'] as const) expect(ours?.attributes[name]).toBe(theirs[name])
      expect(ours?.data).toEqual(theirs.data)
    }
  })

  it('take JSON that was sent as text, in both modes', () => {
    const text = new CloudEvent({ ...attributes, datacontenttype: 'text/plain', data: JSON.stringify(data) })
    for (const { headers, body } of [HTTP.binary(text), HTTP.structured(text)].map(sent)) {
      expect(readCloudEvents(headers, Buffer.from(body))[0]?.data).toEqual(data)
    }
  })

  it.each(Object.entries(bad))('refuses %s', async (_name, message) => {
    expect(await statusOf(message)).toBe(400)
  })

  it('takes an empty batch', async () => {
    expect(await statusOf(as(batch, []))).toBe(204)
  })

  const python = pythonWith('cloudevents==1.12.0')
  it.skipIf(python === null)('agrees with the Python SDK about what is an event, and reads what it sends', async () => {
    const messages = [HTTP.binary(event), HTTP.structured(event)].map(sent)
    const single = Object.entries(bad).filter(([name]) => !/batch|0\.3/.test(name))
    const script = `
import json, sys
from cloudevents.http import CloudEvent, from_http, to_binary, to_structured
def verdict(m):
    try:
        from_http(m["headers"], m["body"])
        return True
    except Exception:
        return False
asked = json.load(sys.stdin)
event = CloudEvent(asked["attributes"], asked["data"])
sent = [to_binary(event), to_structured(event)]
print(json.dumps({"verdicts": [verdict(m) for m in asked["messages"]],
  "sent": [{"headers": dict(h), "body": b.decode()} for h, b in sent]}))`
    const asked = { attributes, data, messages: [...messages, ...single.map(([, message]) => message)] }
    const answer = JSON.parse(runPython(python!, script, JSON.stringify(asked))) as {
      verdicts: boolean[]
      sent: Sent[]
    }
    const statuses = await Promise.all(asked.messages.map(statusOf))
    expect(statuses.map((status) => status === 204)).toEqual(answer.verdicts)
    for (const { headers, body } of answer.sent) {
      expect(await statusOf({ headers, body })).toBe(204)
      expect(readCloudEvents(headers, Buffer.from(body))[0]).toMatchObject({ attributes, data })
    }
  })
})
