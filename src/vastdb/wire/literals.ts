import { type DataType, DateUnit, Field, List, type Timestamp, TimeUnit, Type } from 'apache-arrow'
import type { Builder, Offset } from 'flatbuffers'
import { decimalBytes, digitsOf, toUnscaled } from '../decimals.ts'
import * as ir from '../flatbuffers/generated/computeir.ts'
import { type ColumnPath, predicateError, type Value } from '../predicate.ts'
import { writeField } from './arrow-schema.ts'
import { childrenOf } from './layout.ts'

interface Impl {
  readonly tag: ir.LiteralImpl
  readonly offset: Offset
}

const INT_TAGS = {
  8: [ir.LiteralImpl.UInt8Literal, ir.LiteralImpl.Int8Literal],
  16: [ir.LiteralImpl.UInt16Literal, ir.LiteralImpl.Int16Literal],
  32: [ir.LiteralImpl.UInt32Literal, ir.LiteralImpl.Int32Literal],
  64: [ir.LiteralImpl.UInt64Literal, ir.LiteralImpl.Int64Literal],
} as const

const UNITS_PER_MS: Readonly<Record<number, readonly [bigint, bigint]>> = {
  [TimeUnit.SECOND]: [1n, 1000n],
  [TimeUnit.MILLISECOND]: [1n, 1n],
  [TimeUnit.MICROSECOND]: [1000n, 1n],
  [TimeUnit.NANOSECOND]: [1_000_000n, 1n],
}

/** The type that literals of a column carry; one serves all literals of the column in a request. */
export function writeLiteralType(builder: Builder, field: Field): Offset {
  return writeField(builder, literalField(field), 'query', null)
}

/** A Literal of the column's type. Throws ERR_VASTDB_PREDICATE when the value does not fit it exactly. */
export function writeLiteral(builder: Builder, field: Field, type: Offset, value: Value, column: ColumnPath): Offset {
  const { tag, offset } = writeImpl(builder, field, value, column)
  ir.Literal.startLiteral(builder)
  ir.Literal.addImplType(builder, tag)
  ir.Literal.addImpl(builder, offset)
  ir.Literal.addType(builder, type)
  return ir.Literal.endLiteral(builder)
}

/** Servers refuse a fixed-size list as the type of a literal; a list of the same items stands for it. */
function literalField(field: Field): Field {
  if (field.type.typeId !== Type.FixedSizeList) return field
  return new Field(field.name, new List(childrenOf(field.type)[0]!), field.nullable)
}

function writeImpl(builder: Builder, field: Field, value: Value, column: ColumnPath): Impl {
  const type = field.type
  const of = type as unknown as Readonly<Record<string, number>>
  const refuse = (expected: string): never => {
    const shown = typeof value === 'string' ? 'a string' : value instanceof Date ? 'a Date' : `a ${typeof value}`
    throw predicateError(column, `it is ${type}, which compares with ${expected}, not with ${shown} like the one given`)
  }
  switch (type.typeId) {
    case Type.Int:
      return writeInt(
        builder,
        of['bitWidth'] as 8 | 16 | 32 | 64,
        Boolean(of['isSigned']),
        wholeNumber(value, refuse),
        refuse,
      )
    case Type.Float:
      if (typeof value !== 'number') return refuse('a number')
      return writeFloat(builder, of['precision'] ?? 0, value)
    case Type.Bool:
      if (typeof value !== 'boolean') return refuse('true or false')
      return { tag: ir.LiteralImpl.BooleanLiteral, offset: ir.BooleanLiteral.createBooleanLiteral(builder, value) }
    case Type.Utf8: {
      // Upper bounds of prefixes are raw bytes and need not be UTF-8.
      if (typeof value !== 'string' && !(value instanceof Uint8Array)) return refuse('a string')
      const text = builder.createString(value)
      return { tag: ir.LiteralImpl.StringLiteral, offset: ir.StringLiteral.createStringLiteral(builder, text) }
    }
    case Type.Binary:
    case Type.FixedSizeBinary: {
      if (!(value instanceof Uint8Array)) return refuse('bytes (Uint8Array)')
      return writeBytes(builder, type, value)
    }
    case Type.Date: {
      const days = of['unit'] === DateUnit.DAY ? toDays(value, refuse) : wholeNumber(value, refuse)
      return { tag: ir.LiteralImpl.DateLiteral, offset: ir.DateLiteral.createDateLiteral(builder, days) }
    }
    case Type.Time:
      return {
        tag: ir.LiteralImpl.TimeLiteral,
        offset: ir.TimeLiteral.createTimeLiteral(builder, wholeNumber(value, refuse)),
      }
    case Type.Timestamp: {
      const ticks = value instanceof Date ? dateTicks(value, type as Timestamp, refuse) : wholeNumber(value, refuse)
      return {
        tag: ir.LiteralImpl.TimestampLiteral,
        offset: ir.TimestampLiteral.createTimestampLiteral(builder, ticks),
      }
    }
    case Type.Decimal: {
      const unscaled =
        toUnscaled(value, of['scale'] ?? 0) ??
        refuse(`decimal text with at most ${of['scale']} decimals, or whole numbers`)
      if (digitsOf(unscaled) > (of['precision'] ?? 0)) refuse(`numbers of at most ${of['precision']} digits`)
      const vector = ir.DecimalLiteral.createValueVector(builder, decimalBytes(unscaled))
      return { tag: ir.LiteralImpl.DecimalLiteral, offset: ir.DecimalLiteral.createDecimalLiteral(builder, vector) }
    }
    case Type.FixedSizeList:
      return writeVector(builder, type, value, column, refuse)
    default:
      throw predicateError(column, `the server does not filter columns of type ${type}`)
  }
}

