import {
  FIXED_SIZES,
  REQUIRED_ATTRIBUTES,
  STANDARD_ATTRIBUTES,
  STORAGE_TYPES,
  STRUCTURAL_ATTRIBUTES,
  type StorageType,
} from './attribute-types.ts'
import { checkChannels } from './check-channels.ts'
import { checkValue, checkVariableSize } from './check-value.ts'
import { type DefectCode, defect } from './defects.ts'
import type { ExrHeader, HeaderAttribute, HeaderDefect, HeaderLimits } from './model.ts'
import type { StoredPart } from './part.ts'
import { isDeep, isTiled, storageOf } from './storage.ts'

/** What the rules of one part need to know, and where they report. */
export interface PartContext {
  readonly header: ExrHeader
  readonly part: StoredPart
  readonly storage: StorageType | null
  readonly limits: HeaderLimits
  report(code: DefectCode, message: string, byteOffset: number, attribute?: string): void
}

/** Rules that concern one part. Returns whether one of its channel names needs the long names flag. */
export function checkPart(header: ExrHeader, part: StoredPart, limits: HeaderLimits, defects: HeaderDefect[]): boolean {
  const context: PartContext = {
    header,
    part,
    storage: storageOf(header, part),
    limits,
    report: (code, message, byteOffset, attribute) =>
      defects.push(defect(code, message, byteOffset, part.index, attribute)),
  }
  let hasLongName = false
  for (const attribute of part.attributes) {
    if (!checkType(context, attribute)) continue
    if (attribute.name === 'channels') hasLongName = checkChannels(context, attribute)
    else checkValue(context, attribute)
  }
  checkPartType(context)
  // What a header that broke off lacks may have been in the rest.
  if (part.isTerminated) checkRequired(context)
  return hasLongName
}

/** True when the bytes of the value fit the type its name calls for, so that value rules apply. */
function checkType(context: PartContext, attribute: HeaderAttribute): boolean {
  const { name, type, byteLength } = attribute
  let expected = REQUIRED_ATTRIBUTES.get(name) ?? STRUCTURAL_ATTRIBUTES.get(name)
  let code: DefectCode = 'wrong-attribute-type'
  if (expected === undefined) {
    expected = STANDARD_ATTRIBUTES.get(name)
    code = 'nonstandard-attribute-type'
  }
  const asExpected = expected === undefined || expected === type
  if (!asExpected) {
    context.report(
      code,
      `Attribute ${name} should have type ${expected} but has type ${type}`,
      attribute.byteOffset,
      name,
    )
  }
  const fixed = FIXED_SIZES.get(type)
  if (fixed === undefined) return checkVariableSize(context, attribute) && asExpected
  if (byteLength === fixed) return asExpected
  const message = `Attribute ${name} of type ${type} should have ${fixed} bytes but has ${byteLength}`
  context.report('attribute-size-mismatch', message, attribute.valueOffset - 4, name)
  return false
}

function checkRequired({ header, part, storage, report }: PartContext): void {
  const { multiPart, nonImage } = header.flags
  const require = (name: string, why: string) => {
    if (part.get(name) === undefined) {
      report('missing-required-attribute', `Attribute ${name} is missing; ${why}`, part.byteOffset, name)
    }
  }
  for (const name of REQUIRED_ATTRIBUTES.keys()) require(name, 'every part needs it')
  if (multiPart) require('name', 'every part of a multi-part file needs it')
  if (multiPart || nonImage) {
    require('type', 'every part of a multi-part or deep file needs it')
    require('chunkCount', 'every part of a multi-part or deep file needs it')
  }
  if (isDeep(storage)) require('version', 'every deep part needs it')
  if (isTiled(storage)) require('tiles', 'every tiled part needs it')
}

function checkPartType({ header, part, storage, report }: PartContext): void {
  const attribute = part.get('type')
  if (attribute?.value.kind !== 'string') return
  const type = attribute.value.value
  const { multiPart, nonImage } = header.flags
  if (!STORAGE_TYPES.some((known) => known === type)) {
    report(
      'unknown-part-type',
      `Part type ${type} is not one of ${STORAGE_TYPES.join(', ')}`,
      attribute.valueOffset,
      'type',
    )
    return
  }
  if (multiPart) return
  const contradicts = storage !== type || (nonImage && !isDeep(storage))
  if (contradicts) {
    const flags = header.flags.tiled ? 'tiled' : nonImage ? 'deep' : 'neither tiled nor deep'
    report(
      'part-type-mismatch',
      `Part type ${type} contradicts the version flags, which say ${flags}`,
      attribute.valueOffset,
      'type',
    )
  }
}
