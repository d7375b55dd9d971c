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
