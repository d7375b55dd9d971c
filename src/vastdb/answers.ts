import type { ErrorCode } from '../errors.ts'
import { VastdbError } from './errors.ts'

/** The parts of an answer that decide which error it is. */
interface FailedAnswer {
  readonly status: number
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** The body as text; a prefix is enough. */
  readonly text: string
}

interface ServerError {
  readonly code?: string
  readonly message?: string
  readonly requestId?: string
}

const BY_STATUS: Readonly<Record<number, ErrorCode>> = {
  401: 'ERR_VASTDB_AUTH',
  403: 'ERR_VASTDB_AUTH',
  404: 'ERR_VASTDB_NOT_FOUND',
  408: 'ERR_VASTDB_TIMEOUT',
  409: 'ERR_VASTDB_CONFLICT',
  413: 'ERR_VASTDB_TOO_LARGE',
  503: 'ERR_VASTDB_BUSY',
  507: 'ERR_DISK_FULL',
}

const BY_SERVER_CODE: readonly (readonly [RegExp, ErrorCode])[] = [
  [/^Tabular(UnsupportedColumnType|InvalidColumnTypeParam|MismatchColumn(Type|Name))$/, 'ERR_VASTDB_TYPE'],
  [/^(RequestTimeTooSkewed|RequestExpired|ExpiredToken|InvalidAccessKeyId|SignatureDoesNotMatch)$/, 'ERR_VASTDB_AUTH'],
  [/AlreadyExists$/, 'ERR_VASTDB_EXISTS'],
  [
    /(NoSuch|Invalid|Unknown|Expired).*(Transaction|Txid)|Transaction.*(NotFound|Expired|Aborted)/i,
    'ERR_VASTDB_TRANSACTION',
  ],
  [/^EntityTooLarge$/, 'ERR_VASTDB_TOO_LARGE'],
]

const NO_TRANSACTION =
  /transaction\b.{0,60}\b(not found|unknown|expired|aborted|does not exist|not active|no longer|timed out)|(unknown|expired|invalid|no such) transaction/i

/** `what` says what was tried on what, for instance `insert into b/s/t`. */
export function answerError(what: string, answer: FailedAnswer): VastdbError {
  const server = parseErrorBody(answer.text)
  const code = codeOf(answer, server)
  const found = [server.code, server.message].filter(Boolean).join(': ') || shortBody(answer.text)
  const message = `${what}: the server answered ${answer.status}${found ? ` (${found})` : ''}. ${adviceFor(code, answer, server)}`
  return new VastdbError(code, message.trimEnd(), {
    stage: 'answer',
    status: answer.status,
    ...(server.code === undefined ? {} : { serverCode: server.code }),
    ...requestIdOf(answer, server),
  })
}

function codeOf(answer: FailedAnswer, server: ServerError): ErrorCode {
  const { status, text } = answer
  if (looksLikeHtml(text, answer.headers['content-type'])) return 'ERR_VASTDB_NOT_VAST'
  // 503 stays 503: only overload, whatever the code says.
  if (status !== 503) {
    const known = BY_SERVER_CODE.find(([pattern]) => pattern.test(server.code ?? ''))
    if (known) return known[1]
    if (NO_TRANSACTION.test(server.message ?? '')) return 'ERR_VASTDB_TRANSACTION'
  }
  return BY_STATUS[status] ?? (status === 501 || status < 500 ? 'ERR_VASTDB_REQUEST' : 'ERR_VASTDB_SERVER')
}

function adviceFor(code: ErrorCode, answer: FailedAnswer, server: ServerError): string {
  switch (code) {
    case 'ERR_VASTDB_NOT_VAST':
      return 'This is a web page, not VAST DataBase: point the endpoint at a data address (VIP) of the cluster, not at its console or a proxy.'
    case 'ERR_VASTDB_AUTH':
      return authAdvice(answer, server)
    case 'ERR_VASTDB_NOT_FOUND':
      return 'Check the names of bucket, schema and table, and that an earlier transaction committed them.'
    case 'ERR_VASTDB_CONFLICT':
      return 'Another transaction changed the same object, or it is not empty: roll back and run the whole transaction again.'
    case 'ERR_VASTDB_EXISTS':
      return 'Use the existing one or choose another name.'
    case 'ERR_VASTDB_BUSY':
      return 'The cluster is overloaded: send fewer requests at once or try later.'
    case 'ERR_VASTDB_TYPE':
      return "Compare the batch's Arrow types with the table's columns."
    case 'ERR_VASTDB_TRANSACTION':
      return 'The transaction is over: begin a new one and repeat its work.'
    case 'ERR_VASTDB_TOO_LARGE':
      return 'Send fewer rows or smaller values in one request.'
    case 'ERR_DISK_FULL':
      return 'The cluster has no room left.'
    case 'ERR_VASTDB_TIMEOUT':
      return 'Try again with a smaller request.'
    default:
      return ''
  }
}

function authAdvice(answer: FailedAnswer, server: ServerError): string {
  const date = answer.headers['date']
  const serverMs = typeof date === 'string' ? Date.parse(date) : Number.NaN
  const skewS = Math.round((Date.now() - serverMs) / 1000)
  if (server.code === 'RequestTimeTooSkewed' || Math.abs(skewS) > 300) {
    const by = Number.isNaN(skewS) ? '' : ` by ${Math.abs(skewS)} s`
    return `This machine's clock differs from the server's${by}: set the clock.`
  }
  if (server.code === 'InvalidAccessKeyId')
    return 'The server does not know the access key: check it, or whether it was revoked.'
  if (server.code === 'SignatureDoesNotMatch') return 'The secret key does not belong to the access key.'
  if (server.code === 'ExpiredToken') return 'The keys have expired: get new ones.'
  return "Check access key and secret key, and that the user's policy allows this on the bucket."
}

/** `Code`, `Message` and `RequestId` of an S3-style error document, with or without namespace. Nothing on other bodies. */
function parseErrorBody(text: string): ServerError {
  const read = (tag: string) => {
    const match = new RegExp(`<(?:\\w+:)?${tag}(?:\\s[^>]*)?>([^<]{0,2000})`).exec(text)
    return match?.[1] === undefined ? undefined : unescapeXml(match[1]).trim()
  }
  const code = read('Code')
  const message = read('Message')
  const requestId = read('RequestId')
  return {
    ...(code ? { code } : {}),
    ...(message ? { message } : {}),
    ...(requestId ? { requestId } : {}),
  }
}

function looksLikeHtml(text: string, contentType: string | string[] | undefined): boolean {
  return /^\s*(<!doctype html|<html)/i.test(text) || String(contentType ?? '').startsWith('text/html')
}

function requestIdOf(answer: FailedAnswer, server: ServerError): { requestId?: string } {
  const header = answer.headers['x-amz-request-id']
  const requestId = server.requestId ?? (typeof header === 'string' ? header : undefined)
  return requestId === undefined ? {} : { requestId }
}

function shortBody(text: string): string {
  return text
    .slice(0, 120)
    .replace(/[^\x20-\x7e]+/g, ' ')
    .trim()
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

function unescapeXml(text: string): string {
  return text.replace(/&(?:(lt|gt|amp|quot|apos)|#(\d{1,7})|#x([0-9a-f]{1,6}));/gi, (whole, name, decimal, hex) => {
    if (name) return ENTITIES[String(name).toLowerCase()] ?? whole
    const point = decimal ? Number(decimal) : Number.parseInt(String(hex), 16)
    return point <= 0x10ffff ? String.fromCodePoint(point) : whole
  })
}
