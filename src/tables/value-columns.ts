import { withoutPadding } from '../header/index.ts'
import type { AttributeFacts } from '../inspect/payload.ts'
import { LARGE_VALUE_BYTES, type LargeValueCollector } from './encoded/large-values.ts'

/** The typed columns of one attribute value. */
export interface ValueColumns {
  readonly json: string
  readonly text: string | null
  readonly int: number | null
  readonly float: number | null
  /** A form for people, in place of the attribute's own. */
  readonly display?: string
}

const FLOAT_TYPES = /^(?:float|double|half)$/
const NOT_FINITE: Readonly<Record<string, number>> = { NaN: Number.NaN, Infinity, '-Infinity': -Infinity }

/**
 * `value_json`, and beside it the typed column that fits: text for strings (replacement characters where the
 * bytes are not UTF-8) and the number that such a text is, float for floating point types, int for integers. Everything else is JSON alone.
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
      ? { json, text: withoutPadding(value), ...(type === 'string' ? numberOf(withoutPadding(value)) : NO_NUMBER) }
      : { json, text: null, int: null, float }
  }
  return { json, text: type === 'string' ? replacementText(value) : null, int: null, float: null }
}

const NO_NUMBER = { int: null, float: null }

/** What a text that is a decimal number says, so that it can be compared as one: a whole number, or another. */
export function numberOf(text: string): Pick<ValueColumns, 'int' | 'float'> {
  if (text.length > 32 || !/^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?\s*$/i.test(text)) return NO_NUMBER
  const number = Number(text)
  if (/^\s*[+-]?\d+\s*$/.test(text) && Number.isSafeInteger(number)) return { int: number || 0, float: null }
  return Number.isFinite(number) ? { int: null, float: number } : NO_NUMBER
}

/** The same for storing: a large value goes to `large`, and the row says where it is. */
export function storedColumns(attribute: AttributeFacts, large: LargeValueCollector | null): ValueColumns {
  const { value } = attribute
  if (large === null || typeof value === 'number') return valueColumns(attribute)
  const isText = typeof value === 'string' && value.isWellFormed()
  if (isText && isLarge(value)) return markerColumns(value, 'text', large)
  const columns = valueColumns(attribute)
  if (!isLarge(columns.json)) return columns
  return isText ? markerColumns(value, 'text', large) : markerColumns(columns.json, 'json', large)
}

function markerColumns(content: string, form: 'text' | 'json', large: LargeValueCollector): ValueColumns {
  const { json, sha256, byteLength } = large.add(content, form)
  const display = `${byteLength} bytes of ${form === 'text' ? 'text' : 'JSON'}: exr-inspector catalog value ${sha256}`
  return { json, text: null, int: null, float: null, display }
}

/** A UTF-16 unit is at most three bytes of UTF-8. */
function isLarge(text: string): boolean {
  if (text.length * 3 <= LARGE_VALUE_BYTES) return false
  return text.length > LARGE_VALUE_BYTES || Buffer.byteLength(text) > LARGE_VALUE_BYTES
}

function replacementText(value: unknown): string | null {
  if (typeof value !== 'object' || value === null || !('data' in value) || typeof value.data !== 'string') return null
  return Buffer.from(value.data, 'base64').toString('utf8')
}
