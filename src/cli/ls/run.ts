import { statSync } from 'node:fs'
import { relative } from 'node:path'
import { ExrError } from '../../errors.ts'
import { locationOf } from '../../ingest/found.ts'
import { rootPattern } from '../../ingest/root-pattern.ts'
import { walkPart } from '../../ingest/walk-part.ts'
import { walkRoots } from '../../ingest/walk-roots.ts'
import type { PolicyFacts } from '../../policy/index.ts'
import { s3SettingsFrom } from '../../settings/s3.ts'
import { isS3Url } from '../../source/s3-url.ts'
import type { CliContext } from '../context.ts'
import { widthOf } from '../context.ts'
import { errorLine } from '../errors.ts'
import { EXIT } from '../exit-codes.ts'
import { wrap } from '../format/columns.ts'
import { fittedTable, type TableColumn } from '../format/fitted-table.ts'
import { bytes, count, plural } from '../format/units.ts'
import { singleLine } from '../format/visible.ts'
import { LookedAt } from '../inspect/looked-at.ts'
import { verdictText } from '../inspect/verdict-text.ts'
import { inspectionOptions } from '../inspection-flags.ts'
import { compileLate } from '../late-compiler.ts'
import { linksText, namesFrom, nothingFound } from '../locations.ts'
import { readingProgress } from '../progress.ts'
import { listedFolder, shownPath } from '../shown-path.ts'
import type { Style } from '../style.ts'
import { entriesOf, type SequenceEntry } from './entries.ts'
import { FolderNames } from './folder-names.ts'

export interface LsFlags {
  readonly long?: true
  readonly recursive?: true
  readonly sort: string
  readonly all?: true
  readonly allowEmpty?: true
  readonly json?: true
  readonly null?: true
  readonly follow?: true
  readonly jobs?: string
  readonly limit?: readonly string[]
}

const ORDER: Readonly<Record<string, (a: SequenceEntry, b: SequenceEntry) => number>> = {
  name: (a, b) => (a.pattern < b.pattern ? -1 : 1),
  frames: (a, b) => b.frames - a.frames,
  missing: (a, b) => b.missing_count - a.missing_count,
  size: (a, b) => (b.size_bytes ?? 0) - (a.size_bytes ?? 0),
}

/** Lists what the arguments hold, one line a sequence. */
export async function runLs(args: readonly string[], flags: LsFlags, context: CliContext): Promise<void> {
  compileLate(context)
  const order = ORDER[flags.sort]
  if (order === undefined) {
    throw new ExrError(
      'ERR_OPTION_INVALID',
      `Expected ${Object.keys(ORDER).join(', ')} for --sort but received ${flags.sort}`,
    )
  }
  const names: string[] = []
  const facts = new Map<string, PolicyFacts>()
  const sizes = new Map<string, number>()
  const folders = new FolderNames(flags)
  let lost = 0
  const fail = (error: ExrError) => {
    lost += 1
    context.note(errorLine(error, false))
    context.exitWith(EXIT.someFilesFailed)
  }
  const addFound = async (location: string) => {
    for await (const { path, size } of foundAt(location, flags, context, fail)) {
      const shown = shownPath(path, args)
      names.push(shown)
      if (size !== null) sizes.set(shown, size)
    }
  }
  for (const arg of args.length === 0 ? ['.'] : args) {
    if (arg === '-') {
      // Names are taken as they are: their files may lie elsewhere.
      for await (const name of namesFrom(context.stdin, flags.null === true)) {
        if (rootPattern(name) === null) names.push(name)
        else await addFound(name)
      }
    } else if (isCatalog(arg)) await addCatalog(arg, names, facts, context)
    else if (isS3Url(arg) || rootPattern(arg) !== null) await addFound(arg)
    else names.push(...folders.at(arg))
  }
  for (const error of folders.failures) fail(error)
  const wantsSize = flags.long === true || flags.json === true || flags.sort === 'size'
  const looked = new LookedAt()
  if (flags.long) await addHeaders(names, facts, looked, flags, context)
  const entries = entriesOf(names, (path) => sizes.get(path) ?? sizeOf(path, facts, wantsSize), facts).sort(order)
  if (flags.json) await context.printData(`${JSON.stringify(entries, null, 2)}\n`)
  else if (entries.length > 0 || flags.allowEmpty) await printTable(entries, looked, args, flags, context)
  const { skippedLinks } = folders
  if (entries.length === 0 && lost === 0 && !flags.allowEmpty) throw nothingFound(args, skippedLinks)
  if (skippedLinks > 0) context.note(`${linksText(skippedLinks)}.`)
}

