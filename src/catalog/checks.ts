import type { CatalogCheck } from './catalog.ts'

const EXAMPLES = 5

/** Rows that break a property, and a few of them; each counts once. */
export class Checks {
  readonly #rows = new Map<string, Map<string, number>>()

  /** Checks are listed even when nothing breaks them. */
  declare(name: string): void {
    if (!this.#rows.has(name)) this.#rows.set(name, new Map())
  }

  /** `violations` when one line stands for several rows. */
  add(name: string, row: string, violations = 1): void {
    this.declare(name)
    this.#rows.get(name)!.set(row, violations)
  }

  list(): CatalogCheck[] {
    return [...this.#rows].map(([name, rows]) => ({
      name,
      violations: [...rows.values()].reduce((sum, count) => sum + count, 0),
      examples: [...rows.keys()].slice(0, EXAMPLES),
    }))
  }
}
