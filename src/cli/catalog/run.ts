import { randomUUID } from 'node:crypto'
import { STORED_TABLES } from '../../catalog/duckdb/row-tables.ts'
import { CATALOG_VERSION, viewsOf } from '../../catalog/migrations/index.ts'
import { type AgainstFilesReport, verifyAgainstFiles } from '../../ingest/against-files.ts'
import { parseWhole } from '../../settings/parse.ts'
import { s3SettingsFrom } from '../../settings/s3.ts'
import { createTableSql, TABLES, withoutVectors } from '../../tables/index.ts'
import type { CatalogFlags } from '../catalog-flags.ts'
import { type CliContext, widthOf } from '../context.ts'
import { EXIT } from '../exit-codes.ts'
import { columns, hanging, wrap, wrappedColumns } from '../format/columns.ts'
import { shortPath } from '../format/fit.ts'
import { bytes, count, plural } from '../format/units.ts'
import { singleLine } from '../format/visible.ts'
import { inspectionOptions } from '../inspection-flags.ts'
import { catchInterrupts } from '../interrupts.ts'
import { openExisting, openToRead } from '../open-catalog.ts'
import { writeOutput } from '../output-file.ts'
import { padEnd } from '../style.ts'
import { toldProgress } from '../told-progress.ts'

export interface InfoFlags extends CatalogFlags {
  readonly json?: true
}

export interface MigrateFlags extends InfoFlags {
  readonly to?: string
}

export interface ValueFlags extends CatalogFlags {
  readonly output?: string
}

export interface DdlFlags {
  readonly dialect: 'duckdb' | 'trino'
  readonly schema?: string
}

export async function showInfo(flags: InfoFlags, context: CliContext): Promise<void> {
  const catalog = await openToRead(context.config(flags), context, { migrate: false })
  try {
    const info = await catalog.info()
    if (flags.json) {
      const { url, engine, version, latestVersion, sizeBytes, rows } = info
      const fields = {
        url,
        engine,
        schema_version: version,
        latest_schema_version: latestVersion,
        size_bytes: sizeBytes,
        rows,
      }
      return context.printData(`${JSON.stringify(fields, null, 2)}\n`)
    }
    const { style } = context
    const outdated =
      info.version < info.latestVersion ? `, ${info.latestVersion} is the latest: run catalog migrate` : ''
    const facts = [
      ['catalog', info.url],
      ['engine', info.engine],
      ['schema', `version ${info.version}${outdated}`],
      ...(info.sizeBytes === null ? [] : [['size', bytes(info.sizeBytes)]]),
    ].map(([name = '', value = '']) => [style.dim(name), value])
    const tables = Object.entries(info.rows).map(([name, rows]) => [name, count(rows)])
    const lines = [
      ...wrappedColumns(facts, { width: widthOf(context) }),
      '',
      ...columns([[style.dim('table'), style.dim('rows')], ...tables], { width: Number.POSITIVE_INFINITY, right: [1] }),
    ]
    await context.print(`${lines.join('\n')}\n`)
  } finally {
    await catalog.close()
  }
}

/** What `catalog verify` takes. */
export interface VerifyFlags extends InfoFlags {
  readonly againstFiles?: string | true
  readonly seed?: string
  readonly limit?: readonly string[]
}

export async function verify(flags: VerifyFlags, context: CliContext): Promise<void> {
  const files = flags.againstFiles === undefined ? null : sampleSize(flags.againstFiles)
  const { limits } = await inspectionOptions(flags.limit === undefined ? {} : { limit: flags.limit }, context.env)
  const catalog = await openToRead(context.config(flags), context)
  try {
    const report = await catalog.verify()
    const against =
      files === null
        ? null
        : await verifyAgainstFiles(catalog, {
            files,
            seed: flags.seed ?? randomUUID().slice(0, 8),
            s3: s3SettingsFrom((name) => context.env[name]),
            limits,
          })
    if (!report.ok || (against?.different.length ?? 0) > 0) context.exitWith(EXIT.system)
    if (flags.json) {
      const fields = against === null ? report : { ...report, against_files: against }
      return context.printData(`${JSON.stringify(fields, null, 2)}\n`)
    }
    const { style } = context
    const width = widthOf(context)
    const marked = (mark: string, what: string) => markedLines(mark, what, width)
    const example = (row: string) => hanging(row, width, ' '.repeat(9))
    const lines = report.checks.flatMap(({ name, violations, examples }) => {
      if (violations === 0) return marked(style.green('ok'), name)
      return [...marked(style.red('BROKEN'), `${name}: ${count(violations)} rows`), ...examples.flatMap(example)]
    })
    for (const { name, rows, examples } of report.notes) {
      lines.push(
        ...marked(style.yellow('note'), `${rows > 0 ? `${count(rows)} ` : ''}${name}`),
        ...examples.flatMap(example),
      )
    }
    if (against !== null) lines.push(...againstFilesLines(against, style, width))
    await context.print(`${lines.join('\n')}\n`)
  } finally {
    await catalog.close()
  }
}

