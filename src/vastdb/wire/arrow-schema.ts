import {
  Binary,
  Bool,
  type DataType,
  Date_,
  Decimal,
  Field,
  FixedSizeBinary,
  FixedSizeList,
  Float,
  Int,
  List,
  Map_,
  Schema,
  Struct,
  Time,
  Timestamp,
  Type,
  Utf8,
} from 'apache-arrow'
import { Builder, type Offset } from 'flatbuffers'
import { protocolError, VastdbError } from '../errors.ts'
import * as fb from '../flatbuffers/generated/arrow.ts'
import { boundedLength, decoding, rootBuffer } from './guard.ts'
import { childrenOf } from './layout.ts'

/**
 * How a field is written. `table` keeps everything, as a table definition or a row batch needs it. `query` follows the
 * vendor's client: list items are called `item`, time zones and metadata are left out.
 */
type FieldStyle = 'table' | 'query'

const MAX_DEPTH = 64

/** Writes a Field table. `name` null leaves the name out, as the type of a literal needs it. */
export function writeField(
  builder: Builder,
  field: Field,
  style: FieldStyle,
  name: string | null = field.name,
): Offset {
  const nameOffset = name === null ? 0 : builder.createString(name)
  const children = childrenOf(field.type).map((child, index) =>
    writeField(builder, child, style, style === 'query' ? queryChildName(field.type, child, index) : child.name),
  )
  const childrenOffset = children.length === 0 ? 0 : fb.Field.createChildrenVector(builder, children)
  const metadata =
    style === 'table' && field.metadata.size > 0
      ? fb.Field.createCustomMetadataVector(builder, writePairs(builder, field.metadata))
      : 0
  const type = writeType(builder, field.type, style)
  fb.Field.startField(builder)
  if (name !== null) fb.Field.addName(builder, nameOffset)
  fb.Field.addNullable(builder, field.nullable)
  fb.Field.addTypeType(builder, field.type.typeId as number)
  fb.Field.addType(builder, type)
  if (childrenOffset !== 0) fb.Field.addChildren(builder, childrenOffset)
  if (metadata !== 0) fb.Field.addCustomMetadata(builder, metadata)
  return fb.Field.endField(builder)
}

/** `ofTable` is what a definition says of the table as a whole. */
export function writeSchema(
  builder: Builder,
  fields: readonly Field[],
  style: FieldStyle,
  ofTable: ReadonlyMap<string, string> = new Map(),
): Offset {
  const offsets = fields.map((field) => writeField(builder, field, style))
  const vector = fb.Schema.createFieldsVector(builder, offsets)
  const pairs = ofTable.size > 0 ? fb.Schema.createCustomMetadataVector(builder, writePairs(builder, ofTable)) : 0
  fb.Schema.startSchema(builder)
  fb.Schema.addFields(builder, vector)
  if (pairs !== 0) fb.Schema.addCustomMetadata(builder, pairs)
  return fb.Schema.endSchema(builder)
}

function queryChildName(parent: DataType, child: Field, index: number): string {
  if (parent.typeId === Type.Map) return 'entries'
  if (parent.typeId === Type.List || parent.typeId === Type.FixedSizeList) return 'item'
  return child.name || String(index)
}

function writePairs(builder: Builder, metadata: ReadonlyMap<string, string>): Offset[] {
  return [...metadata].map(([key, value]) =>
    fb.KeyValue.createKeyValue(builder, builder.createString(key), builder.createString(value)),
  )
}

function writeType(builder: Builder, type: DataType, style: FieldStyle): Offset {
  const of = type as unknown as Readonly<Record<string, number>>
  const number = (name: string) => of[name] ?? 0
  switch (type.typeId) {
    case Type.Int:
      return fb.Int.createInt(builder, number('bitWidth'), Boolean(of['isSigned']))
    case Type.Float:
      return fb.FloatingPoint.createFloatingPoint(builder, number('precision'))
    case Type.Decimal:
      return fb.Decimal.createDecimal(builder, number('precision'), number('scale'), number('bitWidth'))
    case Type.Date:
      return fb.Date.createDate(builder, number('unit'))
    case Type.Time:
      return fb.Time.createTime(builder, number('unit'), number('bitWidth'))
    case Type.Timestamp: {
      const zone = (type as Timestamp).timezone
      const offset = style === 'table' && zone ? builder.createString(zone) : 0
      return fb.Timestamp.createTimestamp(builder, number('unit'), offset)
    }
    case Type.FixedSizeBinary:
      return fb.FixedSizeBinary.createFixedSizeBinary(builder, number('byteWidth'))
    case Type.FixedSizeList:
      return fb.FixedSizeList.createFixedSizeList(builder, number('listSize'))
    case Type.Map:
      return fb.Map.createMap(builder, Boolean(of['keysSorted']))
    case Type.Utf8:
      return fb.Utf8.createUtf8(builder)
    case Type.Binary:
      return fb.Binary.createBinary(builder)
    case Type.Bool:
      return fb.Bool.createBool(builder)
    case Type.List:
      return fb.List.createList(builder)
    case Type.Struct:
      return fb.Struct_.createStruct_(builder)
    default:
      throw new VastdbError('ERR_VASTDB_TYPE', `${type} cannot be sent to VAST DataBase.`)
  }
}

