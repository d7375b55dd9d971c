import type { Column } from '../arrow/column.ts'
import type { ArrowType, Field } from '../arrow/types.ts'
import type { LeafPath } from './relation.ts'

/**
 * The column a leaf travels as: every enclosing level around it, each with one child only. Maps become lists of
 * structs. The buffers are the column's own.
 */
export function leafColumn(column: Column, path: LeafPath): Column {
  const [index, ...rest] = path
  if (index === undefined) return column
  const child = leafColumn(column.children[index]!, rest)
  return { ...column, field: { ...column.field, type: leafType(column.field.type, child.field) }, children: [child] }
}

/** The field of `leafColumn`, for pages without rows. */
export function leafField(field: Field, path: LeafPath): Field {
  const [index, ...rest] = path
  if (index === undefined) return field
  const child = leafField(childAt(field.type, index), rest)
  return { ...field, type: leafType(field.type, child) }
}

function childAt(type: ArrowType, index: number): Field {
  if (type.kind === 'struct') return type.fields[index]!
  if (type.kind === 'map') return type.entries
  if (type.kind === 'list' || type.kind === 'fixedList') return type.item
  throw new TypeError(`A ${type.kind} column has no children`)
}

function leafType(type: ArrowType, child: Field): ArrowType {
  switch (type.kind) {
    case 'list':
    case 'map':
      return { kind: 'list', item: child }
    case 'fixedList':
      return { ...type, item: child }
    case 'struct':
      return { kind: 'struct', fields: [child] }
    default:
      throw new TypeError(`A ${type.kind} column has no children`)
  }
}