async function printTable(
  entries: readonly SequenceEntry[],
  looked: LookedAt,
  args: readonly string[],
  flags: LsFlags,
  context: CliContext,
): Promise<void> {
  const files = entries.reduce((sum, entry) => sum + entry.files, 0)
  const lines =
    entries.length === 0
      ? []
      : tableOf(entries, flags, Number.isFinite(widthOf(context)) ? listedFolder(args) : null, context)
  const summary = `${plural(entries.length, 'line')}, ${plural(files, 'file')}`
  await context.print(`${[...lines, ...[summary, ...looked.lines()].map(context.style.dim)].join('\n')}\n`)
}

function isCatalog(name: string): boolean {
  return /\.(?:duckdb|db)$/i.test(name) || /^(?:duckdb|vast):/i.test(name)
}

async function addCatalog(
  url: string,
  names: string[],
  facts: Map<string, PolicyFacts>,
  context: CliContext,
): Promise<void> {
  const [{ openToRead }, { catalogFacts }] = await Promise.all([
    import('../open-catalog.ts'),
    import('../../queries/facts.ts'),
  ])
  const catalog = await openToRead(context.config({ catalog: url }), context)
  try {
    for await (const file of catalogFacts(catalog, null, { largeValues: false })) {
      names.push(file.path)
      facts.set(file.path, file)
    }
  } finally {
    await catalog.close()
  }
}

/** Files that a pattern or a prefix stands for, with their sizes where those are known. */
async function* foundAt(
  location: string,
  { recursive, allowEmpty }: LsFlags,
  context: CliContext,
  onFailure: (error: ExrError) => void,
): AsyncGenerator<{ readonly path: string; readonly size: number | null }> {
  const s3 = s3SettingsFrom((name) => context.env[name])
  const options = { s3, shallow: recursive !== true, allowEmpty: allowEmpty === true }
  for await (const { files, failures } of walkRoots([location], options, async (tasks) => walkPart(tasks))) {
    for (let index = 0; index < files.names.length; index++) {
      const size = files.sizes[index]!
      yield { path: locationOf(files, index), size: Number.isNaN(size) ? null : size }
    }
    for (const { code, message, path } of failures) onFailure(new ExrError(code, message, { details: { path } }))
  }
}

async function addHeaders(
  names: readonly string[],
  facts: Map<string, PolicyFacts>,
  looked: LookedAt,
  flags: LsFlags,
  context: CliContext,
): Promise<void> {
  const unread = names.filter((name) => !facts.has(name) && /\.(?:exr|sxr|mxr|dxr)$/i.test(name))
  if (unread.length === 0) return
  const { inspectMany } = await import('../../tasks/inspect-many.ts')
  const { jobs } = context.config({ jobs: flags.jobs })
  const inspection = await inspectionOptions({ limit: flags.limit ?? [] }, context.env)
  const options = { ...inspection, maxThreads: jobs, meta: false, s3: s3SettingsFrom((name) => context.env[name]) }
  const progress = await readingProgress(context)
  try {
    for await (const { input, payload, error } of inspectMany(progress.found(unread), options)) {
      const path = String(input)
      if (payload !== null) looked.add(payload)
      facts.set(path, { path, sizeBytes: payload?.file.size_bytes ?? null, payload, error })
      progress.read(error === null)
    }
  } finally {
    progress.end()
  }
}

function sizeOf(path: string, facts: ReadonlyMap<string, PolicyFacts>, wanted: boolean): number | null {
  const known = facts.get(path)?.sizeBytes
  if (known !== undefined && known !== null) return known
  if (!wanted) return null
  return statSync(path, { throwIfNoEntry: false })?.size ?? null
}

