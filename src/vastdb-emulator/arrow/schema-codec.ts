import type { Builder, ByteBuffer, Offset } from 'flatbuffers'
import * as fb from '../../vastdb/flatbuffers/generated/arrow.ts'
import { badRequest } from '../errors.ts'
import { type ArrowType, childrenOf, type Field, type TimeUnit } from './types.ts'

const UNITS: readonly TimeUnit[] = ['second', 'millisecond', 'microsecond', 'nanosecond']
const MAX_DEPTH = 32

/** A vector length claimed by a message, refused when the message is too short to hold that many offsets. */
export function boundedLength(claimed: number, bytes: ByteBuffer): number {
  if (claimed < 0 || claimed * 4 > bytes.capacity()) {
    throw badRequest(`A message of ${bytes.capacity()} bytes claims a list of ${claimed} entries`)
  }
  return claimed
}

/** The fields of a decoded Arrow schema table. */
export function toFields(schema: fb.Schema): Field[] {
  const length = boundedLength(schema.fieldsLength(), schema.bb!)
  return Array.from({ length }, (_, index) => toField(schema.fields(index)!))
}

/** Key-value pairs of a decoded Arrow schema table itself. */
export function toSchemaMetadata(schema: fb.Schema): [string, string][] {
  const length = boundedLength(schema.customMetadataLength(), schema.bb!)
  return Array.from({ length }, (_, index) => {
    const entry = schema.customMetadata(index)!
    return [entry.key() ?? '', entry.value() ?? '']
  })
}

/** One field. `entries` children of maps are read as structs whatever their type tag says: the SDK tags them Map. */
function toField(source: fb.Field, depth = 0, asStruct = false): Field {
  if (depth > MAX_DEPTH) throw badRequest(`A column is nested more than ${MAX_DEPTH} levels deep`)
  const isMap = source.typeType() === fb.Type.Map && !asStruct
  const children = Array.from({ length: boundedLength(source.childrenLength(), source.bb!) }, (_, index) =>
    toField(source.children(index)!, depth + 1, isMap),
  )
  const metadata = Array.from({ length: boundedLength(source.customMetadataLength(), source.bb!) }, (_, index) => {
    const entry = source.customMetadata(index)!
    return [entry.key() ?? '', entry.value() ?? ''] as const
  })
  const type: ArrowType = asStruct ? { kind: 'struct', fields: children } : toType(source, children)
  return { name: source.name() ?? '', nullable: source.nullable(), type, metadata }
}

function toType(source: fb.Field, children: readonly Field[]): ArrowType {
  if (source.dictionary()) return { kind: 'unsupported', name: 'dictionary' }
  const tag = source.typeType()
  switch (tag) {
    case fb.Type.Null:
      return { kind: 'null' }
    case fb.Type.Int:
      return toInt(source.type(new fb.Int()))
    case fb.Type.FloatingPoint:
      return {
        kind: 'float',
        bits: ([16, 32, 64] as const)[source.type(new fb.FloatingPoint()).precision() as number] ?? 16,
      }
    case fb.Type.Bool:
      return { kind: 'bool' }
    case fb.Type.Utf8:
      return { kind: 'utf8' }
    case fb.Type.Binary:
      return { kind: 'binary' }
    case fb.Type.FixedSizeBinary:
      return { kind: 'fixedBinary', width: source.type(new fb.FixedSizeBinary()).byteWidth() }
    case fb.Type.Decimal:
      return toDecimal(source.type(new fb.Decimal()))
    case fb.Type.Date:
      return source.type(new fb.Date()).unit() === fb.DateUnit.DAY
        ? { kind: 'date' }
        : { kind: 'unsupported', name: 'date64' }
    case fb.Type.Time:
      return { kind: 'time', unit: UNITS[source.type(new fb.Time()).unit() as number] ?? 'second' }
    case fb.Type.Timestamp: {
      const timestamp: fb.Timestamp = source.type(new fb.Timestamp())
      return { kind: 'timestamp', unit: UNITS[timestamp.unit()] ?? 'second', timezone: timestamp.timezone() }
    }
    case fb.Type.List:
      return { kind: 'list', item: onlyChild(children, 'list') }
    case fb.Type.FixedSizeList:
      return {
        kind: 'fixedList',
        item: onlyChild(children, 'fixed_size_list'),
        size: source.type(new fb.FixedSizeList()).listSize(),
      }
    case fb.Type.Struct_:
      return { kind: 'struct', fields: children }
    case fb.Type.Map:
      return toMap(source, children)
    default:
      return { kind: 'unsupported', name: fb.Type[tag]?.toLowerCase() ?? `type ${tag}` }
  }
}

function toInt(int: fb.Int): ArrowType {
  const bits = int.bitWidth()
  if (bits !== 8 && bits !== 16 && bits !== 32 && bits !== 64) return { kind: 'unsupported', name: `int${bits}` }
  return { kind: 'int', bits, signed: int.isSigned() }
}

