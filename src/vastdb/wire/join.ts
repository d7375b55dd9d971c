import type { Data } from 'apache-arrow'
import { copyBits, countOnes, setBits } from './bits.ts'
import { type Layout, layoutOf } from './layout.ts'
import type { LeafPath, Level } from './leaves.ts'

/** One leaf that arrived in several batches, as if it had arrived in one. Copies; needed for multi-leaf columns only. */
export function joinLeaf(path: LeafPath, batches: readonly (readonly Level[])[]): readonly Level[] {
  const [first] = batches
  // Leaves of one column are paired by position, so offsets that do not begin at 0 are moved there too.
  if (batches.length === 1 && first!.every((level) => !level.valueOffsets?.[0])) return first!
  const layouts = path.levels.map((field) => layoutOf(field.type)!)
  const exact = batches.map((levels) => sliceLevels(layouts, levels, 0, levels[0]!.length))
  return layouts.map((layout, depth) => {
    const parts = exact.map((levels) => levels[depth]!)
    const length = parts.reduce((sum, part) => sum + part.length, 0)
    return {
      length,
      nullCount: parts.reduce((sum, part) => sum + part.nullCount, 0),
      nullBitmap: joinBitmaps(parts, length),
      valueOffsets: parts[0]!.valueOffsets && joinOffsets(parts, length),
      values: parts[0]!.values && (layout.kind === 'bits' ? joinBits(parts, length) : joinValues(parts)),
    }
  })
}

/** Slots `start` to `end` of a leaf with nothing before, between or behind: offsets begin at 0, buffers have no spare bytes. */
function sliceLevels(layouts: readonly Layout[], levels: readonly Level[], start: number, end: number): Level[] {
  const [layout, ...innerLayouts] = layouts
  const [level, ...inner] = levels
  if (!layout || !level) return []
  const length = end - start
  const nullBitmap = level.nullBitmap && sliceBits(level.nullBitmap, start, end)
  const nullCount = nullBitmap ? length - countOnes(nullBitmap, 0, length) : 0
  const offsets = level.valueOffsets?.subarray(start, end + 1)
  const from = offsets?.[0] ?? 0
  const to = offsets?.[length] ?? 0
  const size = layout.kind === 'fixedList' ? layout.size : 1
  const below = offsets
    ? sliceLevels(innerLayouts, inner, from, to)
    : sliceLevels(innerLayouts, inner, start * size, end * size)
  const valueOffsets = offsets?.map((offset) => offset - from)
  return [
    { length, nullCount, nullBitmap, valueOffsets, values: sliceValues(layout, level, start, end, from, to) },
    ...below,
  ]
}

function sliceValues(layout: Layout, level: Level, start: number, end: number, from: number, to: number) {
  const values = level.values as Uint8Array | undefined
  if (!values) return undefined
  if (layout.kind === 'bits') return sliceBits(values, start, end)
  if (layout.kind === 'bytes') return values.subarray(from, to)
  const stride = level.length === 0 ? 0 : values.length / level.length
  return values.subarray(start * stride, end * stride)
}

function sliceBits(bits: Uint8Array, start: number, end: number): Uint8Array {
  const sliced = new Uint8Array(Math.ceil((end - start) / 8))
  copyBits(bits, start, sliced, 0, end - start)
  return sliced
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

function joinOffsets(parts: readonly Level[], length: number): Int32Array {
  const joined = new Int32Array(length + 1)
  let at = 1
  let shift = 0
  for (const { length: slots, valueOffsets } of parts) {
    for (let i = 1; i <= slots; i++) joined[at++] = valueOffsets![i]! + shift
    shift += valueOffsets![slots]!
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
