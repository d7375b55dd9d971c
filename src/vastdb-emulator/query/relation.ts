import { ByteBuffer, Encoding } from 'flatbuffers'
import { Schema } from '../../vastdb/flatbuffers/generated/arrow.ts'
import * as ir from '../../vastdb/flatbuffers/generated/computeir.ts'
import { boundedLength, toFields } from '../arrow/schema-codec.ts'
import { childrenOf, type Field } from '../arrow/types.ts'
import { badRequest, RequestFailure } from '../errors.ts'

/** A node without children: index of the request's field, then of each nested child. */
export type LeafPath = readonly number[]

/** A decoded literal: integers of any width, dates, times and decimals (unscaled) are bigint. */
export type LiteralValue = bigint | number | boolean | Uint8Array | readonly LiteralValue[]

export const COMPARISONS = {
  equal: '=',
  not_equal: '<>',
  greater: '>',
  greater_equal: '>=',
  less: '<',
  less_equal: '<=',
} as const

export type Comparison = keyof typeof COMPARISONS

export type Term =
  | { readonly op: Comparison | 'match_substring'; readonly leaf: LeafPath; readonly literal: LiteralValue }
  | { readonly op: 'is_null' | 'is_valid'; readonly leaf: LeafPath }
  | { readonly op: 'and'; readonly terms: readonly Term[] }

/** A query body: rows match when every group has a matching term; all terms of a group are about one column. */
export interface QueryRequest {
  readonly fields: readonly Field[]
  readonly projection: readonly LeafPath[]
  readonly groups: readonly (readonly Term[])[]
}

/** Decode a query body as either of the vendor's clients writes it. Throws 400 for anything else. */
export function readQueryRequest(bytes: Uint8Array): QueryRequest {
  try {
    const root = ir.Relation.getRootAsRelation(new ByteBuffer(bytes))
    if (root.implType() === ir.RelationImpl.Source) return fromSource(root.impl(new ir.Source()))
    if (root.implType() !== ir.RelationImpl.Project) throw badRequest('Expected a Source or a Project relation')
    return fromProject(root.impl(new ir.Project()))
  } catch (error) {
    if (error instanceof RequestFailure) throw error
    throw badRequest(`The query body of ${bytes.byteLength} bytes is not a relation`)
  }
}

function fromSource(source: ir.Source): QueryRequest {
  const { fields, leaves, groups } = readSource(source)
  const length = boundedLength(source.projectionLength(), source.bb!)
  const projection = Array.from({ length }, (_, index) => leafAt(leaves, source.projection(index)!.position()))
  return { fields, projection, groups }
}

function fromProject(project: ir.Project): QueryRequest {
  const relation = project.rel()
  if (relation?.implType() !== ir.RelationImpl.Source) throw badRequest('Expected a Source below the Project relation')
  const { fields, leaves, groups } = readSource(relation.impl(new ir.Source()))
  const length = boundedLength(project.expressionsLength(), project.bb!)
  const projection = Array.from({ length }, (_, index) => readReference(project.expressions(index)!, leaves))
  return { fields, projection, groups }
}

function readSource(source: ir.Source) {
  const schema = source.schema(new Schema())
  if (schema === null) throw badRequest('The query has no schema')
  const fields = toFields(schema)
  const leaves = numberLeaves(fields)
  const filter = source.filter()
  return { fields, leaves, groups: filter === null ? [] : readGroups(filter, leaves) }
}

/** Leaf paths by node index: nodes are numbered depth first from 0, and nested nodes consume numbers. */
function numberLeaves(fields: readonly Field[]): Map<number, LeafPath> {
  const leaves = new Map<number, LeafPath>()
  let next = 0
  const visit = (field: Field, path: LeafPath): void => {
    const index = next++
    const children = childrenOf(field.type)
    if (children.length === 0) leaves.set(index, path)
    children.forEach((child, position) => {
      visit(child, [...path, position])
    })
  }
  fields.forEach((field, position) => {
    visit(field, [position])
  })
  return leaves
}

function leafAt(leaves: ReadonlyMap<number, LeafPath>, index: number): LeafPath {
  const leaf = leaves.get(index)
  if (leaf === undefined) throw badRequest(`Node ${index} of the query's schema is not a leaf`)
  return leaf
}

function readGroups(filter: ir.Expression, leaves: ReadonlyMap<number, LeafPath>): Term[][] {
  const root = readCall(filter)
  if (root.name() !== 'and') throw badRequest(`A filter starts with "and", found "${root.name()}"`)
  return argumentsOf(root).map((group) => {
    const call = readCall(group)
    if (call.name() !== 'or') throw badRequest(`A filter's groups are "or" calls, found "${call.name()}"`)
    const terms = argumentsOf(call).map((term) => readTerm(readCall(term), leaves))
    if (new Set(terms.map(leafKey)).size > 1) {
      throw badRequest('All terms of an "or" group must be about the same column', 'TabularUnsupportedFilter')
    }
    return terms
  })
}

function leafKey(term: Term): string {
  return term.op === 'and' ? [...new Set(term.terms.map(leafKey))].join('|') : term.leaf.join('.')
}

