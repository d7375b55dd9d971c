import type { Schema } from 'apache-arrow'
import { HEADER } from './constants.ts'
import { optionError } from './errors.ts'

/** Headers that name a sorting key by column index. Throws ERR_OPTION_INVALID for a column that is not there. */
export function sortingHeaders(columns: Schema, key: readonly string[]): Record<string, string> {
  const names = columns.fields.map((field) => field.name)
  return Object.fromEntries(
    key.map((name, position) => {
      const index = names.indexOf(name)
      if (index === -1) throw optionError('sortedBy', `one of the columns ${names.join(', ')}`, name)
      return [`${HEADER.sortedColumnPrefix}${position}`, String(index)]
    }),
  )
}
