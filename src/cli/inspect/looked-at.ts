import type { Payload } from '../../inspect/payload.ts'
import { count, plural } from '../format/units.ts'

/** What "whole" rests on, in one file or in many: a sample is no census. */
export class LookedAt {
  #checked = 0
  #total = 0

  add({ file, parts }: Pick<Payload, 'file' | 'parts'>): void {
    if (file.is_complete !== true) return
    const total = parts.reduce((sum, part) => sum + (part.chunk_count ?? 0), 0)
    const isAll = file.check_depth === 'all' || file.check_depth === 'pixels'
    this.#checked += isAll ? total : Math.min(file.checked_chunks ?? 0, total)
    this.#total += total
  }

  /** `3 of 64 chunks`; null where it was every chunk of every whole file. */
  text(): string | null {
    return this.#checked === this.#total ? null : `${count(this.#checked)} of ${plural(this.#total, 'chunk')}`
  }

  /** The line below a list of files; none where there is nothing to say. */
  lines(): string[] {
    const text = this.text()
    return text === null ? [] : [`"whole" rests on ${text}; --check all looks at each`]
  }
}
