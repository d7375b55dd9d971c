import { type DataType, DateUnit, type Field, Precision, Type } from 'apache-arrow'

/**
 * How values of an Arrow type lie in an IPC message, as far as the protocol uses it. Every kind starts with a validity
 * bitmap; `bytes` and `list` have 32-bit offsets after it.
 */
export type Layout =
  | { readonly kind: 'bits' }
  | { readonly kind: 'fixed'; readonly byteWidth: number }
  | { readonly kind: 'bytes' }
  | { readonly kind: 'list'; readonly child: Field }
  | { readonly kind: 'fixedList'; readonly size: number; readonly child: Field }
  | { readonly kind: 'struct'; readonly children: readonly Field[] }

const FLOAT_BYTES: Readonly<Record<number, number>> = {
  [Precision.HALF]: 2,
  [Precision.SINGLE]: 4,
  [Precision.DOUBLE]: 8,
}

/** Undefined for types that never travel: null, union, dictionary, large, view, interval and duration types. */
export function layoutOf(type: DataType): Layout | undefined {
  const of = type as unknown as Readonly<Record<string, number>> & { readonly children: readonly Field[] }
  switch (type.typeId) {
    case Type.Bool:
      return { kind: 'bits' }
    case Type.Int:
    case Type.Decimal:
    case Type.Time:
      return { kind: 'fixed', byteWidth: (of['bitWidth'] ?? 0) / 8 }
    case Type.Float:
      return { kind: 'fixed', byteWidth: FLOAT_BYTES[of['precision'] ?? 0] ?? 0 }
    case Type.Date:
      return { kind: 'fixed', byteWidth: of['unit'] === DateUnit.DAY ? 4 : 8 }
    case Type.Timestamp:
      return { kind: 'fixed', byteWidth: 8 }
    case Type.FixedSizeBinary:
      return { kind: 'fixed', byteWidth: of['byteWidth'] ?? 0 }
    case Type.Utf8:
    case Type.Binary:
      return { kind: 'bytes' }
    case Type.List:
    case Type.Map:
      return { kind: 'list', child: of.children[0]! }
    case Type.FixedSizeList:
      return { kind: 'fixedList', size: of['listSize'] ?? 0, child: of.children[0]! }
    case Type.Struct:
      return { kind: 'struct', children: of.children }
    default:
      return undefined
  }
}

/** The fields below this one, in wire order. */
export function childrenOf(type: DataType): readonly Field[] {
  return (type.children ?? []) as readonly Field[]
}

/** Nodes in the pre-order numbering of a field: itself and everything below it. */
export function nodeCount(field: Field): number {
  return childrenOf(field.type).reduce((sum, child) => sum + nodeCount(child), 1)
}

/** Pre-order numbers of the leaves of a field whose own number is `start`. */
export function leafNumbers(field: Field, start: number): number[] {
  const children = childrenOf(field.type)
  if (children.length === 0) return [start]
  let at = start + 1
  return children.flatMap((child) => {
    const numbers = leafNumbers(child, at)
    at += nodeCount(child)
    return numbers
  })
}

/** Bytes a row takes at least, nested lists counted as empty. Variable-length values count as `perVariable`. */
export function rowBytes(fields: readonly Field[], perVariable = 32): number {
  const bytes = (field: Field): number => {
    const layout = layoutOf(field.type)
    if (layout?.kind === 'fixed') return layout.byteWidth
    if (layout?.kind === 'fixedList') return layout.size * bytes(layout.child)
    if (layout?.kind === 'struct') return layout.children.reduce((sum, child) => sum + bytes(child), 0)
    return layout?.kind === 'bits' ? 1 : perVariable
  }
  return fields.reduce((sum, field) => sum + bytes(field), 0)
}
