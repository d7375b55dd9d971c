/** A cell of a table or of CSV as text: null is empty, bytes are base64, lists and objects JSON. */
export function plainText(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  return typeof value === 'object' ? JSON.stringify(value, jsonValue) : String(value)
}

/** For `JSON.stringify`: integers past 2^53 and numbers that are not finite as text, bytes as base64. */
export function jsonValue(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value)
  return value
}
