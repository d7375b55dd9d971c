import type { DuckDBValue } from '@duckdb/node-api'
import {
  DuckDBArrayValue,
  DuckDBBlobValue,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBUnionValue,
} from '../../duckdb-api.ts'
import { isoFromUs } from '../../tables/index.ts'

/** A value as `QueryResult` describes it. */
export function plainValue(value: DuckDBValue): unknown {
  if (value === null || typeof value !== 'object') return value
  if (value instanceof DuckDBTimestampTZValue || value instanceof DuckDBTimestampValue) return timestamp(value)
  if (value instanceof DuckDBArrayValue || value instanceof DuckDBListValue) return value.items.map(plainValue)
  if (value instanceof DuckDBStructValue) return mapped(Object.entries(value.entries))
  if (value instanceof DuckDBMapValue) return mapped(value.entries.map(({ key, value }) => [String(key), value]))
  if (value instanceof DuckDBUnionValue) return plainValue(value.value)
  if (value instanceof DuckDBBlobValue) return new Uint8Array(value.bytes)
  return String(value)
}

function timestamp(value: DuckDBTimestampTZValue | DuckDBTimestampValue): string {
  try {
    return isoFromUs(value.micros)
  } catch {
    // Infinities, and years that JavaScript's Date does not reach.
    return String(value)
  }
}

function mapped(entries: readonly (readonly [string, DuckDBValue])[]): Record<string, unknown> {
  return Object.fromEntries(entries.map(([key, value]) => [key, plainValue(value)]))
}