/** The value's own bytes, piece by piece; on a terminal with what would act on it escaped. */
export async function showValue(sha256: string, flags: ValueFlags, context: CliContext): Promise<void> {
  const catalog = await openToRead(context.config(flags), context)
  try {
    const pieces = catalog.largeValue(sha256.toLowerCase())
    if (flags.output !== undefined) return await writeOutput(pieces, flags.output)
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
    for await (const piece of pieces) await context.printData(decoder.decode(piece, { stream: true }))
    await context.printData(decoder.decode())
  } finally {
    await catalog.close()
  }
}

/** `ok     every file has its parts`. */
function markedLines(mark: string, what: string, width: number): string[] {
  return wrap(what, width, ' '.repeat(7)).map((line, index) => (index === 0 ? padEnd(mark, 7) + line.slice(7) : line))
}

function againstFilesLines(report: AgainstFilesReport, style: CliContext['style'], width: number): string[] {
  const { seed, sampled, same, different, changed, limited, unreadable } = report
  const listed = (mark: string, what: string, paths: readonly string[]) =>
    paths.length === 0
      ? []
      : [
          ...markedLines(mark, `${plural(paths.length, 'file')} ${what}`, width),
          ...paths.slice(0, 5).map((path) => `         ${shortPath(singleLine(path), width - 9)}`),
        ]
  return [
    ...markedLines(
      style.green('ok'),
      `${count(same)} of ${plural(sampled, 'file')} read again (--seed ${seed}) are as stored`,
      width,
    ),
    ...listed(style.red('BROKEN'), 'say something else than their rows', different),
    ...listed(style.yellow('note'), 'were written since: ingest them again', changed),
    ...listed(style.yellow('note'), 'were stored within other limits: --limit reads them so', limited),
    ...listed(
      style.yellow('note'),
      'cannot be read',
      unreadable.map(({ path, code }) => `${path} [${code}]`),
    ),
  ]
}

function sampleSize(value: string | true): number {
  return value === true ? 100 : parseWhole(value, '--against-files', 1)
}

export async function migrate(flags: MigrateFlags, context: CliContext): Promise<void> {
  const target = flags.to === undefined ? CATALOG_VERSION : parseWhole(flags.to, '--to', 0)
  const catalog = await openExisting(context.config(flags), { migrate: false })
  const progress = toldProgress(flags, context)
  const interrupts = catchInterrupts(() => progress.end())
  try {
    const steps = await catalog.migrate(target, {
      signal: interrupts.signal,
      onProgress: ({ doing, rows }) => progress.update(() => (rows === 0 ? doing : `${doing}: ${plural(rows, 'row')}`)),
    })
    progress.end()
    if (flags.json) return context.printData(`${JSON.stringify({ steps }, null, 2)}\n`)
    if (steps.length === 0) return context.print('Nothing to do: the catalog has that version already.\n')
    const lines = steps.map((step) => `${step.direction === 'up' ? 'applied' : 'undone '} ${step.version} ${step.name}`)
    await context.print(`${lines.join('\n')}\n`)
  } finally {
    progress.end()
    interrupts.release()
    await catalog.close()
  }
}

export async function showDdl(flags: DdlFlags, context: CliContext): Promise<void> {
  // A view names its tables as they are called inside the catalog.
  const hasViews = flags.dialect === 'duckdb' && flags.schema === undefined
  const tables = flags.dialect === 'trino' ? TABLES.map(withoutVectors) : hasViews ? STORED_TABLES : TABLES
  const statements = tables.map((table) => createTableSql(table, flags.dialect, flags.schema))
  const views = hasViews ? Object.entries(viewsOf(CATALOG_VERSION)) : []
  for (const [name, query] of views) statements.push(`CREATE OR REPLACE VIEW ${name} AS\n${query};`)
  await context.print(`${statements.join('\n\n')}\n`)
}
