import type { DuckDBType } from '@duckdb/node-api'
import {
  ARRAY,
  BIGINT,
  BLOB,
  BOOLEAN,
  DOUBLE,
  FLOAT,
  HUGEINT,
  INTEGER,
  LIST,
  SMALLINT,
  STRUCT,
  TINYINT,
  UBIGINT,
  UINTEGER,
  USMALLINT,
  UTINYINT,
  VARCHAR,
} from '../../duckdb-api.ts'
import type { ArrowType, Field } from '../arrow/types.ts'

const SIGNED = { 8: TINYINT, 16: SMALLINT, 32: INTEGER, 64: BIGINT } as const
const UNSIGNED = { 8: UTINYINT, 16: USMALLINT, 32: UINTEGER, 64: UBIGINT } as const

/**
 * The DuckDB type that holds an Arrow type's physical values: dates, times and timestamps as their integers, decimals
 * as unscaled HUGEINT, halves as FLOAT, maps as lists of structs. Struct members are named by position, so that a
 * name's case or an empty name never matters.
 */
export function storageType(type: ArrowType): DuckDBType {
  switch (type.kind) {
    case 'int':
      return type.signed ? SIGNED[type.bits] : UNSIGNED[type.bits]
    case 'float':
      return type.bits === 64 ? DOUBLE : FLOAT
    case 'bool':
      return BOOLEAN
    case 'utf8':
      return VARCHAR
    case 'binary':
    case 'fixedBinary':
      return BLOB
    case 'decimal':
      return HUGEINT
    case 'date':
      return INTEGER
    case 'time':
      return type.unit === 'second' || type.unit === 'millisecond' ? INTEGER : BIGINT
    case 'timestamp':
      return BIGINT
    case 'list':
      return LIST(storageType(type.item.type))
    case 'fixedList':
      return ARRAY(storageType(type.item.type), type.size)
    case 'struct':
      return structType(type.fields)
    case 'map':
      return LIST(storageType(type.entries.type))
    default:
      throw new TypeError(`Columns of type ${type.kind} cannot be stored`)
  }
}

/** Name of a struct's member in DuckDB. */
export function memberName(index: number): string {
  return `f${index}`
}

function structType(fields: readonly Field[]): DuckDBType {
  return STRUCT(Object.fromEntries(fields.map((field, index) => [memberName(index), storageType(field.type)])))
}

/** A single-quoted SQL string. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** A double-quoted SQL identifier. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