const SHORT: readonly TableColumn[] = [
  { name: 'frames', right: true },
  { name: 'range' },
  { name: 'lacks' },
  { name: 'padding' },
  { name: 'file', cut: 'path' },
]
/** What is not alike in a sequence stands below its line. */
const LONG: readonly TableColumn[] = [
  { name: 'frames', right: true },
  { name: 'range' },
  { name: 'size', right: true },
  { name: 'pixels', right: true },
  { name: 'layers', right: true },
  { name: 'storage' },
  { name: 'state' },
  { name: 'file', cut: 'path' },
]

/** Paths start from the directory `below`, whose name stands above the table. */
function tableOf(
  entries: readonly SequenceEntry[],
  flags: LsFlags,
  below: string | null,
  context: CliContext,
): string[] {
  const { style } = context
  if (below !== null) {
    const inFolder = entries.map((entry) => ({ ...entry, pattern: relative(below, entry.pattern) }))
    return [`${singleLine(below)}:`, ...tableOf(inFolder, flags, null, context)]
  }
  const width = widthOf(context)
  const options = { style, width, giveWay: ['layers', 'padding', 'size'] }
  if (!flags.long)
    return fittedTable(
      SHORT,
      entries.map((entry) => shortRow(entry, style)),
      options,
    )
  const [heading = '', ...lines] = fittedTable(
    LONG,
    entries.map((entry) => longRow(entry, style)),
    options,
  )
  const notes = lines.splice(entries.length)
  return [heading, ...lines.flatMap((line, index) => [line, ...notesOf(entries[index]!, style, width)]), ...notes]
}

function shortRow(entry: SequenceEntry, style: Style): string[] {
  const padding = entry.paddings.length > 1 ? style.yellow(entry.paddings.join(', ')) : ''
  return [
    framesText(entry),
    rangeText(entry),
    style.yellow(shortened(entry.missing)),
    padding,
    singleLine(entry.pattern),
  ]
}

function longRow(entry: SequenceEntry, style: Style): string[] {
  const [resolution = '', ...others] = entry.resolution?.split(', ') ?? []
  return [
    framesText(entry),
    rangeText(entry),
    entry.size_bytes === null ? '' : bytes(entry.size_bytes),
    others.length > 0 ? 'several' : resolution,
    entry.layers === null ? '' : count(entry.layers),
    storageText(entry),
    stateText(entry, style),
    singleLine(entry.pattern),
  ]
}

function framesText({ first, frames }: SequenceEntry): string {
  return first === null ? '' : count(frames)
}

function rangeText({ first, last, step }: SequenceEntry): string {
  if (first === null) return ''
  return first === last ? `${first}` : `${first}-${last}${step === 1 ? '' : `x${step}`}`
}

/** `zip`, `zips deep`, `several tiled`. */
function storageText({ compression, kinds }: SequenceEntry): string {
  if (compression === null) return ''
  return [/[,+]/.test(compression) ? 'several' : compression, ...(kinds ?? [])].join(' ')
}

function stateText({ state }: SequenceEntry, style: Style): string {
  if (state === null) return ''
  return state === 'unreadable' ? style.red('UNREADABLE') : verdictText({ state }, style)
}

function notesOf(entry: SequenceEntry, style: Style, width: number): string[] {
  const isSequence = entry.first !== null
  return [
    entry.missing === '' ? '' : `lacks ${entry.missing}`,
    entry.paddings.length > 1 ? `padding ${entry.paddings.join(', ')}` : '',
    ...(isSequence ? Object.entries(entry.states ?? {}).map(([state, frames]) => `${state}: ${frames}`) : []),
    entry.drift === null || entry.drift.length === 0 ? '' : `drift: ${entry.drift.join(', ')}`,
  ]
    .filter((text) => text !== '')
    .flatMap((text) => wrap(text, width, '    ').map(style.yellow))
}

function shortened(text: string): string {
  return text.length <= 30 ? text : `${text.slice(0, text.lastIndexOf(',', 28) + 1)} …`
}
