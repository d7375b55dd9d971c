import { type Dirent, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { ExrError } from '../../errors.ts'
import type { PolicyFacts } from '../../policy/index.ts'
import { s3SettingsFrom } from '../../settings/s3.ts'
import type { CliContext } from '../context.ts'
import { widthOf } from '../context.ts'
import { columns } from '../format/columns.ts'
import { bytes, count, plural } from '../format/units.ts'
import { singleLine } from '../format/visible.ts'
import { namesFrom } from '../locations.ts'
import { entriesOf, type SequenceEntry } from './entries.ts'

export interface LsFlags {
  readonly long?: true
  readonly recursive?: true
  readonly sort: string
  readonly all?: true
  readonly json?: true
  readonly null?: true
  readonly jobs?: string
}

const ORDER: Readonly<Record<string, (a: SequenceEntry, b: SequenceEntry) => number>> = {
  name: (a, b) => (a.pattern < b.pattern ? -1 : 1),
  frames: (a, b) => b.frames - a.frames,
  missing: (a, b) => b.missing_count - a.missing_count,
  size: (a, b) => (b.size_bytes ?? 0) - (a.size_bytes ?? 0),
}

/** Lists what the arguments hold, one line a sequence. */
export async function runLs(args: readonly string[], flags: LsFlags, context: CliContext): Promise<void> {
  const order = ORDER[flags.sort]
  if (order === undefined) {
    throw new ExrError(
      'ERR_OPTION_INVALID',
      `Expected ${Object.keys(ORDER).join(', ')} for --sort but received ${flags.sort}`,
    )
  }
  const names: string[] = []
  const facts = new Map<string, PolicyFacts>()
  for (const arg of args.length === 0 ? ['.'] : args) {
    if (arg === '-') for await (const name of namesFrom(context.stdin, flags.null === true)) names.push(name)
    else if (isCatalog(arg)) await addCatalog(arg, names, facts)
    else addLocation(arg, flags, names)
  }
  const wantsSize = flags.long === true || flags.json === true || flags.sort === 'size'
  if (flags.long) await addHeaders(names, facts, flags, context)
  const entries = entriesOf(names, (path) => sizeOf(path, facts, wantsSize), facts).sort(order)
  if (flags.json) return context.printData(`${JSON.stringify(entries, null, 2)}\n`)
  const files = entries.reduce((sum, entry) => sum + entry.files, 0)
  const lines = columns(
    entries.map((entry) => line(entry, flags, context)),
    { width: widthOf(context), right: [0] },
  )
  const summary = `${plural(entries.length, 'line')}, ${plural(files, 'file')}`
  await context.print(`${[...lines, context.style.dim(summary)].join('\n')}\n`)
}

function isCatalog(name: string): boolean {
  return /\.(?:duckdb|db)$/i.test(name) || /^(?:duckdb|vast):/i.test(name)
}

async function addCatalog(url: string, names: string[], facts: Map<string, PolicyFacts>): Promise<void> {
  const [{ openExisting }, { catalogFacts }] = await Promise.all([
    import('../open-catalog.ts'),
    import('../../queries/facts.ts'),
  ])
  const catalog = await openExisting(url, { readOnly: true })
  try {
    for await (const file of catalogFacts(catalog, null, { largeValues: false })) {
      names.push(file.path)
      facts.set(file.path, file)
    }
  } finally {
    await catalog.close()
  }
}

function addLocation(location: string, flags: LsFlags, names: string[]): void {
  let isFolder: boolean
  try {
    isFolder = statSync(location).isDirectory()
  } catch (cause) {
    throw new ExrError('ERR_SOURCE_NOT_FOUND', `Cannot list ${location}: there is no such file or folder.`, { cause })
  }
  if (isFolder) addFolder(location, flags, names)
  else names.push(location)
}

function addFolder(folder: string, flags: LsFlags, names: string[]): void {
  let entries: Dirent[]
  try {
    entries = readdirSync(folder, { withFileTypes: true })
  } catch (cause) {
    throw new ExrError('ERR_SOURCE_DENIED', `Cannot list ${folder}: ${(cause as Error).message}`, { cause })
  }
  const prefix = folder === '.' ? '' : folder.endsWith('/') ? folder : `${folder}/`
  const folders: string[] = []
  for (const entry of entries) {
    if (entry.name.startsWith('.')) continue
    if (entry.isDirectory()) folders.push(entry.name)
    else if (flags.all || /\.(?:exr|sxr|mxr|dxr)$/i.test(entry.name)) names.push(prefix + entry.name)
  }
  if (flags.recursive)
    for (const name of folders.sort()) addFolder(folder === '.' ? name : join(folder, name), flags, names)
}

async function addHeaders(
  names: readonly string[],
  facts: Map<string, PolicyFacts>,
  flags: LsFlags,
  context: CliContext,
): Promise<void> {
  const unread = names.filter((name) => !facts.has(name) && /\.(?:exr|sxr|mxr|dxr)$/i.test(name))
  if (unread.length === 0) return
  const { inspectMany } = await import('../../tasks/inspect-many.ts')
  const { jobs } = context.config({ jobs: flags.jobs })
  const options = { maxThreads: jobs, meta: false, s3: s3SettingsFrom((name) => context.env[name]) }
  for await (const { input, payload, error } of inspectMany(unread, options)) {
    const path = String(input)
    facts.set(path, { path, sizeBytes: payload?.file.size_bytes ?? null, payload, error })
  }
}

function sizeOf(path: string, facts: ReadonlyMap<string, PolicyFacts>, wanted: boolean): number | null {
  const known = facts.get(path)?.sizeBytes
  if (known !== undefined && known !== null) return known
  if (!wanted) return null
  return statSync(path, { throwIfNoEntry: false })?.size ?? null
}

function line(entry: SequenceEntry, flags: LsFlags, context: CliContext): string[] {
  const { style } = context
  const range =
    entry.first === null
      ? ''
      : entry.first === entry.last
        ? `${entry.first}`
        : `${entry.first}-${entry.last}${entry.step === 1 ? '' : `x${entry.step}`}`
  const gaps = entry.missing === '' ? '' : style.yellow(`lacks ${shortened(entry.missing)}`)
  const padding = entry.paddings.length > 1 ? style.yellow(`padding ${entry.paddings.join(', ')}`) : ''
  const long = flags.long
    ? [
        entry.size_bytes === null ? '' : bytes(entry.size_bytes),
        entry.resolution ?? '',
        entry.compression ?? '',
        entry.layers === null ? '' : plural(entry.layers, 'layer'),
        wholeText(entry, context),
        entry.drift === null || entry.drift.length === 0 ? '' : style.yellow(`drift: ${entry.drift.join(', ')}`),
      ]
    : []
  return [entry.first === null ? '' : count(entry.frames), range, gaps, padding, ...long, singleLine(entry.pattern)]
}

function wholeText({ whole, broken }: SequenceEntry, { style }: CliContext): string {
  if (whole === null) return ''
  return whole ? style.green('whole') : style.red(`broken: ${shortened(broken ?? '')}`)
}

function shortened(text: string): string {
  return text.length <= 40 ? text : `${text.slice(0, 38)} …`
}
