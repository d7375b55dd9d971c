import { ExrError } from '../errors.ts'
import { badRequest } from './errors.ts'

/** Something that goes wrong with one request. */
export type Fault =
  /** Refused with 503 SlowDown; nothing is done. */
  | { readonly kind: 'slow-down' }
  /** The connection is reset; nothing is done. */
  | { readonly kind: 'reset-before' }
  /** The work is done and the connection is reset instead of an answer. */
  | { readonly kind: 'reset-after' }
  /** The connection is reset after this many bytes of the answer's body. */
  | { readonly kind: 'cut'; readonly bytes: number }
  /** The work starts this many milliseconds late. */
  | { readonly kind: 'latency'; readonly ms: number }

/** A fault that happens to a share of requests. */
export interface FaultRule {
  readonly fault: Fault
  /** From 0 (never) to 1 (always). */
  readonly probability: number
  /** Commands it happens to, such as `rows` or `data`; all when absent. */
  readonly commands?: readonly string[]
}

/** Request header that asks for faults by name: `x-emulator-fault: latency=20, reset-after`. */
export const FAULT_HEADER = 'x-emulator-fault'

/** Faults of a header value, separated by commas. Throws 400. */
export function readFaultHeader(value: string | null): Fault[] {
  if (value === null) return []
  return value.split(',').map((text) => {
    const fault = parseFault(text.trim())
    if (fault === null) throw badRequest(`Unknown fault "${text.trim()}" in header ${FAULT_HEADER}`)
    return fault
  })
}

/**
 * A rule as the command line writes it: `<fault>[:<probability>][@<command>,<command>]`, for example
 * `reset-after:0.05@rows,transaction`. Throws ERR_OPTION_INVALID.
 */
export function parseFaultRule(text: string): FaultRule {
  const match = /^([a-z-]+(?:=\d+)?)(?::(\d*\.?\d+))?(?:@([a-z,-]+))?$/.exec(text)
  const fault = match ? parseFault(match[1]!) : null
  const probability = Number(match?.[2] ?? 1)
  if (fault === null || probability > 1) {
    throw new ExrError(
      'ERR_OPTION_INVALID',
      `Expected <slow-down|reset-before|reset-after|cut=BYTES|latency=MS>[:PROBABILITY][@COMMANDS] for --fault but received ${text}`,
    )
  }
  return { fault, probability, ...(match![3] ? { commands: match![3].split(',') } : {}) }
}

function parseFault(text: string): Fault | null {
  const [kind = '', amount] = text.split('=')
  if (kind === 'cut' || kind === 'latency') {
    if (amount === undefined || !/^\d{1,9}$/.test(amount)) return null
    return kind === 'cut' ? { kind, bytes: Number(amount) } : { kind, ms: Number(amount) }
  }
  if (amount !== undefined) return null
  return kind === 'slow-down' || kind === 'reset-before' || kind === 'reset-after' ? { kind } : null
}

/** Draws the faults of each request from rules, the same ones for the same seed and order of requests. */
export class FaultSource {
  #rules: readonly FaultRule[]
  #state: number

  constructor(rules: readonly FaultRule[], seed: number) {
    this.#rules = rules
    this.#state = seed >>> 0
  }

  /** Replace the rules; the sequence goes on. */
  set rules(rules: readonly FaultRule[]) {
    this.#rules = rules
  }

  draw(command: string): Fault[] {
    const applicable = this.#rules.filter((rule) => rule.commands?.includes(command) ?? true)
    return applicable.filter((rule) => this.#next() < rule.probability).map((rule) => rule.fault)
  }

  /** mulberry32: uniform in [0, 1). */
  #next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = this.#state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
