import type { FileView } from '../file-view.ts'
import type { FileRule, Finding, Outcome } from '../rule.ts'

/**
 * A check that fails for every defect of these codes that the header codec reports: rules of the format are judged
 * where the bytes are read, once. `applies` says whether the file has what the rule speaks of.
 */
export function noDefect(
  expected: string,
  codes: readonly string[],
  applies: (file: FileView) => boolean = () => true,
): FileRule['check'] {
  return (file): Outcome => {
    const found = defectFindings(file, expected, codes)
    if (found.length === 0 && !applies(file)) return null
    return found.length > 0 || file.knowsDefects ? found : DEFECTS_UNKNOWN
  }
}

/** The answer where nothing is known of defects; passing would claim that somebody looked. */
export const DEFECTS_UNKNOWN = {
  state: 'not_checked',
  reason: 'a catalog does not keep the defects of headers',
} as const

/** The defects of these codes as findings. */
export function defectFindings(file: FileView, expected: string, codes: readonly string[]): Finding[] {
  return file.errors
    .filter(({ defect }) => defect !== undefined && codes.includes(defect))
    .map(({ defect, message, part_index, byte_offset }) => ({
      ...(part_index !== undefined && { part: part_index }),
      ...(byte_offset !== undefined && { byteOffset: byte_offset }),
      expected,
      actual: defect!,
      message,
    }))
}
