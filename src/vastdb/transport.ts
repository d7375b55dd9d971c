import { Agent } from 'undici'
import { type Backoff, type RetryPolicy, retry } from '../workers/retry.ts'
import type { AnswerBody } from './answer-body.ts'
import { answerError } from './answers.ts'
import { protocolError, VastdbError } from './errors.ts'
import { exchange } from './exchange.ts'
import { connectionError } from './failures.ts'
import type { Config } from './options.ts'
import { mayRetry } from './retry.ts'
import { createSigner, queryString, type Signer } from './sign.ts'

export interface WireRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE'
  /** `/bucket/schema/table`; the names need no percent-encoding. */
  readonly path: string
  readonly command?: string
  readonly params?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array
  /** Default: the session's endpoint. */
  readonly endpoint?: URL
  readonly signal?: AbortSignal | undefined
  /** What is tried on what, for messages. */
  readonly what: string
  /** Take any status as an answer instead of raising an error. */
  readonly anyStatus?: boolean
  /** Instead of the session's policy. */
  readonly retry?: RetryPolicy
}

export type AnswerHeaders = Readonly<Record<string, string | string[] | undefined>>

export interface OpenAnswer {
  readonly status: number
  readonly headers: AnswerHeaders
  /** Destroy it when not read to its end. */
  readonly body: AnswerBody
}

export interface Answer {
  readonly status: number
  readonly headers: AnswerHeaders
  readonly body: Uint8Array
}

/** Answers that are not row streams: lists, statistics, row ids. 524,288 decimal row ids take 8 MiB. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024
const MAX_ERROR_BYTES = 64 * 1024

/** The one way out to the network: signing, retries, timeouts and error mapping happen here and nowhere else. */
export class Transport {
  readonly #config: Config
  readonly #signer: Signer
  readonly #agent: Agent

  constructor(config: Config) {
    this.#config = config
    this.#signer = createSigner(config.accessKey, config.secretKey, config.region)
    const { ca, rejectUnauthorized } = config.tls
    this.#agent = new Agent({
      connections: config.maxSockets,
      pipelining: 1,
      headersTimeout: config.timeouts.headersMs,
      bodyTimeout: config.timeouts.bodyMs,
      connect: {
        timeout: config.timeouts.connectMs,
        rejectUnauthorized: rejectUnauthorized ?? true,
        ...(ca === undefined ? {} : { ca: typeof ca === 'string' ? ca : Buffer.from(ca) }),
      },
    })
  }

  /** Sends a request and reads the whole answer. */
  async send(request: WireRequest): Promise<Answer> {
    return this.#withRetries(request, async () => {
      const { status, headers, body } = await this.#exchange(request)
      return { status, headers, body: await this.#readAll(request, body, MAX_ANSWER_BYTES) }
    })
  }

  /** Sends a request and leaves the answer's body to the caller. Retries end with the first byte of the body. */
  async open(request: WireRequest): Promise<OpenAnswer> {
    return this.#withRetries(request, () => this.#exchange(request))
  }

  /** Closes idle sockets and fails what is under way. May be called twice. */
  async close(): Promise<void> {
    if (!this.#agent.destroyed) await this.#agent.destroy()
  }

  async #withRetries<T>(request: WireRequest, attempt: () => Promise<T>): Promise<T> {
    const { what, method } = request
    return retry(attempt, {
      ...(request.retry ?? this.#config.retry),
      mayRetry: (error) => mayRetry(error, method),
      onRetry: (error) =>
        this.#config.logger.warn({ what, error: String(error) }, 'trying a VAST DataBase request again'),
      signal: this.signalFor(request.signal),
    })
  }

  /** The next wait of a series of tries; ERR_ABORTED when the signal ends it. */
  async wait(backoff: Backoff, signal: AbortSignal | undefined, what: string): Promise<boolean> {
    try {
      return await backoff.next(signal)
    } catch (error) {
      throw connectionError(what, this.#config.endpoint, error)
    }
  }

  signalFor(signal: AbortSignal | undefined): AbortSignal | undefined {
    const own = this.#config.signal
    return own && signal ? AbortSignal.any([own, signal]) : (own ?? signal)
  }

  async #exchange(request: WireRequest): Promise<OpenAnswer> {
    const { method, path, command, body, what } = request
    const endpoint = request.endpoint ?? this.#config.endpoint
    const params = request.params ?? {}
    const query = command === undefined ? params : { [command]: '', ...params }
    const authorized = await this.#signer.sign({ method, endpoint, path, query, body })
    const options = {
      origin: endpoint.origin,
      path: path + queryString(command, params),
      method,
      headers: {
        'user-agent': this.#config.userAgent,
        ...request.headers,
        ...authorized,
        // Node leaves the body of a GET unframed unless its length is given.
        ...(method === 'GET' && !body ? {} : { 'content-length': String(body?.byteLength ?? 0) }),
      },
      body: body ?? null,
      // Else undici ends the connection behind a GET with a body, and every select opens another.
      reset: false,
    }
    const answer = await exchange(this.#agent, options, this.signalFor(request.signal)).catch((error: unknown) => {
      throw connectionError(what, endpoint, error)
    })
    const { status, headers } = answer
    this.#config.logger.debug({ method, path, command, status }, 'VAST DataBase request')
    if (status === 200 || request.anyStatus) return answer
    const text = await this.#readErrorText(answer.body)
    throw answerError(what, { status, headers, text: this.#mask(text) })
  }

  async #readAll(request: WireRequest, body: AnswerBody, limit: number): Promise<Uint8Array> {
    const chunks: Uint8Array[] = []
    let total = 0
    try {
      for await (const chunk of body) {
        total += chunk.length
        if (total > limit) throw protocolError(request.what, `the answer is longer than ${limit} bytes`)
        chunks.push(chunk)
      }
    } catch (error) {
      if (error instanceof VastdbError) throw error
      throw connectionError(request.what, request.endpoint ?? this.#config.endpoint, error)
    }
    // A fresh buffer, so that views on it may be aligned to eight bytes.
    const whole = new Uint8Array(total)
    let at = 0
    for (const chunk of chunks) {
      whole.set(chunk, at)
      at += chunk.length
    }
    return whole
  }

  async #readErrorText(body: AnswerBody): Promise<string> {
    const chunks: Uint8Array[] = []
    let total = 0
    try {
      for await (const chunk of body) {
        chunks.push(chunk)
        total += chunk.length
        if (total > MAX_ERROR_BYTES) break
      }
    } catch {
      // The status alone decides then.
    }
    return Buffer.concat(chunks).toString('utf8')
  }

  /** Some servers repeat parts of a request in their errors. Keys shorter than six letters are words, not secrets. */
  #mask(text: string): string {
    const { accessKey, secretKey } = this.#config
    const keys = [secretKey, accessKey].filter((key) => key.length >= 6)
    return keys.reduce((masked, key) => masked.replaceAll(key, '(hidden)'), text)
  }
}
