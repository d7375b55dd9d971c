/** Statuses the vendor's SDK understands; any other makes it fail in a way no caller can handle. */
type ErrorStatus = 400 | 403 | 404 | 405 | 408 | 409 | 500 | 501 | 503 | 507

/** A failure that becomes the answer to a request: an HTTP status and the S3-style code and message of its body. */
export class RequestFailure extends Error {
  override readonly name = 'RequestFailure'
  readonly status: ErrorStatus
  readonly code: string

  constructor(status: ErrorStatus, code: string, message: string, options: ErrorOptions = {}) {
    super(message, options)
    this.status = status
    this.code = code
  }
}

export function badRequest(message: string, code = 'InvalidArgument'): RequestFailure {
  return new RequestFailure(400, code, message)
}

export function notFound(message: string, code = 'NoSuchKey'): RequestFailure {
  return new RequestFailure(404, code, message)
}

export function conflict(message: string, code = 'Conflict'): RequestFailure {
  return new RequestFailure(409, code, message)
}

export function notImplemented(message: string): RequestFailure {
  return new RequestFailure(501, 'NotImplemented', message)
}

export function unsupportedType(message: string): RequestFailure {
  return new RequestFailure(400, 'TabularUnsupportedColumnType', `TabularUnsupportedColumnType: ${message}`)
}

export function invalidTypeParameter(message: string): RequestFailure {
  return new RequestFailure(400, 'TabularInvalidColumnTypeParam', `TabularInvalidColumnTypeParam: ${message}`)
}

export function mismatchedType(message: string): RequestFailure {
  return new RequestFailure(400, 'TabularMismatchColumnType', `TabularMismatchColumnType: ${message}`)
}

/** Any thrown value as an answer. What was not raised on purpose is an internal error, and its text is kept. */
export function toFailure(error: unknown): RequestFailure {
  if (error instanceof RequestFailure) return error
  const message = error instanceof Error ? error.message : String(error)
  return new RequestFailure(500, 'InternalError', `We encountered an internal error. ${message}`, { cause: error })
}

/** The error body a real server sends: no namespace, every text escaped. */
export function toErrorXml(failure: RequestFailure, resource: string, requestId: string): string {
  return (
    '<?xml version="1.0" encoding="UTF-8"?>' +
    `<Error><Code>${escapeXml(failure.code)}</Code><Message>${escapeXml(failure.message)}</Message>` +
    `<Resource>${escapeXml(resource)}</Resource><RequestId>${escapeXml(requestId)}</RequestId></Error>`
  )
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}

/** Text for an XML element; control characters XML 1.0 cannot carry become U+FFFD. */
export function escapeXml(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters XML 1.0 forbids.
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
      .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character)
  )
}
