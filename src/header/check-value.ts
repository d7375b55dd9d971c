import { float32At, int32At, uint32At } from './bytes.ts'
import { ENUM_WORDS, LEVEL_MODES, ROUNDING_MODES } from './format.ts'
import type { HeaderAttribute } from './model.ts'
import type { PartContext } from './part-context.ts'
import { isDeep, isTiled } from './storage.ts'

const HALF_INT_MAX = 0x3fffffff
const MAX_TILE = 0x1fffffff
/** zstd was made for deep data; of the others deep parts take none, rle and zips. */
const DEEP_COMPRESSIONS: ReadonlySet<string> = new Set(['none', 'rle', 'zips', 'zstd'])
const RANDOM_Y = 2

/** Rules for the value of one attribute whose size is already known to be right. */
export function checkValue(context: PartContext, attribute: HeaderAttribute): void {
  switch (attribute.name) {
    case 'dataWindow':
    case 'displayWindow':
      checkWindow(context, attribute)
      return
    case 'compression':
      checkCompression(context, attribute)
      return
    case 'lineOrder':
      checkLineOrder(context, attribute)
      return
    case 'pixelAspectRatio':
      checkPixelAspectRatio(context, attribute)
      return
    case 'screenWindowWidth':
      checkScreenWindowWidth(context, attribute)
      return
    case 'screenWindowCenter':
      checkScreenWindowCenter(context, attribute)
      return
    case 'tiles':
      checkTiles(context, attribute)
      return
    case 'version':
      checkDeepVersion(context, attribute)
      return
    case 'name':
      if (context.header.flags.multiPart && attribute.byteLength === 0) {
        context.report('part-name-empty', 'The part name is empty', attribute.valueOffset, 'name')
      }
      return
  }
  const words = ENUM_WORDS[attribute.type]
  if (words !== undefined && attribute.bytes[0]! >= words.length) {
    const message = `Attribute ${attribute.name} has the undefined ${attribute.type} number ${attribute.bytes[0]}`
    context.report('unknown-enum-value', message, attribute.valueOffset, attribute.name)
  }
}

function checkWindow(context: PartContext, { name, bytes, valueOffset }: HeaderAttribute): void {
  const [minX, minY, maxX, maxY] = [int32At(bytes, 0), int32At(bytes, 4), int32At(bytes, 8), int32At(bytes, 12)]
  const inverted = minX > maxX || minY > maxY
  const huge = minX <= -HALF_INT_MAX || minY <= -HALF_INT_MAX || maxX >= HALF_INT_MAX || maxY >= HALF_INT_MAX
  if (!inverted && !huge) return
  const problem = inverted ? 'its minimum is above its maximum' : 'its corners are out of range'
  context.report('bad-window', `${name} (${minX}, ${minY}) - (${maxX}, ${maxY}): ${problem}`, valueOffset, name)
}

function checkCompression(context: PartContext, { bytes, valueOffset }: HeaderAttribute): void {
  const code = bytes[0]!
  const word = ENUM_WORDS['compression']![code]
  if (word === undefined) {
    context.report('unknown-compression', `Compression number ${code} is not known`, valueOffset, 'compression')
  } else if (isDeep(context.storage) && !DEEP_COMPRESSIONS.has(word)) {
    const message = `Deep data cannot be compressed with ${word}; none, rle, zips and zstd are allowed`
    context.report('bad-deep-compression', message, valueOffset, 'compression')
  }
}

function checkLineOrder(context: PartContext, { bytes, valueOffset }: HeaderAttribute): void {
  const order = bytes[0]!
  if (order > RANDOM_Y) {
    context.report('bad-line-order', `Line order number ${order} is not defined`, valueOffset, 'lineOrder')
  } else if (order === RANDOM_Y && context.storage !== null && !isTiled(context.storage)) {
    context.report('bad-line-order', 'Line order random_y is for tiles only', valueOffset, 'lineOrder')
  }
}

function checkPixelAspectRatio(context: PartContext, { bytes, valueOffset }: HeaderAttribute): void {
  const ratio = float32At(bytes, 0)
  // Written so that NaN fails too. The bounds are the reference library's.
  if (ratio >= Math.fround(1e-6) && ratio <= 1e6) return
  context.report(
    'bad-pixel-aspect-ratio',
    `pixelAspectRatio ${ratio} is not within 1e-6 and 1e+6`,
    valueOffset,
    'pixelAspectRatio',
  )
}

function checkScreenWindowWidth(context: PartContext, { bytes, valueOffset }: HeaderAttribute): void {
  const width = float32At(bytes, 0)
  if (width >= 0 && width < Number.POSITIVE_INFINITY) return
  context.report(
    'bad-screen-window',
    `screenWindowWidth ${width} is not a finite number from 0 up`,
    valueOffset,
    'screenWindowWidth',
  )
}

function checkScreenWindowCenter(context: PartContext, { bytes, valueOffset }: HeaderAttribute): void {
  const [x, y] = [float32At(bytes, 0), float32At(bytes, 4)]
  if (Number.isFinite(x) && Number.isFinite(y)) return
  context.report(
    'bad-screen-window',
    `screenWindowCenter (${x}, ${y}) is not finite`,
    valueOffset,
    'screenWindowCenter',
  )
}

function checkTiles(context: PartContext, { bytes, valueOffset }: HeaderAttribute): void {
  const [xSize, ySize, mode] = [uint32At(bytes, 0), uint32At(bytes, 4), bytes[8]!]
  const problems: string[] = []
  if (xSize < 1 || ySize < 1 || xSize > MAX_TILE || ySize > MAX_TILE)
    problems.push(`a tile size of ${xSize} x ${ySize}`)
  if ((mode & 15) >= LEVEL_MODES.length) problems.push(`level mode ${mode & 15}`)
  if (mode >> 4 >= ROUNDING_MODES.length) problems.push(`rounding mode ${mode >> 4}`)
  if (problems.length === 0) return
  context.report('bad-tile-description', `The tile description has ${problems.join(', ')}`, valueOffset, 'tiles')
}

function checkDeepVersion(context: PartContext, { bytes, valueOffset }: HeaderAttribute): void {
  if (!isDeep(context.storage)) return
  const version = int32At(bytes, 0)
  if (version !== 1)
    context.report(
      'bad-deep-version',
      `Deep data version is ${version}; 1 is the only one defined`,
      valueOffset,
      'version',
    )
}
