import type { EmbeddablePicture } from '../provider.ts'
import { PIXEL_VALUES } from './pixel-values.ts'
import type { ModelPlan } from './plan.ts'

/** The picture as the numbers a model takes: stretched to its size, each pixel the mean of the area it covers. */
export function pictureTensor(picture: EmbeddablePicture, plan: ModelPlan): Float32Array | Uint8Array {
  const { width, height, layout, elements, pixels } = plan
  const { offset, scale } = PIXEL_VALUES[pixels]
  const count = width * height
  const tensor = elements === 'uint8' ? new Uint8Array(count * 3) : new Float32Array(count * 3)
  const columns = Array.from({ length: width }, (_, x) => coverage(x, width, picture.width))
  const sum = new Float64Array(3)
  for (let y = 0; y < height; y++) {
    const rows = coverage(y, height, picture.height)
    for (let x = 0; x < width; x++) {
      sum.fill(0)
      for (const [row, share] of rows) {
        for (const [column, part] of columns[x]!) {
          const from = (row * picture.width + column) * 3
          for (let c = 0; c < 3; c++) sum[c]! += picture.bytes[from + c]! * share * part
        }
      }
      const to = y * width + x
      for (let c = 0; c < 3; c++) {
        const value = (sum[c]! - offset[c]!) / scale[c]!
        tensor[layout === 'planes' ? c * count + to : to * 3 + c] = elements === 'uint8' ? Math.round(value) : value
      }
    }
  }
  return tensor
}

/** Which of `of` pixels lie below pixel `index` of `count`, and what share of it each has. */
function coverage(index: number, count: number, of: number): (readonly [number, number])[] {
  const [start, end] = [(index * of) / count, ((index + 1) * of) / count]
  const covered: (readonly [number, number])[] = []
  for (let at = Math.floor(start); at < Math.min(of, Math.ceil(end)); at++) {
    covered.push([at, (Math.min(end, at + 1) - Math.max(start, at)) / (end - start)])
  }
  return covered
}
