import { shownValue } from './yaml-text.ts'

/** What an option may hold, and what it holds unless a policy says otherwise. */
export interface OptionSpec {
  readonly type: 'number' | 'boolean' | 'string' | 'strings' | 'object'
  /** Null: the rule asks nothing of the kind until a policy does. */
  readonly default: unknown
  readonly about: string
  /** Throws for a value of the type that the rule cannot use, such as a pattern that is not understood. */
  readonly check?: (value: never) => unknown
}

/** Settings of one rule, checked against its `options`. */
export type RuleOptions = Readonly<Record<string, unknown>>

export const number = (value: number | null, about: string): OptionSpec => ({ type: 'number', default: value, about })
export const text = (
  value: string | null,
  about: string,
  check: (text: string) => unknown = () => undefined,
): OptionSpec => ({ type: 'string', default: value, about, check })
export const texts = (value: readonly string[] | null, about: string): OptionSpec => ({
  type: 'strings',
  default: value,
  about,
})
/** Texts that are each made ready by `check`, which throws for one that cannot be. */
export const checkedTexts = (
  value: readonly string[] | null,
  about: string,
  check: (text: string) => unknown,
): OptionSpec => ({ ...texts(value, about), check: (list: readonly string[]) => list.map((item) => check(item)) })
export const flag = (value: boolean, about: string): OptionSpec => ({ type: 'boolean', default: value, about })
export const table = (
  about: string,
  check: (table: Readonly<Record<string, unknown>>) => unknown = () => undefined,
): OptionSpec => ({ type: 'object', default: null, about, check })

const IS: Record<OptionSpec['type'], (value: unknown) => boolean> = {
  number: (value) => typeof value === 'number' && Number.isFinite(value),
  boolean: (value) => typeof value === 'boolean',
  string: (value) => typeof value === 'string',
  strings: (value) => Array.isArray(value) && value.every((item) => typeof item === 'string'),
  object: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
}

/** Why a value does not fit its option; null when it does. */
export function optionProblem(spec: OptionSpec, value: unknown): string | null {
  if (IS[spec.type](value)) {
    try {
      spec.check?.(value as never)
      return null
    } catch (error) {
      return (error as Error).message
    }
  }
  const wanted = spec.type === 'strings' ? 'a list of strings' : `a ${spec.type}`
  return `expected ${wanted}, received ${shownValue(value)}`
}

/** Defaults of a rule with a policy's settings over them. */
export function withDefaults(specs: Readonly<Record<string, OptionSpec>> | undefined, given: RuleOptions): RuleOptions {
  const defaults = Object.fromEntries(Object.entries(specs ?? {}).map(([name, spec]) => [name, spec.default]))
  return { ...defaults, ...given }
}
