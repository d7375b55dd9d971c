import type { Verdict } from '../../inspect/verdict.ts'
import type { Style } from '../style.ts'

/** Anything but whole is told in capitals: it has to be seen without colour too. */
export function verdictText({ state }: Pick<Verdict, 'state'>, style: Style): string {
  if (state === 'whole') return style.green(state)
  return state === 'invalid' ? style.red('INVALID') : style.yellow(state.toUpperCase())
}
