import type { Adopted } from '../catalog/catalog.ts'
import type { CliContext } from './context.ts'
import { count, plural } from './format/units.ts'

/** Says what became of files that were taken over. */
export async function printTaken(
  { inserted, updated, unchanged }: Adopted,
  flags: { readonly json?: true; readonly quiet?: true },
  context: CliContext,
): Promise<void> {
  if (flags.json) return context.printData(`${JSON.stringify({ inserted, updated, unchanged }, null, 2)}\n`)
  if (flags.quiet) return
  await context.print(
    `${plural(inserted, 'file')} taken over, ${count(updated)} known ones added to, ${count(unchanged)} known already.\n`,
  )
}
