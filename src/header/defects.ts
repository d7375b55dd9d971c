import { DEFECT_SEVERITY, type DefectCode } from './defect-codes.ts'
import type { HeaderDefect, ReachedLimit } from './model.ts'

const MAX_DEFECTS = 1000
const CLIP = 64

/** A defect with the severity its code always has. */
export function defect(
  code: DefectCode,
  message: string,
  byteOffset: number,
  partIndex: number | null = null,
  attribute?: string,
): HeaderDefect {
  const severity = DEFECT_SEVERITY[code]
  if (attribute === undefined) return { code, message, byteOffset, partIndex, severity }
  return { code, message, byteOffset, partIndex, attribute, severity }
}

/** Defects of one header. Bytes made to break every rule at once must not fill memory or time, so it ends at 1,000. */
export class DefectList {
  readonly items: HeaderDefect[] = []
  #omitted = false

  /** A limit that was reached is told however full the list is: it says why the rest is not there. */
  addLimit(limit: ReachedLimit, message: string, byteOffset: number, partIndex: number | null): void {
    this.items.push({ ...defect('limit-exceeded', message, byteOffset, partIndex), limit })
  }

  add(code: DefectCode, message: string, byteOffset: number, partIndex: number | null, attribute?: string): void {
    if (this.items.length < MAX_DEFECTS) this.items.push(defect(code, message, byteOffset, partIndex, attribute))
    else this.#omitted = true
  }

  /** True when no more are listed, so that looking for them is over. */
  get isFull(): boolean {
    return this.#omitted
  }

  /** Says that some were left out, if any. */
  finish(): void {
    if (!this.#omitted) return
    this.items.push(defect('defects-omitted', `There are more defects than the ${MAX_DEFECTS} listed`, 0))
  }
}

/** Text from a file for a message: a name may be as long as the header. */
export function clip(text: string): string {
  return text.length <= CLIP ? text : `${text.slice(0, CLIP)}...`
}
