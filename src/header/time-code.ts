import type { TimeCode } from './model.ts'

/** SMPTE 12M fields in the packing OpenEXR stores (that of 60-field television). */
export interface TimeCodeFields {
  readonly hours: number
  readonly minutes: number
  readonly seconds: number
  readonly frame: number
  readonly dropFrame: boolean
  readonly colorFrame: boolean
  /** Field mark or phase. */
  readonly fieldPhase: boolean
  readonly bgf0: boolean
  readonly bgf1: boolean
  readonly bgf2: boolean
  /** Eight groups of four user bits, group 1 first. */
  readonly binaryGroups: readonly number[]
}

const SHIFTS = [0, 4, 8, 12, 16, 20, 24, 28]

/** The fields that SMPTE 12M packs into the two words of a `timecode` attribute. Any bits are accepted. */
export function timeCodeFields({ timeAndFlags, userData }: TimeCode): TimeCodeFields {
  const decimal = (shift: number, tensMask: number) =>
    ((timeAndFlags >>> (shift + 4)) & tensMask) * 10 + ((timeAndFlags >>> shift) & 15)
  const flag = (bit: number) => ((timeAndFlags >>> bit) & 1) === 1
  return {
    hours: decimal(24, 3),
    minutes: decimal(16, 7),
    seconds: decimal(8, 7),
    frame: decimal(0, 3),
    dropFrame: flag(6),
    colorFrame: flag(7),
    fieldPhase: flag(15),
    bgf0: flag(23),
    bgf1: flag(30),
    bgf2: flag(31),
    binaryGroups: SHIFTS.map((shift) => (userData >>> shift) & 15),
  }
}

/**
 * `hh:mm:ss:ff`, with `;` before the frames when frames are dropped, then the flags that are set and the user bits as
 * eight hexadecimal digits, group 8 first, when any is.
 */
export function formatTimeCode(timeCode: TimeCode): string {
  const fields = timeCodeFields(timeCode)
  const two = (value: number) => String(value).padStart(2, '0')
  const { hours, minutes, seconds, frame, dropFrame } = fields
  const notes = [`${two(hours)}:${two(minutes)}:${two(seconds)}${dropFrame ? ';' : ':'}${two(frame)}`]
  if (fields.colorFrame) notes.push('color frame')
  if (fields.fieldPhase) notes.push('field 2')
  if (fields.bgf0) notes.push('bgf0')
  if (fields.bgf1) notes.push('bgf1')
  if (fields.bgf2) notes.push('bgf2')
  if (timeCode.userData !== 0) notes.push(`user bits ${timeCode.userData.toString(16).padStart(8, '0')}`)
  return notes.join(', ')
}

/**
 * What makes a time code impossible: digits beyond 9, 24 hours, 60 minutes or 60 seconds and more, or a frame that
 * drop-frame counting leaves out: the first two of each minute but every tenth. Null for none.
 */
export function timeCodeProblem(timeCode: TimeCode): string | null {
  const { timeAndFlags } = timeCode
  const isDecimal = [0, 8, 16, 24].every((shift) => ((timeAndFlags >>> shift) & 15) < 10)
  if (!isDecimal) return 'digits beyond 9'
  const { hours, minutes, seconds, frame, dropFrame } = timeCodeFields(timeCode)
  if (hours > 23) return `${hours} hours`
  if (minutes > 59) return `${minutes} minutes`
  if (seconds > 59) return `${seconds} seconds`
  const isDropped = dropFrame && frame < 2 && seconds === 0 && minutes % 10 !== 0
  return isDropped ? `frame ${frame} of minute ${minutes}, which drop-frame counting leaves out` : null
}

/** `hh:mm:ss:ff` alone, with `;` before the frames when frames are dropped. */
export function shortTimeCode(timeCode: TimeCode): string {
  return formatTimeCode(timeCode).slice(0, 'hh:mm:ss:ff'.length)
}
