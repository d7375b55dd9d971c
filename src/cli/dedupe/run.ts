import { type Answer, ask } from '../../queries/index.ts'
import type { CatalogFlags } from '../catalog-flags.ts'
import { type CliContext, widthOf } from '../context.ts'
import { wrap } from '../format/columns.ts'
import { shortPath } from '../format/fit.ts'
import { bytes, plural } from '../format/units.ts'
import { singleLine } from '../format/visible.ts'
import { openToRead } from '../open-catalog.ts'

export interface DedupeFlags extends CatalogFlags {
  readonly where?: string
  readonly json?: true
}

/** Files of one answer: more than any terminal shows, few enough to hold. */
const MOST_ROWS = 1_000_000

export async function runDedupe(flags: DedupeFlags, context: CliContext): Promise<void> {
  const config = context.config(flags)
  const catalog = await openToRead(config, context)
  const groups: Answer<'equal-pixels'>[][] = []
  let hashed: number
  try {
    const where = flags.where === undefined ? {} : { where: flags.where }
    let left = 0
    let rows = 0
    for await (const row of ask(catalog, 'equal-pixels', { ...where, limit: MOST_ROWS })) {
      rows += 1
      if (left === 0) {
        groups.push([])
        left = row.file_count ?? 1
      }
      groups.at(-1)!.push(row)
      left -= 1
    }
    hashed = 0
    for await (const { hash_count } of ask(catalog, 'coverage', { ...where, limit: MOST_ROWS }))
      hashed += hash_count ?? 0
    if (rows === MOST_ROWS) {
      context.note(
        `These are the first ${plural(MOST_ROWS, 'file')} with equal pixels; there are more. Narrow it with --where`,
      )
    }
  } finally {
    await catalog.close()
  }
  const spare = groups.reduce((sum, [first]) => sum + (first?.spare_bytes ?? 0), 0)
  if (flags.json) return context.printData(`${JSON.stringify(told(groups, hashed, spare), null, 2)}\n`)
  await print(groups, hashed, spare, context)
}

function told(groups: readonly (readonly Answer<'equal-pixels'>[])[], hashed: number, spare: number): object {
  return {
    hashed_count: hashed,
    spare_bytes: spare,
    groups: groups.map((files) => ({
      pixel_hash: files[0]!.pixel_hash,
      spare_bytes: files[0]!.spare_bytes,
      files: files.map(({ file_path, size_bytes, mtime, is_extra }) => ({ file_path, size_bytes, mtime, is_extra })),
    })),
  }
}

async function print(
  groups: readonly (readonly Answer<'equal-pixels'>[])[],
  hashed: number,
  spare: number,
  context: CliContext,
): Promise<void> {
  const { style } = context
  if (hashed === 0) {
    return context.print(
      'No file of the catalog has hashes of its pixels. Fill it with:\n  exr-inspector ingest <folder> --hash\n',
    )
  }
  for (const files of groups) {
    await context.print(`${style.dim(`${files[0]!.pixel_hash}  ${bytes(files[0]!.spare_bytes ?? 0)} to save`)}\n`)
    for (const { file_path, size_bytes, is_extra } of files) {
      const sign = is_extra ? 'extra' : 'keep '
      const path = shortPath(singleLine(file_path ?? ''), Math.max(20, widthOf(context) - 21))
      await context.print(`  ${sign}  ${bytes(size_bytes ?? 0).padStart(10)}  ${path}\n`)
    }
  }
  const of = `of ${plural(hashed, 'file')} with hashes`
  const found = `${plural(groups.length, 'group')} with the same pixels ${of}, ${bytes(spare)} to save. Nothing was deleted.`
  const text = groups.length === 0 ? `No two have the same pixels, ${of}.` : found
  await context.print(`${wrap(text, widthOf(context), '').join('\n')}\n`)
}
