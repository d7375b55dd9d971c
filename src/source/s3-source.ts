import type { GetObjectCommandOutput } from '@aws-sdk/client-s3'
import { ExrError } from '../errors.ts'
import { retry } from '../workers/retry.ts'
import { retryPolicy, type S3Connection } from './s3-client.ts'
import { headersOf, isTransient, statusOf, toS3Error } from './s3-errors.ts'
import { assertAskable, type S3Location, toS3Url } from './s3-url.ts'
import { type ByteSource, FIRST_READ_BYTES, type SourceCounters, type SourceIdentity } from './source.ts'

interface S3SourceOptions {
  /** Size of the first read, from which size, ETag and time are learnt too. Default 64 KiB. */
  readonly firstReadBytes?: number
}

/** Answers of one GET that has been checked against what was asked. */
interface Answer {
  readonly bytes: Uint8Array
  readonly sizeBytes: number
  readonly etag: string | null
  readonly mtimeUs: bigint | null
}

/**
 * One object, read by ranged GETs. The first GET tells size, ETag and time, so no HEAD is sent; later GETs
 * carry `If-Match`, and every answer's ETag and size are compared as well, because some servers ignore it.
 * Throws ERR_SOURCE_CHANGED when the object was replaced in between: open a new source to read it again; ERR_SOURCE_KEY
 * from the constructor for a key that cannot be asked for.
 */
export class S3Source implements ByteSource {
  readonly path: string
  readonly #connection: S3Connection
  readonly #location: S3Location
  readonly #firstReadBytes: number
  #first: Promise<Answer> | null = null
  #requests = 0
  #bytes = 0
  #ifMatch = true

  constructor(connection: S3Connection, location: S3Location, options: S3SourceOptions = {}) {
    assertAskable(location)
    this.path = toS3Url(location)
    this.#connection = connection
    this.#location = location
    this.#firstReadBytes = options.firstReadBytes ?? FIRST_READ_BYTES.object
  }

  get counters(): SourceCounters {
    return { requests: this.#requests, bytes: this.#bytes }
  }

  async identity(signal?: AbortSignal): Promise<SourceIdentity> {
    const { sizeBytes, etag, mtimeUs } = await this.#firstAnswer(this.#firstReadBytes, signal)
    return { path: this.path, sizeBytes, etag, mtimeUs }
  }

  async read(start: number, endExclusive: number, signal?: AbortSignal): Promise<Uint8Array> {
    if (endExclusive <= start) return new Uint8Array(0)
    const first = await this.#firstAnswer(Math.max(start === 0 ? endExclusive : 0, this.#firstReadBytes), signal)
    const end = Math.min(endExclusive, first.sizeBytes)
    if (start >= end) return new Uint8Array(0)
    const known = first.bytes.length
    if (end <= known) return first.bytes.subarray(start, end)
    // Only what is not here yet travels; the known head is put in front of it.
    const from = Math.max(start, known)
    const answer = await this.#get(from, end, first, signal)
    if (from === start) return answer.bytes
    const whole = new Uint8Array(end - start)
    whole.set(first.bytes.subarray(start, known))
    whole.set(answer.bytes, known - start)
    return whole
  }

  async close(): Promise<void> {
    this.#first = null
  }

  #firstAnswer(length: number, signal?: AbortSignal): Promise<Answer> {
    if (this.#first === null) {
      this.#first = this.#get(0, length, null, signal)
      this.#first.catch(() => {
        this.#first = null
      })
    }
    return this.#first
  }

  /** One range, tried again on what may pass. `expected` is the version all answers must be of. */
  async #get(start: number, end: number, expected: Answer | null, signal?: AbortSignal): Promise<Answer> {
    const attempt = async () => {
      try {
        return await this.#getOnce(start, end, expected, signal)
      } catch (error) {
        if (signal?.aborted) throw new ExrError('ERR_ABORTED', `Stopped reading ${this.path}.`, { cause: error })
        throw toS3Error(error, 'read', this.path, this.#connection.name)
      }
    }
    return retry(attempt, { ...retryPolicy(this.#connection), mayRetry: isTransient, signal })
  }

  async #getOnce(start: number, end: number, expected: Answer | null, signal?: AbortSignal): Promise<Answer> {
    // The clock covers the body too: a server that drips one byte a second is as good as down.
    const timeout = new AbortController()
    const timer = setTimeout(() => timeout.abort(), this.#connection.readTimeoutMs)
    const abortSignal = signal === undefined ? timeout.signal : AbortSignal.any([signal, timeout.signal])
    this.#requests++
    try {
      const output = await this.#send(start, end, expected, abortSignal)
      const answer = describeAnswer(output, start, end, this.path)
      if (expected !== null) this.#refuseOtherVersion(answer, expected)
      const bytes = await readBody(output, answer.skip, answer.length, this.path)
      this.#bytes += bytes.length
      return { bytes, ...answer }
    } catch (error) {
      if (timeout.signal.aborted && !signal?.aborted) {
        throw new ExrError(
          'ERR_SOURCE_UNAVAILABLE',
          `Could not read ${this.path}: no complete answer within ${this.#connection.readTimeoutMs} ms. Check the endpoint and the network, then try again.`,
          { cause: error, details: { path: this.path } },
        )
      }
      if (expected === null && statusOf(error) === 416) return emptyObject(error, this.path)
      throw error
    } finally {
      clearTimeout(timer)
    }
  }

  async #send(start: number, end: number, expected: Answer | null, abortSignal: AbortSignal) {
    const input = { Bucket: this.#location.bucket, Key: this.#location.key, Range: `bytes=${start}-${end - 1}` }
    const conditional = this.#ifMatch && expected !== null && expected.etag !== null
    try {
      const match = conditional ? { IfMatch: `"${expected.etag}"` } : {}
      return await this.#connection.client.send(new this.#connection.sdk.GetObjectCommand({ ...input, ...match }), {
        abortSignal,
      })
    } catch (error) {
      if (!conditional || statusOf(error) !== 501) throw error
      // This server does not know If-Match: the comparison of every answer's ETag has to do.
      this.#ifMatch = false
      this.#requests++
      return this.#connection.client.send(new this.#connection.sdk.GetObjectCommand(input), { abortSignal })
    }
  }

  #refuseOtherVersion(answer: { etag: string | null; sizeBytes: number }, expected: Answer): void {
    if (answer.etag === expected.etag && answer.sizeBytes === expected.sizeBytes) return
    throw new ExrError(
      'ERR_SOURCE_CHANGED',
      `${this.path} was replaced while it was read (${expected.sizeBytes} bytes, ETag ${expected.etag}; now ${answer.sizeBytes} bytes, ETag ${answer.etag}). Read it again.`,
      { details: { path: this.path } },
    )
  }
}

