import { equalBytes } from './bytes.ts'
import { defect } from './defects.ts'
import type { ExrHeader, HeaderDefect } from './model.ts'
import { isDeep, storageOf } from './storage.ts'

const KNOWN_BITS = 0x1eff
/** Attributes that describe the file as a whole and so must agree with part 0 (OpenEXR "Multi-part" rules). */
const SHARED = ['displayWindow', 'pixelAspectRatio', 'timeCode', 'chromaticities']

/** Rules that concern the version word and parts among each other. */
export function checkFile(header: ExrHeader, hasLongName: boolean, defects: HeaderDefect[]): void {
  checkVersionWord(header, hasLongName, defects)
  if (header.flags.multiPart) checkPartList(header, defects)
}

function checkVersionWord(header: ExrHeader, hasLongName: boolean, defects: HeaderDefect[]): void {
  const { version, versionWord, flags } = header
  if (version !== 2)
    defects.push(defect('unsupported-version', `File version is ${version}; 2 is the only one defined`, 4))
  const unknown = (versionWord & ~KNOWN_BITS) >>> 0
  if (unknown !== 0) {
    defects.push(defect('unknown-version-flags', `Undefined version flags 0x${unknown.toString(16)} are set`, 4))
  }
  if (flags.tiled && (flags.nonImage || flags.multiPart)) {
    const message = 'The tiled flag (bit 9) excludes the deep (bit 11) and multi-part (bit 12) flags'
    defects.push(defect('bad-flag-combination', message, 4))
  }
  if (flags.longNames && header.isTerminated && !hasLongName) {
    defects.push(defect('long-names-unneeded', 'The long names flag is set but no name exceeds 31 bytes', 4))
  }
  if (flags.multiPart && header.isTerminated) {
    const hasDeep = header.parts.some((part) => isDeep(storageOf(header, part)))
    if (hasDeep !== flags.nonImage) {
      const message = `The deep flag (bit 11) is ${flags.nonImage ? 'set but no' : 'clear but a'} part is deep`
      defects.push(defect('deep-flag-mismatch', message, 4))
    }
  }
}

function checkPartList(header: ExrHeader, defects: HeaderDefect[]): void {
  const { parts } = header
  const first = parts[0]
  if (header.isTerminated && parts.length === 1) {
    defects.push(defect('single-part-list', 'The multi-part flag is set but the file has one part', 4))
  }
  if (first === undefined) {
    if (header.isTerminated) defects.push(defect('no-parts', 'The list of parts is empty', 8))
    return
  }
  const names = new Set<string>()
  for (const part of parts) {
    const name = part.get('name')
    if (name?.value.kind !== 'string') continue
    if (names.has(name.value.value)) {
      const message = `Part name ${name.value.value} is used more than once`
      defects.push(defect('duplicate-part-name', message, name.valueOffset, part.index, 'name'))
    }
    names.add(name.value.value)
  }
  for (const shared of SHARED) {
    const expected = first.get(shared)
    for (const part of parts.slice(1)) {
      const found = part.get(shared)
      // A part may leave a shared attribute out; only another value contradicts part 0.
      if (found === undefined) continue
      if (expected !== undefined && equalBytes(found.bytes, expected.bytes)) continue
      const message = `Attribute ${shared} must be the same in every part but differs from part 0`
      defects.push(defect('shared-attribute-differs', message, found.valueOffset, part.index, shared))
    }
  }
}
