import { MAX_CELL_BYTES } from '../../vastdb/constants.ts'
import { invalidTypeParameter, unsupportedType } from '../errors.ts'

export type TimeUnit = 'second' | 'millisecond' | 'microsecond' | 'nanosecond'

/** An Arrow type as the emulator sees it; `unsupported` keeps the name of a type that tables may not have. */
export type ArrowType =
  | { readonly kind: 'int'; readonly bits: 8 | 16 | 32 | 64; readonly signed: boolean }
  | { readonly kind: 'float'; readonly bits: 16 | 32 | 64 }
  | { readonly kind: 'bool' }
  | { readonly kind: 'utf8' }
  | { readonly kind: 'binary' }
  | { readonly kind: 'fixedBinary'; readonly width: number }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'date' }
  | { readonly kind: 'time'; readonly unit: TimeUnit }
  | { readonly kind: 'timestamp'; readonly unit: TimeUnit; readonly timezone: string | null }
  | { readonly kind: 'list'; readonly item: Field }
  | { readonly kind: 'fixedList'; readonly item: Field; readonly size: number }
  | { readonly kind: 'struct'; readonly fields: readonly Field[] }
  | { readonly kind: 'map'; readonly entries: Field; readonly keysSorted: boolean }
  | { readonly kind: 'null' }
  | { readonly kind: 'unsupported'; readonly name: string }

/** A named, possibly nested column. A map's `entries` is a struct field of exactly key and value. */
export interface Field {
  readonly name: string
  readonly nullable: boolean
  readonly type: ArrowType
  readonly metadata: readonly (readonly [string, string])[]
}

export function field(name: string, type: ArrowType, nullable = true): Field {
  return { name, nullable, type, metadata: [] }
}

export const UINT64: ArrowType = { kind: 'int', bits: 64, signed: false }
export const ROW_ID_DECIMAL: ArrowType = { kind: 'decimal', precision: 38, scale: 0 }

/** The fields nested directly below a type, in wire order. */
export function childrenOf(type: ArrowType): readonly Field[] {
  switch (type.kind) {
    case 'list':
    case 'fixedList':
      return [type.item]
    case 'struct':
      return type.fields
    case 'map':
      return [type.entries]
    default:
      return []
  }
}

/** Bytes of one value of a fixed-width type, or 0 for bits, variable-length and nested types. */
export function byteWidth(type: ArrowType): number {
  switch (type.kind) {
    case 'int':
    case 'float':
      return type.bits / 8
    case 'decimal':
      return 16
    case 'date':
      return 4
    case 'time':
      return type.unit === 'second' || type.unit === 'millisecond' ? 4 : 8
    case 'timestamp':
      return 8
    case 'fixedBinary':
      return type.width
    default:
      return 0
  }
}

/** Rough bytes of one value, for page sizes and statistics. */
export function estimatedBytes(type: ArrowType): number {
  switch (type.kind) {
    case 'bool':
      return 1
    case 'utf8':
    case 'binary':
      return 32
    case 'fixedList':
      return type.size * estimatedBytes(type.item.type)
    case 'list':
      return 4 * estimatedBytes(type.item.type)
    case 'map':
      return 4 * estimatedBytes(type.entries.type)
    case 'struct':
      return type.fields.reduce((sum, child) => sum + estimatedBytes(child.type), 0)
    default:
      return byteWidth(type)
  }
}

/** How people write the type, for error messages. */
export function typeName(type: ArrowType): string {
  switch (type.kind) {
    case 'int':
      return `${type.signed ? '' : 'u'}int${type.bits}`
    case 'float':
      return `float${type.bits}`
    case 'fixedBinary':
      return `fixed_size_binary[${type.width}]`
    case 'decimal':
      return `decimal128(${type.precision}, ${type.scale})`
    case 'time':
    case 'timestamp':
      return `${type.kind}[${type.unit}]`
    case 'list':
      return `list<${childName(type.item)}>`
    case 'fixedList':
      return `fixed_size_list<${childName(type.item)}>[${type.size}]`
    case 'struct':
      return `struct<${type.fields.map((child) => `${child.name}: ${childName(child)}`).join(', ')}>`
    case 'map':
      return `map<${childrenOf(type.entries.type).map(childName).join(', ')}>`
    case 'unsupported':
      return type.name
    default:
      return type.kind
  }
}

function childName(child: Field): string {
  return typeName(child.type) + (child.nullable ? '' : ' not null')
}

/**
 * Whether values of one type are laid out like values of the other. Names of list items and map entries, time zones
 * and, unless `strict`, nullability do not matter: queries rename and drop them.
 */
export function sameLayout(a: ArrowType, b: ArrowType, strict = false): boolean {
  if (a.kind !== b.kind) return false
  if (a.kind === 'timestamp' && b.kind === 'timestamp') return a.unit === b.unit
  if (typeParameters(a) !== typeParameters(b)) return false
  const inner = childrenOf(a)
  const other = childrenOf(b)
  if (inner.length !== other.length) return false
  return inner.every((child, index) => {
    const match = other[index]!
    if (a.kind === 'struct' && child.name !== match.name) return false
    if (strict && a.kind === 'fixedList' && child.nullable !== match.nullable) return false
    return sameLayout(child.type, match.type, strict)
  })
}

function typeParameters(type: ArrowType): string {
  const own = Object.entries(type).filter(([, value]) => typeof value !== 'object' && typeof value !== 'undefined')
  return JSON.stringify(own.filter(([key]) => key !== 'keysSorted'))
}

const FIXED_LIST_ITEMS = new Set<ArrowType['kind']>(['int', 'float', 'decimal', 'date', 'time', 'timestamp'])

/** Throws `TabularUnsupportedColumnType` or `TabularInvalidColumnTypeParam` when a table may not have this column. */
export function assertColumnType(column: Field, path = column.name): void {
  const { type } = column
  if (type.kind === 'unsupported' || type.kind === 'null') {
    throw unsupportedType(`column ${path} has type ${typeName(type)}`)
  }
  if (type.kind === 'decimal' && (type.precision < 1 || type.precision > 38)) {
    throw invalidTypeParameter(`column ${path} has a precision of ${type.precision}, expected 1 to 38`)
  }
  if (type.kind === 'fixedBinary' && (type.width < 1 || type.width > MAX_CELL_BYTES)) {
    throw invalidTypeParameter(`column ${path} has a width of ${type.width} bytes`)
  }
  if (type.kind === 'struct' && type.fields.length === 0) {
    throw unsupportedType(`column ${path} is a struct without fields`)
  }
  if (type.kind === 'fixedList') assertVector(type, path)
  for (const child of childrenOf(type)) assertColumnType(child, `${path}.${child.name}`)
}

function assertVector(type: Extract<ArrowType, { kind: 'fixedList' }>, path: string): void {
  if (type.size < 1) throw invalidTypeParameter(`column ${path} is a fixed-size list of ${type.size} elements`)
  const { item } = type
  const wide = item.type.kind === 'float' && item.type.bits === 16
  if (item.nullable || wide || !FIXED_LIST_ITEMS.has(item.type.kind)) {
    throw unsupportedType(`column ${path} has type ${typeName(type)}; items must be numbers or times and not null`)
  }
  if (type.size * byteWidth(item.type) > MAX_CELL_BYTES) {
    throw unsupportedType(`column ${path} has ${type.size} elements, more than fit into ${MAX_CELL_BYTES} bytes`)
  }
}
