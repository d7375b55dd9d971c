import type { AttributeFacts } from '../inspect/payload.ts'
import { type FeatureHasher, hashInt, hashText } from './feature-hash.ts'
import { softLogRatio } from './scale.ts'

const NAME = hashText(0, 'attribute')
const NAME_AND_TYPE = hashText(0, 'attribute-type')
const PREFIX = hashText(0, 'attribute-prefix')
const TEXT = hashText(0, 'attribute-text')
const TEXT_WORD = hashText(0, 'attribute-text-word')
const CAMERA = hashText(0, 'camera')
const CAMERA_NUMBER = hashText(0, 'camera-number')

/** In every file, so their presence says nothing; their values are features of their own where they matter. */
const EVERYWHERE: ReadonlySet<string> = new Set([
  'channels',
  'compression',
  'dataWindow',
  'displayWindow',
  'lineOrder',
  'pixelAspectRatio',
  'screenWindowCenter',
  'screenWindowWidth',
  'type',
  'name',
  'version',
  'chunkCount',
  'tiles',
])

/** Text that says what an image is or whose it is, and stays the same from frame to frame. */
const TELLING_TEXT: ReadonlySet<string> = new Set([
  'owner',
  'wrapmodes',
  'envmap',
  'deepImageState',
  'textureformat',
  'colorspace',
  'colorSpace',
  'renderingTransform',
  'lookModTransform',
  'project',
  'show',
  'pass',
  'renderPass',
  'renderLayer',
  'layer',
  'aov',
  'department',
  'facility',
  'studio',
])

/** Who and what took the picture. Focus, aperture and focal lengths are left out: they move from frame to frame. */
const CAMERA_TEXT: ReadonlySet<string> = new Set([
  'cameraMake',
  'cameraModel',
  'cameraLabel',
  'camera',
  'cameraName',
  'lensMake',
  'lensModel',
  'Make',
  'Model',
  'exif:Make',
  'exif:Model',
  'exif:LensModel',
])
const CAMERA_NUMBERS: ReadonlySet<string> = new Set([
  'nominalFocalLength',
  'isoSpeed',
  'shutterAngle',
  'sensorPhotositePitch',
  'cameraCCTSetting',
  'xDensity',
  'whiteLuminance',
])
const CAMERA_STRUCTURES: ReadonlySet<string> = new Set([
  'framesPerSecond',
  'captureRate',
  'sensorOverallDimensions',
  'sensorAcquisitionRectangle',
])

/** Whether these features depend on the value of an attribute of this name, and not only on its being there. */
export function attributeValueCounts(name: string): boolean {
  return [TELLING_TEXT, CAMERA_TEXT, CAMERA_NUMBERS, CAMERA_STRUCTURES].some((names) => names.has(name))
}

/** Lengths of the three groups. */
interface AttributeWeights {
  readonly names: number
  readonly text: number
  readonly camera: number
}

/** Which attributes a part has, and the values of the few that say what the image is. Derived ones do not count. */
export function addAttributeFeatures(
  hasher: FeatureHasher,
  attributes: readonly AttributeFacts[],
  weights: AttributeWeights,
): void {
  const stored = attributes.filter(({ source }) => source === 'exr')
  for (const { name, type } of stored) {
    if (EVERYWHERE.has(name)) continue
    const steady = withoutNumbers(name)
    hasher.add(hashText(NAME, steady))
    hasher.add(hashText(hashText(NAME_AND_TYPE, steady), type), 0.5)
    const prefix = /^[^/:.]+(?=[/:.])/.exec(steady)?.[0]
    if (prefix !== undefined) hasher.add(hashText(PREFIX, prefix), 0.5)
  }
  hasher.closeGroup(weights.names)

  addText(hasher, stored)
  hasher.closeGroup(weights.text)

  for (const attribute of stored) addCamera(hasher, attribute)
  hasher.closeGroup(weights.camera)
}

/** Each text whole and, with less weight, word by word: two years of one owner's notice are nearly the same. */
function addText(hasher: FeatureHasher, attributes: readonly AttributeFacts[]): void {
  let found = false
  for (const { name, value } of attributes) {
    if (!TELLING_TEXT.has(name) || typeof value !== 'string') continue
    found = true
    hasher.add(hashText(hashText(TEXT, name), value))
    for (const word of value.toLowerCase().match(/[a-z0-9]+/g) ?? []) hasher.add(hashText(TEXT_WORD, word), 0.5)
  }
  if (!found) hasher.add(TEXT)
}

function addCamera(hasher: FeatureHasher, { name, value }: AttributeFacts): void {
  if (CAMERA_TEXT.has(name) && typeof value === 'string') {
    hasher.add(hashText(hashText(CAMERA, name), value))
  } else if (CAMERA_NUMBERS.has(name) && typeof value === 'number') {
    hasher.addSoft(hashText(CAMERA_NUMBER, name), softLogRatio(value) * 4)
  } else if (CAMERA_STRUCTURES.has(name)) {
    hasher.add(hashInt(hashText(hashText(CAMERA, name), JSON.stringify(value) ?? ''), 0))
  }
}

/** Long numbers and identifiers inside a name change from file to file: `layer_20240131` and `id/4f2a9c81e`. */
function withoutNumbers(name: string): string {
  return /\d/.test(name) ? name.replace(/(?=[a-f]*\d)[0-9a-f]{6,}/gi, '#') : name
}
