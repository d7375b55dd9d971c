import { parseBytes, parseFlag, parseList, parseWhole } from './parse.ts'
import { VARIABLES, type Variable, type VariableName } from './variables.ts'

/** Value of a variable by name; undefined or empty where it is not set. */
export type Lookup = (name: string) => string | undefined

/** Reads settings by name, by the rules of their definitions. Every error names the variable that was set. */
export class SettingsReader {
  readonly #lookup: Lookup

  constructor(lookup: Lookup) {
    this.#lookup = lookup
  }

  /** As set, else the default that is a text; undefined without either. */
  text(name: VariableName): string | undefined {
    const { value } = definitionOf(name)
    return this.#find(name)?.value ?? (typeof value === 'string' ? value : undefined)
  }

  list(name: VariableName): string[] {
    return parseList(this.#find(name)?.value ?? '')
  }

  /** `fallback` where the definition has no value: for defaults that depend on the machine. Throws ERR_OPTION_INVALID. */
  number(name: VariableName, fallback?: number): number {
    const found = this.#find(name)
    const { min = 0, max = Number.MAX_SAFE_INTEGER, isBytes = false, value } = definitionOf(name)
    if (found === undefined) return fallback ?? Number(value)
    return (isBytes ? parseBytes : parseWhole)(found.value, found.name, min, max)
  }

  /** Throws ERR_OPTION_INVALID. */
  flag(name: VariableName): boolean {
    const found = this.#find(name)
    return found === undefined ? definitionOf(name).value === true : parseFlag(found.value, found.name)
  }

  isSet(name: VariableName): boolean {
    return this.#find(name) !== undefined
  }

  #find(name: VariableName): { readonly name: string; readonly value: string } | undefined {
    for (const candidate of [name, ...(definitionOf(name).names ?? [])]) {
      const value = this.#lookup(candidate)
      if (value !== undefined && value !== '') return { name: candidate, value }
    }
    return undefined
  }
}

function definitionOf(name: VariableName): Variable {
  return VARIABLES[name]
}
