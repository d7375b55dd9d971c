import { type ErrorCode, type ErrorDetails, ExrError } from '../errors.ts'

/**
 * How far a request came before it failed. `connect`: it never left this machine. `exchange`: the connection was in use
 * and the answer was lost, so the server may or may not have done the work. `answer`: the server answered.
 * Absent on failures that trying again cannot mend, such as an unknown host or an untrusted certificate.
 */
export type FailureStage = 'connect' | 'exchange' | 'answer'

interface VastdbErrorOptions extends ErrorOptions {
  readonly details?: ErrorDetails
  readonly stage?: FailureStage
  readonly status?: number
  readonly serverCode?: string
  readonly requestId?: string
}

/** A failure while talking to VAST DataBase. Never holds keys, signatures or column values. */
export class VastdbError extends ExrError {
  readonly stage: FailureStage | undefined
  /** HTTP status, when the server answered. */
  readonly status: number | undefined
  /** `Code` of the server's error body, for instance `NoSuchKey` or `TabularMismatchColumnType`. */
  readonly serverCode: string | undefined
  /** What the vendor's support asks for. */
  readonly requestId: string | undefined

  constructor(code: ErrorCode, message: string, options: VastdbErrorOptions = {}) {
    super(code, message, options)
    this.stage = options.stage
    this.status = options.status
    this.serverCode = options.serverCode
    this.requestId = options.requestId
  }
}

/** An answer that does not follow the protocol. `what` names the answer, `found` what is wrong with it. */
export function protocolError(what: string, found: string, options: VastdbErrorOptions = {}): VastdbError {
  const advice = 'Check that nothing between this machine and the server rewrites answers'
  return new VastdbError('ERR_VASTDB_PROTOCOL', `${what}: ${found}. ${advice}.`, options)
}

/** A wrong option or argument, in the project's wording. */
export function optionError(name: string, expected: string, received: unknown): VastdbError {
  const shown = typeof received === 'string' ? JSON.stringify(received.slice(0, 100)) : String(received)
  return new VastdbError('ERR_OPTION_INVALID', `Expected ${expected} for ${name} but received ${shown}`)
}
