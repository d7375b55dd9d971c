import { withoutPadding } from '../header/index.ts'
import type { AttributeFacts } from '../inspect/payload.ts'

/** The typed columns of one attribute value. */
export interface ValueColumns {
  readonly json: string
  readonly text: string | null
  readonly int: number | null
  readonly float: number | null
}

const FLOAT_TYPES = /^(?:float|double|half)$/
const NOT_FINITE: Readonly<Record<string, number>> = { NaN: Number.NaN, Infinity, '-Infinity': -Infinity }

/**
 * `value_json`, and beside it the one typed column that fits: text for strings (replacement characters where the
 * bytes are not UTF-8), float for floating point types, int for integers. Everything else is JSON alone.
 */
export function valueColumns(attribute: AttributeFacts): ValueColumns {
  const { value, type } = attribute
  const json = JSON.stringify(value) ?? 'null'
  if (typeof value === 'number') {
    return FLOAT_TYPES.test(type) || !Number.isSafeInteger(value)
      ? { json, text: null, int: null, float: value }
      : { json, text: null, int: value, float: null }
  }
  if (typeof value === 'string') {
    const float = FLOAT_TYPES.test(type) ? NOT_FINITE[value] : undefined
    return float === undefined
      ? { json, text: withoutPadding(value), int: null, float: null }
      : { json, text: null, int: null, float }
  }
  return { json, text: type === 'string' ? replacementText(value) : null, int: null, float: null }
}

function replacementText(value: unknown): string | null {
  if (typeof value !== 'object' || value === null || !('data' in value) || typeof value.data !== 'string') return null
  return Buffer.from(value.data, 'base64').toString('utf8')
}
