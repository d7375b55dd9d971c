import { ByteBuffer, Encoding } from 'flatbuffers'
import * as arrow from '../../src/vastdb/flatbuffers/generated/arrow.ts'
import * as ir from '../../src/vastdb/flatbuffers/generated/computeir.ts'

/** A field as plain data. */
export interface FieldTree {
  readonly name: string | null
  readonly type: string
  readonly nullable: boolean
  readonly children: readonly FieldTree[]
}

/** A query body as plain data, for comparing requests of different builders. */
export interface QueryTree {
  readonly source: string | null
  readonly fields: readonly FieldTree[]
  readonly projection: readonly number[]
  readonly filter: unknown
}

export function decodeQuery(body: Uint8Array): QueryTree {
  const relation = ir.Relation.getRootAsRelation(new ByteBuffer(body))
  if (relation.implType() !== ir.RelationImpl.Source)
    throw new Error(`Relation ${ir.RelationImpl[relation.implType()]}`)
  const source = relation.impl(new ir.Source()) as ir.Source
  const schema = source.schema()!
  return {
    source: source.name(),
    fields: times(schema.fieldsLength(), (i) => decodeField(schema.fields(i)!)),
    projection: times(source.projectionLength(), (i) => source.projection(i)!.position()),
    filter: decodeExpression(source.filter()!),
  }
}

export function decodeField(field: arrow.Field): FieldTree {
  return {
    name: field.name(),
    type: describeType(field),
    nullable: field.nullable(),
    children: times(field.childrenLength(), (i) => decodeField(field.children(i)!)),
  }
}

function describeType(field: arrow.Field): string {
  const as = <T>(table: T) => field.type(table as never) as T
  switch (field.typeType()) {
    case arrow.Type.Int:
      return `int${as(new arrow.Int()).bitWidth()}${as(new arrow.Int()).isSigned() ? '' : 'u'}`
    case arrow.Type.FloatingPoint:
      return `float:${as(new arrow.FloatingPoint()).precision()}`
    case arrow.Type.Decimal:
      return `decimal:${as(new arrow.Decimal()).precision()}:${as(new arrow.Decimal()).scale()}:${as(new arrow.Decimal()).bitWidth()}`
    case arrow.Type.Date:
      return `date:${as(new arrow.Date()).unit()}`
    case arrow.Type.Time:
      return `time:${as(new arrow.Time()).unit()}:${as(new arrow.Time()).bitWidth()}`
    case arrow.Type.Timestamp:
      return `timestamp:${as(new arrow.Timestamp()).unit()}:${as(new arrow.Timestamp()).timezone()}`
    case arrow.Type.FixedSizeList:
      return `fixed_size_list:${as(new arrow.FixedSizeList()).listSize()}`
    case arrow.Type.FixedSizeBinary:
      return `fixed_size_binary:${as(new arrow.FixedSizeBinary()).byteWidth()}`
    default:
      return arrow.Type[field.typeType()]!
  }
}

function decodeExpression(expression: ir.Expression): unknown {
  switch (expression.implType()) {
    case ir.ExpressionImpl.Call: {
      const call = expression.impl(new ir.Call()) as ir.Call
      return {
        call: call.name(),
        arguments: times(call.argumentsLength(), (i) => decodeExpression(call.arguments_(i)!)),
      }
    }
    case ir.ExpressionImpl.FieldRef: {
      const ref = expression.impl(new ir.FieldRef()) as ir.FieldRef
      if (ref.refType() !== ir.Deref.FieldIndex) throw new Error('not a FieldIndex')
      return { field: (ref.ref(new ir.FieldIndex()) as ir.FieldIndex).position() }
    }
    case ir.ExpressionImpl.Literal:
      return decodeLiteral(expression.impl(new ir.Literal()) as ir.Literal)
    default:
      throw new Error(`Expression ${ir.ExpressionImpl[expression.implType()]}`)
  }
}

function decodeLiteral(literal: ir.Literal): unknown {
  const name = ir.LiteralImpl[literal.implType()]!
  const type = decodeField(literal.type()!)
  const table = new (ir as unknown as Record<string, new () => unknown>)[name]!()
  const impl = literal.impl(table as never) as Record<string, (...args: unknown[]) => unknown>
  if (name === 'ListLiteral') {
    const items = times(impl['valuesLength']!() as number, (i) => decodeLiteral(impl['values']!(i) as ir.Literal))
    return { literal: name, value: items, type }
  }
  if (name === 'StringLiteral') {
    return { literal: name, value: hex(impl['value']!(Encoding.UTF8_BYTES) as Uint8Array), type }
  }
  if (impl['valueLength']) {
    const bytes = times(impl['valueLength']() as number, (i) => (impl['value']!(i) as number) & 0xff)
    return { literal: name, value: hex(Uint8Array.from(bytes)), type }
  }
  return { literal: name, value: impl['value']!(), type }
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

function times<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index))
}