/**
 * What the status line and headers say, checked: which part of the body is ours (`skip`, `length`), and the
 * object's size and version. A server that ignores Range answers 200 with the whole object: then the range is cut out.
 */
function describeAnswer(output: GetObjectCommandOutput, start: number, end: number, path: string) {
  const version = {
    etag: output.ETag?.replaceAll('"', '') || null,
    mtimeUs: output.LastModified === undefined ? null : BigInt(output.LastModified.getTime()) * 1000n,
  }
  if (output.ContentRange === undefined) {
    if (output.ContentLength === undefined)
      throw unusable(path, 'the answer has neither Content-Range nor Content-Length')
    const sizeBytes = output.ContentLength
    return { ...version, sizeBytes, skip: start, length: Math.max(0, Math.min(end, sizeBytes) - start) }
  }
  const match = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(output.ContentRange)
  const [first, last, sizeBytes] = match ? [Number(match[1]), Number(match[2]), Number(match[3])] : [-1, -1, -1]
  if (first !== start || last !== Math.min(end, sizeBytes) - 1) {
    throw unusable(path, `bytes ${start}-${end - 1} were asked for and Content-Range says "${output.ContentRange}"`)
  }
  return { ...version, sizeBytes, skip: 0, length: last - first + 1 }
}

/** `length` bytes after `skip`; stops the transfer as soon as it has them. */
async function readBody(
  output: GetObjectCommandOutput,
  skip: number,
  length: number,
  path: string,
): Promise<Uint8Array> {
  const body = output.Body as (AsyncIterable<Uint8Array> & { destroy?(): void }) | undefined
  const bytes = new Uint8Array(length)
  let filled = 0
  let position = 0
  if (body !== undefined && length > 0) {
    for await (const chunk of body) {
      const from = Math.max(0, skip - position)
      position += chunk.length
      if (from >= chunk.length) continue
      const piece = chunk.subarray(from, from + length - filled)
      bytes.set(piece, filled)
      filled += piece.length
      if (filled === length && position < (output.ContentLength ?? position)) break
    }
  }
  body?.destroy?.()
  if (filled < length) {
    throw new ExrError(
      'ERR_SOURCE_UNAVAILABLE',
      `Could not read ${path}: the connection ended after ${filled} of ${length} bytes. Try again.`,
      { details: { path } },
    )
  }
  return bytes
}

/** 416 on the first read is how a store says that an object has no bytes. */
function emptyObject(error: unknown, path: string): Answer {
  const headers = headersOf(error)
  const size = /\*\/(\d+)$/.exec(headers['content-range'] ?? '')?.[1] ?? '0'
  if (size !== '0') throw unusable(path, `the range was refused although the object has ${size} bytes`)
  return { bytes: new Uint8Array(0), sizeBytes: 0, etag: headers['etag']?.replaceAll('"', '') || null, mtimeUs: null }
}

function unusable(path: string, found: string): ExrError {
  return new ExrError('ERR_SOURCE_READ', `Could not read ${path}: ${found}. Check that the endpoint is an S3 server.`, {
    details: { path },
  })
}
