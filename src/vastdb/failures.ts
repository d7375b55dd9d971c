import type { ErrorCode } from '../errors.ts'
import { type FailureStage, VastdbError } from './errors.ts'

interface Cause {
  readonly code?: unknown
  readonly name?: unknown
  readonly message?: unknown
  readonly syscall?: unknown
}

interface Verdict {
  readonly code: ErrorCode
  readonly stage?: FailureStage
  readonly advice: string
}

const UNREACHABLE = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'EAI_AGAIN', 'ENETDOWN'])
const TLS = /CERT|SSL|TLS|SELF_SIGNED|UNABLE_TO_(VERIFY|GET)|EPROTO/
const NO_ANSWER_PARSED = /^HPE_|^HTTPParserError$|UND_ERR_(INFO|RESPONSE|HEADERS_OVERFLOW)/

/** Why a request found no whole answer. `cause` is what the HTTP library raised. */
export function connectionError(what: string, endpoint: URL, cause: unknown): VastdbError {
  if (cause instanceof VastdbError) return cause
  const error = (cause ?? {}) as Cause
  const name = typeof error.code === 'string' ? error.code : String(error.name ?? '')
  const { code, stage, advice } = verdictOn(name, error)
  const reason = typeof error.message === 'string' && error.message !== '' ? error.message : name
  const message = `${what} at ${endpoint.origin}: ${reason || 'the connection failed'}. ${advice}`
  return new VastdbError(code, message.trimEnd(), { cause, ...(stage === undefined ? {} : { stage }) })
}

function verdictOn(name: string, error: Cause): Verdict {
  if (error.name === 'AbortError' || name === 'ABORT_ERR' || name === 'UND_ERR_ABORTED' || name === 'TimeoutError') {
    return { code: 'ERR_ABORTED', advice: 'The caller ended it.' }
  }
  if (name === 'UND_ERR_DESTROYED' || name === 'UND_ERR_CLOSED') {
    return { code: 'ERR_VASTDB_TRANSACTION', advice: 'The session was closed: connect again.' }
  }
  if (name === 'ENOTFOUND') {
    return { code: 'ERR_VASTDB_CONNECT', advice: 'No such host: check the endpoint.' }
  }
  if (name === 'UND_ERR_CONNECT_TIMEOUT') {
    const advice = 'No connection in time: check the endpoint and the network, or raise timeouts.connectMs.'
    return { code: 'ERR_VASTDB_CONNECT', stage: 'connect', advice }
  }
  if (UNREACHABLE.has(name) || (error.syscall === 'connect' && name !== 'ECONNRESET')) {
    return { code: 'ERR_VASTDB_CONNECT', stage: 'connect', advice: 'Check the endpoint, its port and the network.' }
  }
  if (name === 'UND_ERR_HEADERS_TIMEOUT' || name === 'UND_ERR_BODY_TIMEOUT') {
    const option = name === 'UND_ERR_BODY_TIMEOUT' ? 'timeouts.bodyMs' : 'timeouts.headersMs'
    return {
      code: 'ERR_VASTDB_TIMEOUT',
      stage: 'exchange',
      advice: `The server went silent; ${option} sets the limit.`,
    }
  }
  if (TLS.test(name)) {
    const advice = 'Check https against http, and give the certificate authority in tls.ca.'
    return { code: 'ERR_VASTDB_CONNECT', advice }
  }
  if (NO_ANSWER_PARSED.test(name)) {
    return {
      code: 'ERR_VASTDB_NOT_VAST',
      stage: 'exchange',
      advice: 'This is not an HTTP server: check port and scheme.',
    }
  }
  return {
    code: 'ERR_VASTDB_CONNECT',
    stage: 'exchange',
    advice: 'The connection broke before the answer was complete.',
  }
}
