import { batchMessage, concatBytes, schemaMessage } from '../arrow/ipc-write.ts'
import { badRequest } from '../errors.ts'
import { ProtoMessage, protoMessage } from '../sql/protobuf.ts'
import { runQuery } from '../sql/run-query.ts'
import { EMPTY, type Operation, type Reply } from './operation.ts'

/** Words of the SQL engine's requests; all go to the root. */
export const SQL_COMMAND = {
  run: 'vastdb-run-query',
  status: 'vastdb-query-status',
  data: 'vastdb-data',
  capabilities: 'query-engine-capabilities',
} as const

const PROTOBUF_SIZE = 'tabular-protobuf-size'
const IN_PROGRESS = 2n
const COMPLETED = 3n
/** Rough size of one answer with rows. */
const ANSWER_BYTES = 4 * 1024 * 1024

/** What the driver asks before anything else: the server's version, and no options of sessions. */
export const capabilities: Operation = async (store) =>
  protobufReply(
    protoMessage([
      // Five numbers, the last that of a build.
      [1, `${store.version}.0`],
      [2, 0n],
    ]),
  )

/** Runs the query at once; its status and its rows are asked for by later requests. Works for SELECT only. */
export const startQuery: Operation = async (store, request) => {
  const message = new ProtoMessage(request.body)
  const sql = message.text(3)
  if (sql === null) throw badRequest('The request has no SQL text')
  const result = await store.transactions.using(message.integer(2) || null, (tx) => runQuery(tx, sql))
  const id = BigInt(store.database.newId())
  store.queries.add(id, result)
  const status = statusMessage(id, IN_PROGRESS, null)
  return protobufReply(
    protoMessage([
      [1, status],
      [2, schemaMessage(result.fields)],
    ]),
  )
}

/** Queries are complete when they are first asked about, with one ticket for all rows. */
export const queryStatus: Operation = async (store, request) => {
  const id = queryId(new ProtoMessage(request.body))
  store.queries.get(id)
  const any = protoMessage([
    [1, 'type.googleapis.com/google.protobuf.UInt64Value'],
    [2, protoMessage([[1, id]])],
  ])
  const ticket = protoMessage([
    // Clients put the scheme before it that they reached this server by.
    [2, protoMessage([[1, store.endpoint().replace(/^https?:\/\//, '')]])],
    [4, any],
  ])
  return protobufReply(protoMessage([[1, statusMessage(id, COMPLETED, ticket)]]))
}

/** Record batches from an offset on, without a schema message, and the offset to go on from. */
export const fetchData: Operation = async (store, request) => {
  const message = new ProtoMessage(request.body)
  const { batches } = store.queries.get(queryId(message))
  const first = Number(message.message(3)?.integer(1) ?? 0n)
  const messages: Uint8Array[] = []
  let bytes = 0
  let next = first
  while (next < batches.length && bytes < ANSWER_BYTES) {
    const encoded = batchMessage(batches[next++]!)
    messages.push(encoded)
    bytes += encoded.byteLength
  }
  const head = protoMessage([
    [1, next < batches.length ? protoMessage([[1, BigInt(next)]]) : null],
    // The driver misses a field that is left out.
    [2, messages.length === 0 ? 1n : 0n],
  ])
  return protobufReply(head, messages)
}

export const finishData: Operation = async (store, request) => {
  store.queries.get(queryId(new ProtoMessage(request.body)))
  return EMPTY
}

export const finishQuery: Operation = async (store, request) => {
  store.queries.remove(queryId(new ProtoMessage(request.body)))
  return EMPTY
}

function statusMessage(id: bigint, state: bigint, ticket: Uint8Array | null): Uint8Array {
  return protoMessage([
    [1, protoMessage([[1, id]])],
    [4, ticket],
    // No error.
    [5, 0n],
    [7, state],
  ])
}

function protobufReply(message: Uint8Array, rest: readonly Uint8Array[] = []): Reply {
  return { headers: { [PROTOBUF_SIZE]: String(message.byteLength) }, body: concatBytes([message, ...rest]) }
}

function queryId(message: ProtoMessage): bigint {
  const id = message.message(1)?.integer(1)
  if (id === null || id === undefined) throw badRequest('The request names no query')
  return id
}
