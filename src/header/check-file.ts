import { equalBytes } from './bytes.ts'
import { clip, type DefectList } from './defects.ts'
import type { ExrHeader } from './model.ts'
import { isDeep, storageOf } from './storage.ts'

const KNOWN_BITS = 0x1eff
/** Attributes that describe the file as a whole and so must agree with part 0 (OpenEXR "Multi-part" rules). */
const SHARED = ['displayWindow', 'pixelAspectRatio', 'timeCode', 'chromaticities']

/** Rules that concern the version word and parts among each other. */
export function checkFile(header: ExrHeader, hasLongName: boolean, defects: DefectList): void {
  checkVersionWord(header, hasLongName, defects)
  if (header.flags.multiPart) checkPartList(header, defects)
}

function checkVersionWord(header: ExrHeader, hasLongName: boolean, defects: DefectList): void {
  const { version, versionWord, flags } = header
  if (version !== 2)
    defects.add('unsupported-version', `File version is ${version}; 2 is the only one defined`, 4, null)
  const unknown = (versionWord & ~KNOWN_BITS) >>> 0
  if (unknown !== 0) {
    defects.add('unknown-version-flags', `Undefined version flags 0x${unknown.toString(16)} are set`, 4, null)
  }
  if (flags.tiled && (flags.nonImage || flags.multiPart)) {
    const message = 'The tiled flag (bit 9) excludes the deep (bit 11) and multi-part (bit 12) flags'
    defects.add('bad-flag-combination', message, 4, null)
  }
  if (flags.longNames && header.isTerminated && !hasLongName) {
    defects.add('long-names-unneeded', 'The long names flag is set but no name exceeds 31 bytes', 4, null)
  }
  if (flags.multiPart && header.isTerminated) {
    const hasDeep = header.parts.some((part) => isDeep(storageOf(header, part)))
    if (hasDeep !== flags.nonImage) {
      const message = `The deep flag (bit 11) is ${flags.nonImage ? 'set but no' : 'clear but a'} part is deep`
      defects.add('deep-flag-mismatch', message, 4, null)
    }
  }
}

function checkPartList(header: ExrHeader, defects: DefectList): void {
  const { parts } = header
  const first = parts[0]
  if (header.isTerminated && parts.length === 1) {
    defects.add('single-part-list', 'The multi-part flag is set but the file has one part', 4, null)
  }
  if (first === undefined) {
    if (header.isTerminated) defects.add('no-parts', 'The list of parts is empty', 8, null)
    return
  }
  const names = new Set<string>()
  for (const part of parts) {
    const name = part.get('name')
    if (name?.value.kind !== 'string') continue
    if (names.has(name.value.value)) {
      const message = `Part name ${clip(name.value.value)} is used more than once`
      defects.add('duplicate-part-name', message, name.valueOffset, part.index, 'name')
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
      defects.add('shared-attribute-differs', message, found.valueOffset, part.index, shared)
    }
  }
}
