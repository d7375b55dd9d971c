import { checkChannels } from './check-channels.ts'
import { checkColors, checkFacts } from './check-facts.ts'
import { checkSize } from './check-size.ts'
import { checkValue } from './check-value.ts'
import { colorContradictions } from './color-statements.ts'
import type { DefectCode } from './defect-codes.ts'
import { clip, type DefectList } from './defects.ts'
import { REQUIRED_ATTRIBUTES, STANDARD_ATTRIBUTES, STORAGE_TYPES, STRUCTURAL_ATTRIBUTES } from './format.ts'
import type { HeaderMemory } from './memory.ts'
import type { ExrHeader, HeaderAttribute, HeaderLimits, HeaderPart } from './model.ts'
import type { PartContext } from './part-context.ts'
import { isDeep, isTiled, storageOf } from './storage.ts'

/**
 * Rules that concern one part. Returns whether one of its channel names needs the long names flag. With a memory, values
 * that were found sound are not looked at again.
 */
export function checkPart(
  header: ExrHeader,
  part: HeaderPart,
  limits: HeaderLimits,
  defects: DefectList,
  memory?: HeaderMemory,
): boolean {
  const context: PartContext = {
    header,
    part,
    storage: storageOf(header, part),
    limits,
    isFull: () => defects.isFull,
    reportLimit: (name, message, at) => defects.addLimit({ name, value: limits[name] }, message, at, part.index),
    report: (code, message, byteOffset, attribute) => defects.add(code, message, byteOffset, part.index, attribute),
  }
  let hasLongName = false
  const soundIn = contextNumber(context)
  for (const attribute of part.attributes) {
    if (defects.isFull) return hasLongName
    const { seen } = attribute
    if (seen?.soundIn === soundIn) continue
    const found = defects.items.length
    if (!checkType(context, attribute)) continue
    const isList = attribute.name === 'channels'
    const needsFlag = isList && checkChannels(context, attribute)
    if (needsFlag) hasLongName = true
    if (!isList) {
      checkValue(context, attribute)
      checkFacts(context, attribute)
    }
    // A full list takes no more defects.
    const isSound = defects.items.length === found && !defects.isFull && !needsFlag
    if (seen !== undefined && isSound && standsAlone(attribute)) seen.soundIn = soundIn
  }
  if (memory === undefined || !memory.recall(header, part, hasAgreeingColors)) checkColors(context)
  checkPartType(context)
  // What a header that broke off lacks may have been in the rest.
  if (part.isTerminated) checkRequired(context)
  return hasLongName
}

/** What the rules of one value know beside it, as a number. */
function contextNumber({ header, storage }: PartContext): number {
  const { longNames, multiPart, nonImage } = header.flags
  const place = storage === null ? 0 : STORAGE_TYPES.indexOf(storage) + 1
  return (place << 3) | (longNames ? 4 : 0) | (multiPart ? 2 : 0) | (nonImage ? 1 : 0)
}

/** False for values whose rules look at others: a time code at the frame rate, subsampled channels at the data window. */
function standsAlone(attribute: HeaderAttribute): boolean {
  if (attribute.type !== 'chlist') return attribute.type !== 'timecode'
  const { value } = attribute
  return value.kind === 'chlist' && value.value.every(({ xSampling, ySampling }) => xSampling === 1 && ySampling === 1)
}

function hasAgreeingColors(part: HeaderPart): boolean {
  return colorContradictions(part).length === 0
}

/** True when the value has the type its name calls for and fits it, so that value rules apply. */
function checkType(context: PartContext, attribute: HeaderAttribute): boolean {
  const { name, type } = attribute
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
  return checkSize(context, attribute) && asExpected
}

function checkRequired({ header, part, storage, report }: PartContext): void {
  const { multiPart, nonImage } = header.flags
  const demand = (name: string, why: string) => {
    if (part.get(name) === undefined) {
      report('missing-required-attribute', `Attribute ${name} is missing; ${why}`, part.byteOffset, name)
    }
  }
  for (const name of REQUIRED_ATTRIBUTES.keys()) demand(name, 'every part needs it')
  if (multiPart) demand('name', 'every part of a multi-part file needs it')
  if (multiPart || nonImage) {
    demand('type', 'every part of a multi-part or deep file needs it')
    demand('chunkCount', 'every part of a multi-part or deep file needs it')
  }
  if (isDeep(storage)) demand('version', 'every deep part needs it')
  if (isTiled(storage)) demand('tiles', 'every tiled part needs it')
}

function checkPartType({ header, part, storage, report }: PartContext): void {
  const attribute = part.get('type')
  if (attribute?.value.kind !== 'string') return
  const type = attribute.value.value
  const { multiPart, nonImage } = header.flags
  if (!STORAGE_TYPES.some((known) => known === type)) {
    report(
      'unknown-part-type',
      `Part type ${clip(type)} is not one of ${STORAGE_TYPES.join(', ')}`,
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
