import { setTimeout as sleep } from 'node:timers/promises'
import { type RecordBatch, RecordBatchReader, type Schema } from 'apache-arrow'
import { call, type Scope } from './calls.ts'
import { protocolError, VastdbError } from './errors.ts'
import { encodeMessage, ProtoMessage } from './wire/protobuf.ts'

/** Words of the engine's requests; all go to the root. */
const RUN = 'vastdb-run-query'
const STATUS = 'vastdb-query-status'
const DATA = 'vastdb-data'
const PROTOBUF_SIZE = 'tabular-protobuf-size'

const INVALID = 0n
const COMPLETED = 3n
const LONGEST_POLL_MS = 500
const END_OF_STREAM = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0)
const CONTINUATION = 0xffff_ffff

/** Result of a query: its columns, and its rows as they arrive. */
export interface QueryAnswer {
  readonly schema: Schema
  /** Iterate once, inside the transaction; leaving the loop early ends the query on the server. */
  readonly batches: AsyncIterable<RecordBatch>
}

/**
 * Runs SQL on the cluster's own engine, inside a transaction. Experimental: the protocol is known from the vendor's
 * Java client only. Tables are written `"bucket/schema".table`. Throws ERR_VASTDB_REQUEST with the engine's words.
 */
export async function runSql(scope: Scope, sql: string, signal: AbortSignal | undefined): Promise<QueryAnswer> {
  const query = new RunningQuery(scope, signal)
  const schemaBytes = await query.start(sql)
  const { schema } = RecordBatchReader.from(concat([schemaBytes, END_OF_STREAM])).open()
  return { schema, batches: query.batches(schemaBytes) }
}

class RunningQuery {
  readonly #scope: Scope
  readonly #signal: AbortSignal | undefined
  #id: Uint8Array = new Uint8Array(0)

  constructor(scope: Scope, signal: AbortSignal | undefined) {
    this.#scope = scope
    this.#signal = signal
  }

  /** Resolves to the Arrow schema message of the result. */
  async start(sql: string): Promise<Uint8Array> {
    const txid = this.#scope.activeId()
    const request = encodeMessage([
      [2, txid],
      [3, sql],
    ])
    const { message } = await this.#send('POST', RUN, request, 'Start a query')
    const schema = message.bytes(2)
    const id = message.message(1)?.bytes(1)
    if (!schema || !id) throw protocolError('Start a query', 'the answer names no query or no columns')
    this.#id = id
    return withPrefix(schema)
  }

  async *batches(schema: Uint8Array): AsyncGenerator<RecordBatch, void> {
    try {
      for await (const ticket of this.#tickets()) yield* this.#ticketBatches(ticket, schema)
    } finally {
      await this.#send('DELETE', RUN, encodeMessage([[1, this.#id]]), 'Finish a query').catch(() => undefined)
    }
  }

  /** Tickets as the server hands them out, until the query is complete. */
  async *#tickets(): AsyncGenerator<Uint8Array, void> {
    const seen = new Set<string>()
    for (let waitMs = 5; ; waitMs = Math.min(2 * waitMs, LONGEST_POLL_MS)) {
      const request = encodeMessage([
        [1, this.#id],
        [2, 30n],
      ])
      const { message } = await this.#send('POST', STATUS, request, 'Ask for a query')
      const status = message.message(1)
      if (!status) throw protocolError('Ask for a query', 'the answer has no status')
      const state = status.integer(7)
      if (state === INVALID || (status.integer(5) ?? 0n) !== 0n) {
        const reason = status.text(6) ?? 'no reason given'
        throw new VastdbError('ERR_VASTDB_REQUEST', `The query failed: ${reason}`)
      }
      for (const ticket of status.messages(4)) {
        const id = ticket.bytes(4)
        const key = Buffer.from(id ?? []).toString('base64')
        if (!id || seen.has(key)) continue
        seen.add(key)
        yield id
      }
      if (state === COMPLETED) return
      await sleep(waitMs)
    }
  }

  async *#ticketBatches(ticket: Uint8Array, schema: Uint8Array): AsyncGenerator<RecordBatch, void> {
    let offset: Uint8Array | null = encodeMessage([[1, 0n]])
    while (offset) {
      const request = encodeMessage([
        [1, this.#id],
        [3, offset],
        [4, 30n],
        [7, ticket],
      ])
      const { message, rest } = await this.#send('POST', DATA, request, 'Fetch rows of a query')
      for (const batch of RecordBatchReader.from(concat([schema, rest, END_OF_STREAM]))) yield batch
      const next = message.bytes(1)
      if (next && Buffer.compare(next, offset) === 0) {
        throw protocolError('Fetch rows of a query', 'the answer goes on where it began')
      }
      offset = next
    }
    const finish = encodeMessage([
      [1, this.#id],
      [5, ticket],
    ])
    await this.#send('DELETE', DATA, finish, 'Finish rows of a query')
  }

  /** The protobuf message that an answer begins with, and the bytes behind it. */
  async #send(method: 'POST' | 'DELETE', command: string, body: Uint8Array, what: string) {
    const answer = await call(this.#scope, { method, path: '/', command, body, what, signal: this.#signal })
    const header = answer.headers[PROTOBUF_SIZE]
    const size = typeof header === 'string' && /^\d{1,15}$/.test(header) ? Number(header) : answer.body.length
    if (size > answer.body.length) throw protocolError(what, `${size} bytes were promised, ${answer.body.length} came`)
    return { message: new ProtoMessage(answer.body.subarray(0, size), what), rest: answer.body.subarray(size) }
  }
}

/** Arrow's messages begin with a marker and their length. */
function withPrefix(message: Uint8Array): Uint8Array {
  if (new DataView(message.buffer, message.byteOffset, message.length).getUint32(0, true) === CONTINUATION)
    return message
  const padded = Math.ceil(message.length / 8) * 8
  const prefixed = new Uint8Array(8 + padded)
  const view = new DataView(prefixed.buffer)
  view.setUint32(0, CONTINUATION, true)
  view.setUint32(4, padded, true)
  prefixed.set(message, 8)
  return prefixed
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
