import { RETENTION_KINDS, type RetentionCounts, type RetentionKind } from '../../catalog/retention.ts'
import { parseChoice, parseDuration, parseList } from '../../settings/parse.ts'
import type { CatalogFlags } from '../catalog-flags.ts'
import type { CliContext } from '../context.ts'
import { columns } from '../format/columns.ts'
import { count, plural } from '../format/units.ts'
import { catchInterrupts } from '../interrupts.ts'
import { openExisting } from '../open-catalog.ts'

export interface RetentionFlags extends CatalogFlags {
  readonly keep: string
  readonly only?: string
  readonly dryRun?: true
  readonly json?: true
}

const TOLD: Readonly<Record<RetentionKind | 'values', string>> = {
  superseded: 'superseded headers',
  removed: 'removed files',
  sightings: 'sightings of files that stay',
  runs: 'runs of ingest',
  failures: 'failures',
  values: 'large values that nothing names any more',
}

export async function runRetention(flags: RetentionFlags, context: CliContext): Promise<void> {
  const beforeUs = BigInt(Math.round((Date.now() - parseDuration(flags.keep, '--keep')) * 1000))
  const kinds =
    flags.only === undefined
      ? RETENTION_KINDS
      : parseList(flags.only).map((kind) => parseChoice(kind, '--only', RETENTION_KINDS))
  const catalog = await openExisting(context.config(flags))
  const interrupts = catchInterrupts(() => undefined)
  try {
    const counts = await catalog.retain({
      beforeUs,
      kinds,
      dryRun: flags.dryRun === true,
      signal: interrupts.signal,
    })
    if (flags.json) {
      const fields = { dry_run: flags.dryRun === true, ...counts }
      return await context.printData(`${JSON.stringify(fields, null, 2)}\n`)
    }
    await context.print(`${report(counts, flags.dryRun === true)}\n`)
  } finally {
    interrupts.release()
    await catalog.close()
  }
}

function report(counts: RetentionCounts, isDry: boolean): string {
  const rows = Object.entries(TOLD).map(([kind, what]) => [count(counts[kind as RetentionKind]), what])
  const lines = columns(rows, { width: Number.POSITIVE_INFINITY, right: [0] })
  const total = plural(counts.rows, 'row')
  return [...lines, isDry ? `Would clean ${total} in all. Nothing was changed.` : `Cleaned ${total} in all.`].join('\n')
}
