import type { ExportFormat } from '../../exchange/manifest.ts'
import { exportCatalog } from '../../lazy.ts'
import type { CatalogFlags } from '../catalog-flags.ts'
import type { CliContext } from '../context.ts'
import { bytes, count, plural } from '../format/units.ts'
import { catchInterrupts } from '../interrupts.ts'
import { openToRead } from '../open-catalog.ts'
import { toldProgress } from '../told-progress.ts'

export interface ExportFlags extends CatalogFlags {
  readonly format: ExportFormat
  readonly partitionBy?: string
  readonly template?: string
  readonly quiet?: true
  readonly json?: true
}

export async function runExport(folder: string, flags: ExportFlags, context: CliContext): Promise<void> {
  const catalog = await openToRead(context.config(flags), context)
  const progress = toldProgress(flags, context)
  const interrupts = catchInterrupts(() => progress.end())
  try {
    const manifest = await exportCatalog(catalog, folder, {
      format: flags.format,
      partitionBy: flags.partitionBy?.split(',').map((field) => field.trim()) ?? [],
      ...(flags.template !== undefined && { template: flags.template }),
      signal: interrupts.signal,
      onProgress: ({ table, rows }) => progress.update(() => `${count(rows)} rows of ${table}`),
    })
    progress.end()
    if (flags.json) return await context.printData(`${JSON.stringify(manifest, null, 2)}\n`)
    if (flags.quiet) return
    const files = manifest.tables.flatMap((table) => table.files)
    const rows = manifest.tables.find(({ name }) => name === 'files')?.rows ?? 0
    const size = files.reduce((sum, file) => sum + file.bytes, 0)
    await context.print(
      `${plural(rows, 'file')} exported to ${folder}: ${plural(files.length, 'file')}, ${bytes(size)}.\n`,
    )
  } finally {
    progress.end()
    interrupts.release()
    await catalog.close()
  }
}