type Refuse = (expected: string) => never

function writeInt(builder: Builder, bitWidth: 8 | 16 | 32 | 64, signed: boolean, value: bigint, refuse: Refuse): Impl {
  const fits = signed ? BigInt.asIntN(bitWidth, value) === value : BigInt.asUintN(bitWidth, value) === value
  if (!fits) refuse(`${signed ? 'signed' : 'unsigned'} ${bitWidth}-bit numbers`)
  const tag = INT_TAGS[bitWidth][signed ? 1 : 0]
  const small = Number(value)
  const offset = {
    [ir.LiteralImpl.UInt8Literal]: () => ir.UInt8Literal.createUInt8Literal(builder, small),
    [ir.LiteralImpl.Int8Literal]: () => ir.Int8Literal.createInt8Literal(builder, small),
    [ir.LiteralImpl.UInt16Literal]: () => ir.UInt16Literal.createUInt16Literal(builder, small),
    [ir.LiteralImpl.Int16Literal]: () => ir.Int16Literal.createInt16Literal(builder, small),
    [ir.LiteralImpl.UInt32Literal]: () => ir.UInt32Literal.createUInt32Literal(builder, small),
    [ir.LiteralImpl.Int32Literal]: () => ir.Int32Literal.createInt32Literal(builder, small),
    [ir.LiteralImpl.UInt64Literal]: () => ir.UInt64Literal.createUInt64Literal(builder, value),
    [ir.LiteralImpl.Int64Literal]: () => ir.Int64Literal.createInt64Literal(builder, value),
  }[tag]()
  return { tag, offset }
}

function writeFloat(builder: Builder, precision: number, value: number): Impl {
  if (precision === 2)
    return { tag: ir.LiteralImpl.Float64Literal, offset: ir.Float64Literal.createFloat64Literal(builder, value) }
  if (precision === 1)
    return { tag: ir.LiteralImpl.Float32Literal, offset: ir.Float32Literal.createFloat32Literal(builder, value) }
  return {
    tag: ir.LiteralImpl.Float16Literal,
    offset: ir.Float16Literal.createFloat16Literal(builder, halfBits(value)),
  }
}

function writeBytes(builder: Builder, type: DataType, value: Uint8Array): Impl {
  const vector = ir.BinaryLiteral.createValueVector(builder, value)
  if (type.typeId === Type.Binary) {
    return { tag: ir.LiteralImpl.BinaryLiteral, offset: ir.BinaryLiteral.createBinaryLiteral(builder, vector) }
  }
  const offset = ir.FixedSizeBinaryLiteral.createFixedSizeBinaryLiteral(builder, vector)
  return { tag: ir.LiteralImpl.FixedSizeBinaryLiteral, offset }
}

function writeVector(builder: Builder, type: DataType, value: Value, column: ColumnPath, refuse: Refuse): Impl {
  const size = (type as unknown as { listSize: number }).listSize
  const items = value as ArrayLike<Value>
  if (typeof value !== 'object' || items.length !== size) return refuse(`arrays of ${size} values`)
  const item = childrenOf(type)[0]!
  const itemType = writeLiteralType(builder, item)
  const literals = Array.from(items, (each) => writeLiteral(builder, item, itemType, each, column))
  const vector = ir.ListLiteral.createValuesVector(builder, literals)
  return { tag: ir.LiteralImpl.ListLiteral, offset: ir.ListLiteral.createListLiteral(builder, vector) }
}

function wholeNumber(value: unknown, refuse: Refuse): bigint {
  if (typeof value === 'bigint') return value
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value)
  return refuse('whole numbers (bigint beyond 2^53)')
}

const MS_PER_DAY = 86_400_000

function toDays(value: unknown, refuse: Refuse): bigint {
  if (!(value instanceof Date)) return wholeNumber(value, refuse)
  const days = value.getTime() / MS_PER_DAY
  return Number.isInteger(days) ? BigInt(days) : refuse('a Date at midnight UTC')
}

function dateTicks(value: Date, type: Timestamp, refuse: Refuse): bigint {
  const ms = value.getTime()
  if (!Number.isFinite(ms)) refuse('a valid Date')
  const [times, per] = UNITS_PER_MS[type.unit]!
  const ticks = BigInt(ms) * times
  return ticks % per === 0n ? ticks / per : refuse('whole seconds')
}

/** IEEE half bits, rounded to nearest even. */
function halfBits(value: number): number {
  const view = new DataView(new ArrayBuffer(4))
  view.setFloat32(0, value)
  const single = view.getUint32(0)
  const sign = (single >>> 16) & 0x8000
  const exponent = (single >>> 23) & 0xff
  const mantissa = single & 0x7f_ffff
  if (exponent === 0xff) return sign | 0x7c00 | (mantissa === 0 ? 0 : 0x200)
  const shifted = exponent - 127 + 15
  if (shifted >= 0x1f) return sign | 0x7c00
  const significand = shifted <= 0 ? (mantissa | 0x80_0000) >> 0 : mantissa
  const drop = shifted <= 0 ? 14 - shifted : 13
  if (drop > 24) return sign
  const kept = significand >>> drop
  const rest = significand & ((1 << drop) - 1)
  const half = 1 << (drop - 1)
  const rounded = rest > half || (rest === half && (kept & 1) === 1) ? kept + 1 : kept
  return sign | ((shifted <= 0 ? 0 : shifted << 10) + rounded)
}
