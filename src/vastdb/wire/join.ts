import type { Data } from 'apache-arrow'
import { copyBits, setBits } from './bits.ts'
import { layoutOf } from './layout.ts'
import type { LeafPath, Level } from './leaves.ts'

/** One leaf that arrived in several batches, as if it had arrived in one. Copies; needed for multi-leaf columns only. */
export function joinLeaf(path: LeafPath, batches: readonly (readonly Level[])[]): readonly Level[] {
  if (batches.length === 1) return batches[0]!
  return path.levels.map((field, depth) => {
    const parts = batches.map((batch) => batch[depth]!)
    const length = parts.reduce((sum, part) => sum + part.length, 0)
    const isBits = layoutOf(field.type)?.kind === 'bits'
    const below = batches.map((batch) => batch[depth + 1]?.length)
    return {
      length,
      nullCount: parts.reduce((sum, part) => sum + part.nullCount, 0),
      nullBitmap: joinBitmaps(parts, length),
      valueOffsets: joinOffsets(parts, length, below),
      values: parts[0]!.values && (isBits ? joinBits(parts, length) : joinValues(parts)),
    }
  })
}

function joinBitmaps(parts: readonly Level[], length: number): Uint8Array | undefined {
  if (parts.every((part) => part.nullBitmap === undefined)) return undefined
  const joined = new Uint8Array(Math.ceil(length / 8))
  let at = 0
  for (const part of parts) {
    if (part.nullBitmap) copyBits(part.nullBitmap, 0, joined, at, part.length)
    else setBits(joined, at, part.length)
    at += part.length
  }
  return joined
}

/** `below`: slots of the level below per part; a level with values of its own counts those instead. */
function joinOffsets(parts: readonly Level[], length: number, below: readonly (number | undefined)[]) {
  if (parts[0]!.valueOffsets === undefined) return undefined
  const joined = new Int32Array(length + 1)
  let at = 1
  let shift = 0
  for (const [index, part] of parts.entries()) {
    const offsets = part.valueOffsets!
    for (let i = 1; i <= part.length; i++) joined[at++] = offsets[i]! + shift
    if (index === 0) joined[0] = offsets[0]!
    shift += below[index] ?? part.values?.length ?? 0
  }
  return joined
}

function joinBits(parts: readonly Level[], length: number): Uint8Array {
  const joined = new Uint8Array(Math.ceil(length / 8))
  let at = 0
  for (const part of parts) {
    copyBits(part.values as Uint8Array, 0, joined, at, part.length)
    at += part.length
  }
  return joined
}

function joinValues(parts: readonly Level[]): Data['values'] {
  const arrays = parts.map((part) => part.values as Uint8Array)
  const ArrayType = arrays[0]!.constructor as new (length: number) => Uint8Array
  const joined = new ArrayType(arrays.reduce((sum, values) => sum + values.length, 0))
  let at = 0
  for (const values of arrays) {
    joined.set(values, at)
    at += values.length
  }
  return joined
}
