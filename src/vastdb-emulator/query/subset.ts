import { type ArrowType, childrenOf, sameLayout } from '../arrow/types.ts'
import type { LeafPath } from './relation.ts'

/**
 * Whether a query may name a column of type `there` with the type `asked`: the same, or with some of the fields of its structs
 * alone, as clients do that need no others.
 */
export function isSubset(asked: ArrowType, there: ArrowType): boolean {
  if (asked.kind === 'struct' && there.kind === 'struct') {
    return asked.fields.every((field) => {
      const match = there.fields.find(({ name }) => name === field.name)
      return match !== undefined && isSubset(field.type, match.type)
    })
  }
  const [inner, other] = [childrenOf(asked), childrenOf(there)]
  if (inner.length !== 1 || other.length !== 1) return sameLayout(asked, there)
  if (!isSubset(inner[0]!.type, other[0]!.type)) return false
  return sameLayout(withoutItem(asked), withoutItem(there))
}

/** The way to a leaf of the table's column, from the way to it in the column as the query describes it. */
export function pathInColumn(asked: ArrowType, there: ArrowType, path: LeafPath): LeafPath {
  const [index, ...rest] = path
  if (index === undefined) return path
  const child = childrenOf(asked)[index]!
  const children = childrenOf(there)
  const at = asked.kind === 'struct' ? children.findIndex(({ name }) => name === child.name) : index
  return [at, ...pathInColumn(child.type, children[at]!.type, rest)]
}

/** A list whose items are all alike, so that what is left to compare is the list itself. */
function withoutItem(type: ArrowType): ArrowType {
  return type.kind === 'list' || type.kind === 'fixedList'
    ? { ...type, item: { ...type.item, type: { kind: 'bool' } } }
    : type
}
