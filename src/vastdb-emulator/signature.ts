import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { RequestFailure } from './errors.ts'

/** Access key -> secret key. */
type Credentials = ReadonlyMap<string, string>

/** The part of a request that its signature covers. */
export interface SignedRequest {
  readonly method: string
  /** Path and query as they were sent. */
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: Uint8Array
}

const ALGORITHM = 'AWS4-HMAC-SHA256'
const UNSIGNED = 'UNSIGNED-PAYLOAD'

/**
 * Check an AWS Signature Version 4. Clients disagree on how paths and queries are canonicalised, so every form in use
 * is tried: paths as sent or percent-encoded once more, query values as sent or encoded anew. Any region is accepted,
 * and the request names the headers it signs. Throws 403.
 */
export function verifySignature(request: SignedRequest, credentials: Credentials, now: Date, maxSkewMs: number): void {
  const authorization = parseAuthorization(request.headers.authorization)
  const secret = credentials.get(authorization.accessKey)
  if (secret === undefined) {
    throw forbidden('InvalidAccessKeyId', 'The access key you provided does not exist in our records.')
  }
  const date = header(request.headers, 'x-amz-date')
  assertClock(date, now, maxSkewMs)
  if (!authorization.signedHeaders.includes('host') || !authorization.signedHeaders.includes('x-amz-date')) {
    throw forbidden('AccessDenied', 'The headers host and x-amz-date must be signed.')
  }
  const payloadHash = assertPayload(request)
  const key = signingKey(secret, authorization.scope)
  const expected = Buffer.from(authorization.signature, 'hex')
  for (const canonical of canonicalRequests(request, authorization.signedHeaders, payloadHash)) {
    const stringToSign = [ALGORITHM, date, authorization.scope.join('/'), sha256(canonical)].join('\n')
    const actual = createHmac('sha256', key).update(stringToSign).digest()
    if (actual.byteLength === expected.byteLength && timingSafeEqual(actual, expected)) return
  }
  throw forbidden(
    'SignatureDoesNotMatch',
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
  )
}

interface Authorization {
  readonly accessKey: string
  /** Date stamp, region, service and `aws4_request`. */
  readonly scope: readonly string[]
  readonly signedHeaders: readonly string[]
  readonly signature: string
}

function parseAuthorization(value: string | undefined): Authorization {
  if (value === undefined) throw forbidden('AccessDenied', 'The request is not signed.')
  const match = /^AWS4-HMAC-SHA256\s+Credential=([^,\s]+),\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{64})$/.exec(
    value.trim(),
  )
  const [accessKey = '', ...scope] = match?.[1]?.split('/') ?? []
  if (!match || scope.length !== 4 || scope[3] !== 'aws4_request') {
    throw forbidden('AccessDenied', 'The Authorization header is not an AWS Signature Version 4.')
  }
  return { accessKey, scope, signedHeaders: match[2]!.split(';'), signature: match[3]! }
}

function assertClock(date: string, now: Date, maxSkewMs: number): void {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date)
  const [year, month, day, hour, minute, second] = (match?.slice(1) ?? []).map(Number)
  const time = match ? Date.UTC(year!, month! - 1, day, hour, minute, second) : Number.NaN
  if (!(Math.abs(time - now.getTime()) <= maxSkewMs)) {
    throw forbidden(
      'RequestTimeTooSkewed',
      "The difference between the request time and the server's time is too large.",
    )
  }
}

function assertPayload(request: SignedRequest): string {
  const claimed = request.headers['x-amz-content-sha256']
  if (claimed === UNSIGNED) return UNSIGNED
  const actual = sha256(request.body)
  if (claimed !== undefined && claimed !== actual) {
    throw new RequestFailure(
      400,
      'XAmzContentSHA256Mismatch',
      'The x-amz-content-sha256 you specified does not match what was computed.',
    )
  }
  return actual
}

function signingKey(secret: string, scope: readonly string[]): Buffer {
  return scope.reduce<Buffer>(
    (key, part) => createHmac('sha256', key).update(part).digest(),
    Buffer.from(`AWS4${secret}`),
  )
}

function* canonicalRequests(request: SignedRequest, signed: readonly string[], payloadHash: string): Generator<string> {
  const mark = request.url.indexOf('?')
  const path = (mark === -1 ? request.url : request.url.slice(0, mark)) || '/'
  const items = (mark === -1 ? '' : request.url.slice(mark + 1)).split('&').filter(Boolean)
  const headers = signed
    .map((name) => `${name}:${header(request.headers, name).trim().replace(/\s+/g, ' ')}\n`)
    .join('')
  for (const uri of new Set([path, encodePath(path), encodePath(decodePath(path))])) {
    for (const query of new Set([rawQuery(items), standardQuery(items)])) {
      yield [request.method, uri, query, headers, signed.join(';'), payloadHash].join('\n')
    }
  }
}

function encodePath(path: string): string {
  return path.split('/').map(encode).join('/')
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

/** Items as they were sent, a bare word as `word=`, in plain string order. */
function rawQuery(items: readonly string[]): string {
  return [...items]
    .sort()
    .map((item) => (item.includes('=') ? item : `${item}=`))
    .join('&')
}

/** Names and values decoded and percent-encoded by the signing rules. */
function standardQuery(items: readonly string[]): string {
  const pairs = items.map((item) => {
    const [name = '', ...rest] = item.split('=')
    return `${encode(decodeForm(name))}=${encode(decodeForm(rest.join('=')))}`
  })
  return pairs.sort().join('&')
}

function decodeForm(text: string): string {
  return decodePath(text.replaceAll('+', ' '))
}

/** Percent-encoding that leaves only letters, digits and `-_.~`. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

function header(headers: IncomingHttpHeaders, name: string): string {
  const value = headers[name]
  return typeof value === 'string' ? value : (value?.join(',') ?? '')
}

function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex')
}

function forbidden(code: string, message: string): RequestFailure {
  return new RequestFailure(403, code, message)
}