function readTerm(call: ir.Call, leaves: ReadonlyMap<number, LeafPath>, nested = false): Term {
  const name = call.name() ?? ''
  const args = argumentsOf(call)
  if (name === 'and' && !nested) return { op: 'and', terms: args.map((arg) => readTerm(readCall(arg), leaves, true)) }
  if (name === 'is_null' || name === 'is_valid') {
    assertCount(name, args, 1)
    return { op: name, leaf: readReference(args[0]!, leaves) }
  }
  if (!(name in COMPARISONS) && name !== 'match_substring') {
    throw badRequest(`Unknown function "${name}" in a filter`, 'TabularUnsupportedFilter')
  }
  assertCount(name, args, 2)
  const leaf = readReference(args[0]!, leaves)
  if (args[1]!.implType() !== ir.ExpressionImpl.Literal)
    throw badRequest(`The second argument of "${name}" is not a literal`)
  return { op: name as Comparison, leaf, literal: readLiteral(args[1]!.impl(new ir.Literal())) }
}

function assertCount(name: string, args: readonly unknown[], expected: number): void {
  if (args.length !== expected) throw badRequest(`"${name}" takes ${expected} arguments, found ${args.length}`)
}

function readCall(expression: ir.Expression): ir.Call {
  if (expression.implType() !== ir.ExpressionImpl.Call) throw badRequest('Expected a function call in a filter')
  return expression.impl(new ir.Call())
}

function argumentsOf(call: ir.Call): ir.Expression[] {
  const length = boundedLength(call.argumentsLength(), call.bb!)
  return Array.from({ length }, (_, index) => call.arguments_(index)!)
}

function readReference(expression: ir.Expression, leaves: ReadonlyMap<number, LeafPath>): LeafPath {
  if (expression.implType() !== ir.ExpressionImpl.FieldRef) throw badRequest('Expected a column reference')
  const reference: ir.FieldRef = expression.impl(new ir.FieldRef())
  if (reference.refType() !== ir.Deref.FieldIndex) throw badRequest('Columns are referred to by index')
  return leafAt(leaves, reference.ref(new ir.FieldIndex()).position())
}

function readLiteral(literal: ir.Literal, depth = 0): LiteralValue {
  const kind = literal.implType()
  switch (kind) {
    case ir.LiteralImpl.BooleanLiteral:
      return literal.impl(new ir.BooleanLiteral()).value() as boolean
    case ir.LiteralImpl.Float16Literal:
      return literal.impl(new ir.Float16Literal()).value() as number
    case ir.LiteralImpl.Float32Literal:
      return literal.impl(new ir.Float32Literal()).value() as number
    case ir.LiteralImpl.Float64Literal:
      return literal.impl(new ir.Float64Literal()).value() as number
    case ir.LiteralImpl.StringLiteral:
      return stringBytes(literal.impl(new ir.StringLiteral()))
    case ir.LiteralImpl.BinaryLiteral:
      return bytesOf(literal.impl(new ir.BinaryLiteral()).valueArray())
    case ir.LiteralImpl.FixedSizeBinaryLiteral:
      return bytesOf(literal.impl(new ir.FixedSizeBinaryLiteral()).valueArray())
    case ir.LiteralImpl.DecimalLiteral:
      return toInt128(bytesOf(literal.impl(new ir.DecimalLiteral()).valueArray()))
    case ir.LiteralImpl.ListLiteral: {
      const list: ir.ListLiteral = literal.impl(new ir.ListLiteral())
      if (depth > 0) throw badRequest('A list literal holds scalars only')
      const length = boundedLength(list.valuesLength(), list.bb!)
      return Array.from({ length }, (_, index) => readLiteral(list.values(index)!, depth + 1))
    }
    default:
      return readInteger(literal, kind)
  }
}

const INTEGERS = {
  [ir.LiteralImpl.Int8Literal]: ir.Int8Literal,
  [ir.LiteralImpl.Int16Literal]: ir.Int16Literal,
  [ir.LiteralImpl.Int32Literal]: ir.Int32Literal,
  [ir.LiteralImpl.Int64Literal]: ir.Int64Literal,
  [ir.LiteralImpl.UInt8Literal]: ir.UInt8Literal,
  [ir.LiteralImpl.UInt16Literal]: ir.UInt16Literal,
  [ir.LiteralImpl.UInt32Literal]: ir.UInt32Literal,
  [ir.LiteralImpl.UInt64Literal]: ir.UInt64Literal,
  [ir.LiteralImpl.DateLiteral]: ir.DateLiteral,
  [ir.LiteralImpl.TimeLiteral]: ir.TimeLiteral,
  [ir.LiteralImpl.TimestampLiteral]: ir.TimestampLiteral,
} as const

function readInteger(literal: ir.Literal, kind: ir.LiteralImpl): bigint {
  if (!(kind in INTEGERS))
    throw badRequest(`Literals of kind ${ir.LiteralImpl[kind] ?? kind} are not supported in filters`)
  const holder = new INTEGERS[kind as keyof typeof INTEGERS]()
  return BigInt((literal.impl(holder) as { value(): number | bigint }).value())
}

/** The bytes of a string literal, which need not be valid UTF-8: upper bounds of prefixes are not. */
function stringBytes(literal: ir.StringLiteral): Uint8Array {
  const value = literal.value(Encoding.UTF8_BYTES)
  return value === null ? new Uint8Array(0) : (value as Uint8Array).slice()
}

function bytesOf(value: Int8Array | null): Uint8Array {
  if (value === null) return new Uint8Array(0)
  return new Uint8Array(value.buffer, value.byteOffset, value.byteLength).slice()
}

function toInt128(bytes: Uint8Array): bigint {
  if (bytes.byteLength !== 16) throw badRequest(`A decimal literal has 16 bytes, found ${bytes.byteLength}`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, 16)
  return (view.getBigInt64(8, true) << 64n) | view.getBigUint64(0, true)
}
