import { type Field, Type } from 'apache-arrow'
import { Builder, type Offset } from 'flatbuffers'
import { MAX_SLICE_BYTES } from '../constants.ts'
import { VastdbError } from '../errors.ts'
import * as ir from '../flatbuffers/generated/computeir.ts'
import { type ColumnPath, type Comparison, type Group, predicateError, type Test, type Value } from '../predicate.ts'
import { writeSchema } from './arrow-schema.ts'
import { childrenOf, leafNumbers, nodeCount } from './layout.ts'
import { writeLiteral, writeLiteralType } from './literals.ts'

interface Query {
  /** Columns to return, in this order. */
  readonly columns: readonly Field[]
  /** Columns that only the filter names. */
  readonly filterColumns: readonly Field[]
  readonly groups: readonly Group[]
}

/** The body of a query request: a `Relation` around a `Source`. Throws ERR_VASTDB_TOO_LARGE beyond the request limit. */
export function encodeQuery(query: Query): Uint8Array {
  const builder = new Builder(4096)
  const fields = [...query.columns, ...query.filterColumns]
  const starts = preOrderStarts(fields)
  const name = builder.createString('')
  const schema = writeSchema(builder, fields, 'query')
  const groups = query.groups.map((group) => writeGroup(builder, group, fields, starts))
  const filter = writeCall(builder, 'and', groups)
  const leaves = query.columns.flatMap((field, index) => leafNumbers(field, starts[index]!))
  const indices = leaves.map((leaf) => ir.FieldIndex.createFieldIndex(builder, leaf))
  const projection = ir.Source.createProjectionVector(builder, indices)
  ir.Source.startSource(builder)
  ir.Source.addName(builder, name)
  ir.Source.addSchema(builder, schema)
  ir.Source.addFilter(builder, filter)
  ir.Source.addProjection(builder, projection)
  const source = ir.Source.endSource(builder)
  builder.finish(ir.Relation.createRelation(builder, ir.RelationImpl.Source, source))
  const body = builder.asUint8Array()
  if (body.length <= MAX_SLICE_BYTES) return body
  const message = `The query takes ${body.length} bytes, more than the ${MAX_SLICE_BYTES} a request may have. Split long in() lists over several selects.`
  throw new VastdbError('ERR_VASTDB_TOO_LARGE', message)
}

/** The pre-order number of each field's own node. */
function preOrderStarts(fields: readonly Field[]): number[] {
  let at = 0
  return fields.map((field) => {
    const start = at
    at += nodeCount(field)
    return start
  })
}

function writeCall(builder: Builder, name: string, args: readonly Offset[]): Offset {
  const text = builder.createSharedString(name)
  const vector = ir.Call.createArgumentsVector(builder, [...args])
  ir.Call.startCall(builder)
  ir.Call.addName(builder, text)
  ir.Call.addArguments(builder, vector)
  return ir.Expression.createExpression(builder, ir.ExpressionImpl.Call, ir.Call.endCall(builder))
}

function writeGroup(builder: Builder, group: Group, fields: readonly Field[], starts: readonly number[]): Offset {
  const { field, leaf } = resolveColumn(group.column, fields, starts)
  const index = ir.FieldIndex.createFieldIndex(builder, leaf)
  ir.FieldRef.startFieldRef(builder)
  ir.FieldRef.addRefType(builder, ir.Deref.FieldIndex)
  ir.FieldRef.addRef(builder, index)
  const ref = ir.FieldRef.endFieldRef(builder)
  const column = ir.Expression.createExpression(builder, ir.ExpressionImpl.FieldRef, ref)
  // One reference and one type serve every term: an IN list of n values grows by the values alone.
  const type = writeLiteralType(builder, field)
  const literal = (value: Value) => {
    const offset = writeLiteral(builder, field, type, value, group.column)
    return ir.Expression.createExpression(builder, ir.ExpressionImpl.Literal, offset)
  }
  const compare = (op: Comparison, value: Value) => writeCall(builder, op, [column, literal(value)])
  const term = (test: Test): Offset => {
    switch (test.kind) {
      case 'compare':
        return compare(test.op, test.value)
      case 'between':
        return writeCall(builder, 'and', [compare('greater_equal', test.low), compare('less_equal', test.high)])
      case 'null':
        return writeCall(builder, test.isNull ? 'is_null' : 'is_valid', [column])
      case 'contains':
        needText(field, group.column, 'contains')
        return writeCall(builder, 'match_substring', [column, literal(test.text)])
      case 'startsWith': {
        needText(field, group.column, 'startsWith')
        const [low, high] = prefixRange(test.prefix)
        return writeCall(builder, 'and', [compare('greater_equal', low), compare('less', high)])
      }
    }
  }
  return writeCall(builder, 'or', group.tests.map(term))
}

function needText(field: Field, column: ColumnPath, test: string): void {
  if (field.type.typeId !== Type.Utf8)
    throw predicateError(column, `it is ${field.type}; ${test}() works on text columns`)
}

/** A string starts with `prefix` exactly when its UTF-8 bytes are at least the first and less than the second. */
function prefixRange(prefix: string): readonly [Uint8Array, Uint8Array] {
  const low = new TextEncoder().encode(prefix)
  const high = low.slice()
  // No byte of UTF-8 is 0xff, so the last one can grow.
  high[high.length - 1]! += 1
  return [low, high]
}

/** The field a path names, and the number of its leaf. Vectors compare by the number of their item. */
function resolveColumn(path: ColumnPath, fields: readonly Field[], starts: readonly number[]) {
  const top = fields.findIndex((field) => field.name === path[0])
  let field = fields[top]
  if (!field)
    throw predicateError(path, `there is no such column; there are ${fields.map((each) => each.name).join(', ')}`)
  let at = starts[top]!
  for (const name of path.slice(1)) {
    if (field.type.typeId !== Type.Struct) throw predicateError(path, `${field.name} is ${field.type}, not a struct`)
    at += 1
    let found: Field | undefined
    for (const child of childrenOf(field.type)) {
      if (child.name === name) {
        found = child
        break
      }
      at += nodeCount(child)
    }
    if (!found) throw predicateError(path, `struct ${field.name} has no field ${JSON.stringify(name)}`)
    field = found
  }
  if (field.type.typeId === Type.FixedSizeList) return { field, leaf: at + 1 }
  if (childrenOf(field.type).length === 0) return { field, leaf: at }
  const hint = field.type.typeId === Type.Struct ? '; filter one of its fields with col(...).field(...)' : ''
  throw predicateError(path, `the server does not filter whole columns of type ${field.type}${hint}`)
}
