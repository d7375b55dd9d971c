import { createHash } from 'node:crypto'
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage, type RequestOptions } from 'node:http'
import { Sha256 } from '@aws-crypto/sha256-js'
import { HttpRequest } from '@smithy/protocol-http'
import { SignatureV4 } from '@smithy/signature-v4'
import { RecordBatch, RecordBatchStreamWriter, type Table, tableFromIPC } from 'apache-arrow'
import { Builder } from 'flatbuffers'
import {
  Field as FbField,
  Int as FbInt,
  Schema as FbSchema,
  Type,
} from '../../src/vastdb/flatbuffers/generated/arrow.ts'
import * as ir from '../../src/vastdb/flatbuffers/generated/computeir.ts'

/** Requests as any S3-style client makes them: signed by the AWS signer, without any of the product's client code. */
export type RawClient = (method: string, target: string, options?: RawOptions) => Promise<RawAnswer>

export interface RawOptions {
  readonly tx?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array
  /** Sees the answer before its body is read. */
  readonly onResponse?: (response: IncomingMessage) => void
}

export interface RawAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  /** Code of an XML error body. */
  readonly code: string | undefined
  /** The body as Arrow. */
  readonly table: () => Table
}

export function rawClient(endpoint: string, keys = { accessKeyId: 'test', secretAccessKey: 'test' }): RawClient {
  const { hostname, port } = new URL(endpoint)
  const signer = new SignatureV4({
    credentials: keys,
    region: 'us-east-1',
    service: 's3',
    sha256: Sha256,
    uriEscapePath: false,
  })
  return async (method, target, { tx, headers = {}, body = new Uint8Array(0), onResponse } = {}) => {
    const [path = '/', query = ''] = target.split('?')
    const unsigned = new HttpRequest({
      method,
      hostname,
      path,
      query: Object.fromEntries([...new URLSearchParams(query)]),
      headers: { host: `${hostname}:${port}`, 'x-amz-content-sha256': createHash('sha256').update(body).digest('hex') },
      body,
    })
    const signed = await signer.sign(unsigned)
    const all = {
      ...signed.headers,
      ...(tx ? { 'tabular-txid': tx } : {}),
      ...headers,
      'content-length': String(body.byteLength),
    }
    return send({ hostname, port, method, path: target, headers: all, agent: false }, body, onResponse)
  }
}

function send(options: RequestOptions, body: Uint8Array, onResponse: RawOptions['onResponse']): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(options, (response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('error', reject)
      response.on('close', () => reject(new Error('the response ended early')))
      response.on('end', () => {
        const bytes = Buffer.concat(parts)
        const code = /<Code>([^<]*)<\/Code>/.exec(bytes.toString('latin1'))?.[1]
        const { statusCode: status = 0, headers } = response
        resolve({ status, headers, body: bytes, code, table: () => tableFromIPC(bytes) })
      })
      onResponse?.(response)
    })
    request.on('error', reject)
    request.end(body)
  })
}

/** A whole Arrow IPC stream of one batch. */
export function ipc(table: Table): Uint8Array {
  const writer = new RecordBatchStreamWriter({ autoDestroy: false })
  const [batch] = table.batches
  writer.write(batch ?? new RecordBatch(table.schema))
  writer.finish()
  return writer.toUint8Array(true)
}

/** Body of a query for int64 columns without a filter. */
export function int64Query(names: readonly string[]): Uint8Array {
  const builder = new Builder(256)
  const fields = names.map((name) => {
    const text = builder.createString(name)
    const type = FbInt.createInt(builder, 64, true)
    FbField.startField(builder)
    FbField.addName(builder, text)
    FbField.addNullable(builder, true)
    FbField.addTypeType(builder, Type.Int)
    FbField.addType(builder, type)
    return FbField.endField(builder)
  })
  const vector = FbSchema.createFieldsVector(builder, fields)
  const schema = FbSchema.createSchema(builder, 0, vector, 0, 0)
  const indices = names.map((_, index) => ir.FieldIndex.createFieldIndex(builder, index))
  const projection = ir.Source.createProjectionVector(builder, indices)
  ir.Source.startSource(builder)
  ir.Source.addSchema(builder, schema)
  ir.Source.addProjection(builder, projection)
  const source = ir.Source.endSource(builder)
  builder.finish(ir.Relation.createRelation(builder, ir.RelationImpl.Source, source))
  return builder.asUint8Array()
}

export interface Frame {
  readonly stream: number
  readonly nextRowId: bigint
  readonly message: Buffer
}

/** Take a query response apart by the protocol's rules alone. Throws when bytes are left over or missing. */
export function readFrames(body: Buffer): { frames: Frame[]; completed: boolean; failed: boolean } {
  const frames: Frame[] = []
  let completed = false
  let failed = false
  let at = 0
  while (at < body.byteLength) {
    const stream = body.readUInt32LE(at)
    at += 4
    if (stream === 0xffff_ffff) continue
    if (stream === 0xffff_fffe) completed = true
    if (stream === 0xffff_fffd) {
      failed = true
      at += 12
    }
    if (completed || failed) break
    const nextRowId = body.readBigUInt64LE(at)
    at += 8
    const metadataLength = body.readInt32LE(at + 4)
    let end = at + 8 + metadataLength
    if (metadataLength > 0) {
      const root = at + 8 + body.readUInt32LE(at + 8)
      const vtable = root - body.readInt32LE(root)
      const offset = vtable + 10 < vtable + body.readUInt16LE(vtable) ? body.readUInt16LE(vtable + 10) : 0
      if (offset) end += Number(body.readBigInt64LE(root + offset))
    }
    frames.push({ stream, nextRowId, message: body.subarray(at, end) })
    at = end
  }
  if (at !== body.byteLength) throw new Error(`frames end at ${at} of ${body.byteLength} bytes`)
  return { frames, completed, failed }
}

/** Pages of one sub-split of a query for one column: values, and where to go on. */
export function pagesOf(frames: readonly Frame[], stream: number): { values: unknown[]; nextRowId: bigint }[] {
  const pages: { values: unknown[]; nextRowId: bigint }[] = []
  let messages: Buffer[] = []
  for (const frame of frames.filter((candidate) => candidate.stream === stream)) {
    messages.push(frame.message)
    if (frame.message.byteLength > 8) continue
    const table = tableFromIPC(Buffer.concat(messages))
    pages.push({ values: [...(table.getChildAt(0) ?? [])], nextRowId: frame.nextRowId })
    messages = []
  }
  return pages
}
