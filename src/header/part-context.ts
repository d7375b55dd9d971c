import type { DefectCode } from './defect-codes.ts'
import type { StorageType } from './format.ts'
import type { ExrHeader, HeaderLimits, HeaderPart } from './model.ts'

/** What the rules of one part need to know, and where they report. */
export interface PartContext {
  readonly header: ExrHeader
  readonly part: HeaderPart
  readonly storage: StorageType | null
  readonly limits: HeaderLimits
  /** True when reporting more is of no use. */
  isFull(): boolean
  /** Part of the value is left unread, as the limit demands. */
  reportLimit(name: keyof HeaderLimits, message: string, byteOffset: number): void
  report(code: DefectCode, message: string, byteOffset: number, attribute?: string): void
}
