import { int32At, uint32At } from './bytes.ts'
import { colorContradictions } from './color-statements.ts'
import type { HeaderAttribute, TimeCode } from './model.ts'
import type { PartContext } from './part-context.ts'
import { timeCodeFields, timeCodeProblem } from './time-code.ts'

/** Rates that cannot be: a frame takes a positive time. */
const RATES: ReadonlySet<string> = new Set(['framesPerSecond', 'captureRate'])

/** Rules for values that are well formed and cannot be true. */
export function checkFacts(context: PartContext, attribute: HeaderAttribute): void {
  const { name, type, bytes, valueOffset } = attribute
  if (type === 'timecode') {
    const timeCode = { timeAndFlags: uint32At(bytes, 0), userData: uint32At(bytes, 4) }
    const problem = timeCodeProblem(timeCode) ?? frameProblem(context, timeCode)
    if (problem !== null) context.report('bad-time-code', `Time code ${name} has ${problem}`, valueOffset, name)
  } else if (type === 'rational' && RATES.has(name)) {
    const [numerator, denominator] = [int32At(bytes, 0), uint32At(bytes, 4)]
    if (numerator > 0 && denominator > 0) return
    context.report('bad-frame-rate', `${name} ${numerator}/${denominator} is no rate of frames`, valueOffset, name)
  }
}

/** What a part says of its colours must agree. */
export function checkColors({ part, report }: PartContext): void {
  for (const { attribute, message } of colorContradictions(part)) {
    report('contradicting-colors', message, attribute.valueOffset, attribute.name)
  }
}

/** A rate of 23.976 counts 24 frames a second; one of two fields a frame counts fields by a flag. */
function frameProblem({ part }: PartContext, timeCode: TimeCode): string | null {
  const rate = part.get('framesPerSecond')?.value
  if (rate?.kind !== 'rational') return null
  const { numerator, denominator } = rate.value
  const { frame } = timeCodeFields(timeCode)
  if (!(numerator > 0 && denominator > 0) || frame < Math.ceil(numerator / denominator)) return null
  const perSecond = Number((numerator / denominator).toFixed(3))
  return `frame ${frame}, which ${perSecond} frames per second (framesPerSecond) do not have`
}
