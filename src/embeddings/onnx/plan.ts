import { ExrError } from '../../errors.ts'
import type { ModelFacts, ModelValue } from './model.ts'
import { PIXEL_VALUES, type PixelValues } from './pixel-values.ts'

/** How a model is fed and read, as plain data. */
export interface ModelPlan {
  readonly input: string
  readonly output: string
  readonly width: number
  readonly height: number
  /** `planes`: all reds, then all greens, then all blues; `pixels`: the three of each pixel together. */
  readonly layout: 'planes' | 'pixels'
  readonly elements: 'float32' | 'uint8'
  readonly pixels: PixelValues
}

/** What a model does not say of itself. */
export interface PlanWishes {
  /** Width and height of the pictures where the model takes any. Default 224. */
  readonly size?: number
  /** What values its pixels have. Default `imagenet`. */
  readonly pixels?: PixelValues
  /** The output that is the vector. Default the first. */
  readonly output?: string
}

const SIZE = { default: 224, most: 1024 } as const
const ELEMENTS = new Map([
  [1, 'float32'],
  [2, 'uint8'],
] as const)

/**
 * How pictures go into a model and where the vector comes out. Throws ERR_EMBEDDING_MODEL for a model that takes something else
 * than one picture of three channels, and ERR_OPTION_INVALID for wishes that do not go with it.
 */
export function planModel(
  path: string,
  { inputs, outputs }: Pick<ModelFacts, 'inputs' | 'outputs'>,
  { size, pixels = 'imagenet', output: wished }: PlanWishes = {},
): ModelPlan {
  const unfit = (found: string) => {
    const expected =
      'Expected a model that takes one picture, float32 or uint8 of 1 x 3 x height x width or 1 x height x width x 3'
    return new ExrError('ERR_EMBEDDING_MODEL', `${expected}, but ${path} takes ${found}`, { details: { path } })
  }
  const [input, ...others] = inputs
  if (input === undefined || others.length > 0) throw unfit(inputs.map(valueText).join(' and ') || 'nothing')
  const elements = ELEMENTS.get(input.elementType as 1 | 2)
  const [batch, ...rest] = input.shape ?? []
  if (elements === undefined || rest.length !== 3 || (batch !== null && batch !== 1)) throw unfit(valueText(input))
  const layout = rest[0] === 3 ? 'planes' : rest[2] === 3 ? 'pixels' : null
  if (layout === null) throw unfit(valueText(input))
  const [height, width] = layout === 'planes' ? rest.slice(1) : rest
  const fixed = [height, width].filter((side) => side !== null && side !== undefined)
  if (size !== undefined && fixed.some((side) => side !== size)) {
    throw invalid(`${fixed.join(' x ')}, which is what ${path} takes, for size but received ${size}`)
  }
  for (const side of [...fixed, size ?? SIZE.default]) {
    if (Number.isInteger(side) && side >= 1 && side <= SIZE.most) continue
    throw invalid(`a whole number from 1 to ${SIZE.most} for the size of pictures but received ${side}`)
  }
  if (!(pixels in PIXEL_VALUES)) {
    throw invalid(`${Object.keys(PIXEL_VALUES).join(', ')} for pixels but received ${pixels}`)
  }
  const output = wished === undefined ? outputs[0] : outputs.find(({ name }) => name === wished)
  if (output === undefined) {
    throw invalid(`an output of ${path} (${outputs.map(({ name }) => name).join(', ')}) but received ${wished}`)
  }
  return {
    input: input.name,
    output: output.name,
    width: width ?? size ?? SIZE.default,
    height: height ?? size ?? SIZE.default,
    layout,
    elements,
    pixels: elements === 'uint8' ? 'bytes' : pixels,
  }
}

function valueText({ name, elementType, shape }: ModelValue): string {
  const elements = ELEMENTS.get(elementType as 1 | 2) ?? `elements of type ${elementType}`
  return `${name}, ${elements} of ${shape === null ? 'any shape' : shape.map((side) => side ?? '?').join(' x ')}`
}

function invalid(expected: string): ExrError {
  return new ExrError('ERR_OPTION_INVALID', `Expected ${expected}`)
}
