import { float32At, int32At, uint32At } from './bytes.ts'
import { chromaticitiesName } from './chromaticities.ts'
import type { HeaderAttribute } from './model.ts'
import type { PartContext } from './part-context.ts'
import { timeCodeProblem } from './time-code.ts'

/** Rates that cannot be: a frame takes a positive time. */
const RATES: ReadonlySet<string> = new Set(['framesPerSecond', 'captureRate'])

/** Rules for values that are well formed and cannot be true. */
export function checkFacts(context: PartContext, attribute: HeaderAttribute): void {
  const { name, type, bytes, valueOffset } = attribute
  if (type === 'timecode') {
    const problem = timeCodeProblem({ timeAndFlags: uint32At(bytes, 0), userData: uint32At(bytes, 4) })
    if (problem !== null) context.report('bad-time-code', `Time code ${name} has ${problem}`, valueOffset, name)
  } else if (type === 'rational' && RATES.has(name)) {
    const [numerator, denominator] = [int32At(bytes, 0), uint32At(bytes, 4)]
    if (numerator > 0 && denominator > 0) return
    context.report('bad-frame-rate', `${name} ${numerator}/${denominator} is no rate of frames`, valueOffset, name)
  } else if (name === 'chromaticities' && type === 'chromaticities') {
    const flag = context.part.get('acesImageContainerFlag')?.value
    const { value } = attribute
    if (flag?.kind !== 'int' || flag.value !== 1 || value.kind !== 'chromaticities') return
    if (chromaticitiesName(value.value) === 'ACES AP0') return
    const message = 'acesImageContainerFlag says ACES AP0, chromaticities are others'
    context.report('contradicting-colors', message, valueOffset, name)
  } else if (name === 'gamma' && type === 'float') {
    const gamma = float32At(bytes, 0)
    const id = context.part.get('colorInteropID')?.value
    if (gamma === 1 || id?.kind !== 'string' || !id.value.startsWith('lin_')) return
    context.report('contradicting-colors', `colorInteropID says ${id.value}, gamma says ${gamma}`, valueOffset, name)
  }
}
