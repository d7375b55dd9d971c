/** One thing an installation has, or lacks. */
export interface Check {
  readonly name: string
  /**
   * `required`: without it nothing works, or something that a setting names does not. `optional` adds to what works.
   * `developer`: for those who change this project; looked at in a checkout only.
   */
  readonly level: 'required' | 'optional' | 'developer'
  /** `unused` is what no setting names: nothing is wrong with it, and nothing was tried. */
  readonly state: 'ok' | 'missing' | 'unused'
  /** Null where there is none or it is missing. */
  readonly version: string | null
  readonly detail: string
  /** What to do, a line each; commands are whole, as one would type them here. Empty when all is well. */
  readonly remedy: readonly string[]
}

/** A check whose `version` is null and `remedy` empty unless said. */
export function check(fields: Partial<Check> & Pick<Check, 'name' | 'level' | 'state' | 'detail'>): Check {
  return { version: null, remedy: [], ...fields }
}