/** The metadata of a Schema message, without framing. */
export function schemaMetadata(fields: readonly Field[], ofTable: ReadonlyMap<string, string> = new Map()): Uint8Array {
  const builder = new Builder(1024)
  const schema = writeSchema(builder, fields, 'table', ofTable)
  fb.Message.startMessage(builder)
  fb.Message.addVersion(builder, fb.MetadataVersion.V5)
  fb.Message.addHeaderType(builder, fb.MessageHeader.Schema)
  fb.Message.addHeader(builder, schema)
  builder.finish(fb.Message.endMessage(builder))
  return builder.asUint8Array()
}

/** Fields of a flatbuf.Schema. Throws ERR_VASTDB_PROTOCOL on anything hostile or unknown. */
export function readSchema(schema: fb.Schema, available: number, what: string): Schema {
  return decoding(what, () => {
    const count = boundedLength(schema.fieldsLength(), 4, available, what)
    const fields = Array.from({ length: count }, (_, i) => readField(schema.fields(i), available, what, 0))
    return new Schema(fields, readMetadata(schema, available, what))
  })
}

function readField(field: fb.Field | null, available: number, what: string, depth: number): Field {
  if (field === null || depth > MAX_DEPTH) throw protocolError(what, 'a schema nests too deep')
  const count = boundedLength(field.childrenLength(), 4, available, what)
  const children = Array.from({ length: count }, (_, i) => readField(field.children(i), available, what, depth + 1))
  const metadata = readMetadata(field, available, what)
  return new Field(field.name() ?? '', readType(field, children, what), field.nullable(), metadata)
}

function readMetadata(of: fb.Field | fb.Schema, available: number, what: string): Map<string, string> {
  const metadata = new Map<string, string>()
  const pairs = boundedLength(of.customMetadataLength(), 4, available, what)
  for (let i = 0; i < pairs; i++) {
    const pair = of.customMetadata(i)
    metadata.set(pair?.key() ?? '', pair?.value() ?? '')
  }
  return metadata
}

function readType(field: fb.Field, children: Field[], what: string): DataType {
  const tag = field.typeType()
  const as = <T>(table: T): T => (field.type(table as never) ?? table) as T
  const only = () => {
    if (children.length !== 1) throw protocolError(what, `a list type has ${children.length} children`)
    return children[0]!
  }
  switch (tag) {
    case fb.Type.Int: {
      const int = as(new fb.Int())
      return new Int(int.isSigned() as never, int.bitWidth() as never)
    }
    case fb.Type.FloatingPoint:
      return new Float(as(new fb.FloatingPoint()).precision() as number)
    case fb.Type.Binary:
      return new Binary()
    case fb.Type.Utf8:
      return new Utf8()
    case fb.Type.Bool:
      return new Bool()
    case fb.Type.Decimal: {
      const decimal = as(new fb.Decimal())
      return new Decimal(decimal.scale(), decimal.precision(), decimal.bitWidth())
    }
    case fb.Type.Date:
      return new Date_(as(new fb.Date()).unit() as number)
    case fb.Type.Time: {
      const time = as(new fb.Time())
      return new Time(time.unit() as number, time.bitWidth() as never)
    }
    case fb.Type.Timestamp: {
      const timestamp = as(new fb.Timestamp())
      return new Timestamp(timestamp.unit() as number, timestamp.timezone())
    }
    case fb.Type.List:
      return new List(only())
    case fb.Type.Struct_:
      return new Struct(children)
    case fb.Type.FixedSizeBinary:
      return new FixedSizeBinary(as(new fb.FixedSizeBinary()).byteWidth())
    case fb.Type.FixedSizeList:
      return new FixedSizeList(as(new fb.FixedSizeList()).listSize(), only())
    case fb.Type.Map:
      return new Map_(only() as never, as(new fb.Map()).keysSorted())
    default:
      throw protocolError(what, `a column has the Arrow type ${fb.Type[tag] ?? tag}, which this client does not read`)
  }
}

/** The schema in the first message of an IPC stream or a bare Schema message. */
export function readSchemaMessage(bytes: Uint8Array, what: string): Schema {
  return decoding(what, () => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    if (bytes.byteLength < 16 || view.getInt32(0, true) !== -1)
      throw protocolError(what, 'the answer is no Arrow schema')
    const length = view.getInt32(4, true)
    if (length < 8 || 8 + length > bytes.byteLength) throw protocolError(what, 'the Arrow schema is cut short')
    const message = fb.Message.getRootAsMessage(rootBuffer(bytes.subarray(8, 8 + length), what))
    const schema = message.headerType() === fb.MessageHeader.Schema ? message.header(new fb.Schema()) : null
    if (!schema) throw protocolError(what, 'the first Arrow message is not a schema')
    return readSchema(schema as fb.Schema, length, what)
  })
}