function toDecimal(decimal: fb.Decimal): ArrowType {
  if (decimal.bitWidth() !== 128) return { kind: 'unsupported', name: `decimal${decimal.bitWidth()}` }
  return { kind: 'decimal', precision: decimal.precision(), scale: decimal.scale() }
}

function toMap(source: fb.Field, children: readonly Field[]): ArrowType {
  const entries = onlyChild(children, 'map')
  if (entries.type.kind !== 'struct' || entries.type.fields.length !== 2) {
    throw badRequest('A map column needs one child of exactly two fields, key and value')
  }
  return { kind: 'map', entries, keysSorted: source.type(new fb.Map()).keysSorted() }
}

function onlyChild(children: readonly Field[], kind: string): Field {
  const [child] = children
  if (!child || children.length !== 1)
    throw badRequest(`A ${kind} column needs exactly one child, found ${children.length}`)
  return child
}

/** Write a schema table; returns its offset. */
export function writeSchema(
  builder: Builder,
  fields: readonly Field[],
  metadata: readonly (readonly [string, string])[] = [],
): Offset {
  const offsets = fields.map((entry) => writeField(builder, entry))
  const vector = fb.Schema.createFieldsVector(builder, offsets)
  const pairs = writePairs(builder, metadata)
  const metadataVector = pairs.length > 0 ? fb.Schema.createCustomMetadataVector(builder, pairs) : 0
  return fb.Schema.createSchema(builder, fb.Endianness.Little, vector, metadataVector, 0)
}

function writePairs(builder: Builder, pairs: readonly (readonly [string, string])[]): Offset[] {
  return pairs.map(([key, value]) => {
    const keyOffset = builder.createString(key)
    return fb.KeyValue.createKeyValue(builder, keyOffset, builder.createString(value))
  })
}

function writeField(builder: Builder, source: Field): Offset {
  const children = childrenOf(source.type).map((child) => writeField(builder, child))
  const childVector = fb.Field.createChildrenVector(builder, children)
  const metadata = writePairs(builder, source.metadata)
  const metadataVector = metadata.length > 0 ? fb.Field.createCustomMetadataVector(builder, metadata) : 0
  const name = builder.createString(source.name)
  const [tag, type] = writeType(builder, source.type)
  fb.Field.startField(builder)
  fb.Field.addName(builder, name)
  fb.Field.addNullable(builder, source.nullable)
  fb.Field.addTypeType(builder, tag)
  fb.Field.addType(builder, type)
  fb.Field.addChildren(builder, childVector)
  if (metadataVector) fb.Field.addCustomMetadata(builder, metadataVector)
  return fb.Field.endField(builder)
}

function writeType(builder: Builder, type: ArrowType): [fb.Type, Offset] {
  switch (type.kind) {
    case 'null':
      return [fb.Type.Null, fb.Null.createNull(builder)]
    case 'int':
      return [fb.Type.Int, fb.Int.createInt(builder, type.bits, type.signed)]
    case 'float':
      return [fb.Type.FloatingPoint, fb.FloatingPoint.createFloatingPoint(builder, Math.log2(type.bits / 16))]
    case 'bool':
      return [fb.Type.Bool, fb.Bool.createBool(builder)]
    case 'utf8':
      return [fb.Type.Utf8, fb.Utf8.createUtf8(builder)]
    case 'binary':
      return [fb.Type.Binary, fb.Binary.createBinary(builder)]
    case 'fixedBinary':
      return [fb.Type.FixedSizeBinary, fb.FixedSizeBinary.createFixedSizeBinary(builder, type.width)]
    case 'decimal':
      return [fb.Type.Decimal, fb.Decimal.createDecimal(builder, type.precision, type.scale, 128)]
    case 'date':
      return [fb.Type.Date, fb.Date.createDate(builder, fb.DateUnit.DAY)]
    case 'time': {
      const unit = UNITS.indexOf(type.unit)
      return [fb.Type.Time, fb.Time.createTime(builder, unit, unit < 2 ? 32 : 64)]
    }
    case 'timestamp': {
      const timezone = type.timezone === null ? 0 : builder.createString(type.timezone)
      return [fb.Type.Timestamp, fb.Timestamp.createTimestamp(builder, UNITS.indexOf(type.unit), timezone)]
    }
    case 'list':
      return [fb.Type.List, fb.List.createList(builder)]
    case 'fixedList':
      return [fb.Type.FixedSizeList, fb.FixedSizeList.createFixedSizeList(builder, type.size)]
    case 'struct':
      return [fb.Type.Struct_, fb.Struct_.createStruct_(builder)]
    case 'map':
      return [fb.Type.Map, fb.Map.createMap(builder, type.keysSorted)]
    case 'unsupported':
      throw badRequest(`Columns of type ${type.name} cannot be written`)
  }
}
