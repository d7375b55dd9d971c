import { spawn } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Catalog } from '../../catalog/catalog.ts'
import { openCatalog } from '../../catalog/open.ts'
import { ExrError, toPlainError } from '../../errors.ts'
import { type IngestCounts, zeroCounts } from '../../ingest/counts.ts'
import { ingest } from '../../ingest/ingest.ts'
import type { OwnPolicy } from '../../server/explorer/context.ts'
import { createExplorer, type Explorer } from '../../server/explorer/explorer.ts'
import type { Config } from '../../settings/config.ts'
import { parseWhole } from '../../settings/parse.ts'
import { s3SettingsFrom } from '../../settings/s3.ts'
import { toolVersion } from '../../settings/version.ts'
import type { S3Settings } from '../../source/s3-settings.ts'
import { isS3Url } from '../../source/s3-url.ts'
import type { CliContext } from '../context.ts'
import { catchInterrupts } from '../interrupts.ts'
import { isRemote, openExisting } from '../open-catalog.ts'

interface ExploreFlags {
  readonly catalog?: string
  readonly ingest?: string
  readonly watch?: true | string
  readonly template?: string
  readonly policy?: readonly string[]
  readonly host: string
  readonly port: string
  readonly open?: true
}

/** What is explored: a catalog that is there, or one that is filled from roots while it is looked at. */
interface Subject {
  readonly name: string
  readonly catalog: string
  readonly roots: readonly string[]
  /** Folder that is removed at the end. */
  readonly temporary: string | null
}

/** Reads each once, so that one that cannot be used is told before anything begins. Throws ERR_POLICY_INVALID, ERR_OPTION_INVALID. */
async function ownPolicies(locations: readonly string[], s3: S3Settings): Promise<OwnPolicy[]> {
  const policies: OwnPolicy[] = []
  if (locations.length === 0) return policies
  const [{ openPolicy }, { STARTERS }] = await Promise.all([
    import('../../tasks/policy-file.ts'),
    import('../../policy/index.ts'),
  ])
  for (const given of locations) {
    const location = isS3Url(given) ? given : resolve(given)
    const { name } = await openPolicy(location, { s3 })
    if ([...policies, ...STARTERS].some((known) => known.name === name)) {
      const message = `Two policies are named ${name}, and one has to be picked by its name. Give ${given} another name.`
      throw new ExrError('ERR_OPTION_INVALID', message)
    }
    policies.push({ name, location })
  }
  return policies
}

/** Serves the page until it is stopped. */
export async function runExplore(what: string | undefined, flags: ExploreFlags, context: CliContext): Promise<void> {
  const port = parseWhole(flags.port, '--port', 0, 65_535)
  const watchMs = watchOf(flags)
  const config = context.config({ catalog: flags.catalog })
  const subject = await subjectOf(what, flags, config)
  const s3 = s3SettingsFrom((name) => context.env[name])
  const policies = await ownPolicies(flags.policy ?? [], s3)
  const interrupts = catchInterrupts(() => context.note('Stopping.'))
  const explorer = await createExplorer({
    subject: subject.name,
    host: flags.host,
    port,
    s3,
    template: flags.template ?? null,
    policies,
    version: toolVersion(),
    open: () => openExisting({ ...config, catalog: subject.catalog }, { readOnly: true }),
  })
  try {
    const address = await explorer.listen()
    // Before anyone knows the address, so that nobody finds no catalog.
    const filling =
      subject.roots.length > 0 ? fill(explorer, subject, { config, context, watchMs, stop: interrupts.signal }) : null
    await context.print(`Exploring ${subject.name} at\n${address}\n`)
    if (flags.host !== '127.0.0.1' && flags.host !== 'localhost') {
      context.note(
        `Everyone who reaches ${flags.host} and knows the link sees these files. The connection is not encrypted.`,
      )
    }
    if (flags.open) openBrowser(address, context)
    // Ctrl-C is how it is meant to end.
    await Promise.all([filling, stopped(interrupts.signal)])
  } finally {
    await explorer.close()
    interrupts.release()
    if (subject.temporary !== null) await rm(subject.temporary, { recursive: true, force: true })
  }
}

async function subjectOf(what: string | undefined, flags: ExploreFlags, config: Config): Promise<Subject> {
  if (flags.ingest !== undefined) {
    if (what !== undefined) {
      throw new ExrError(
        'ERR_OPTION_INVALID',
        `--ingest fills the catalog that --catalog names; ${what} has no place beside it`,
      )
    }
    assertThere(flags.ingest)
    return { name: config.catalog, catalog: config.catalog, roots: [flags.ingest], temporary: null }
  }
  if (what === undefined) return { name: config.catalog, catalog: config.catalog, roots: [], temporary: null }
  if (what.startsWith('vast://') || what.startsWith('duckdb:') || (await isDuckDb(what))) {
    return { name: what, catalog: what, roots: [], temporary: null }
  }
  assertThere(what)
  const temporary = await mkdtemp(join(tmpdir(), 'exr-explore-'))
  return { name: what, catalog: join(temporary, 'catalog.duckdb'), roots: [what], temporary }
}

function assertThere(root: string): void {
  if (isS3Url(root) || existsSync(root)) return
  throw new ExrError('ERR_SOURCE_NOT_FOUND', `Cannot explore ${root}: there is no such catalog, file or directory.`, {
    details: { path: root },
  })
}

/** DuckDB's files have these letters behind eight bytes of a checksum (DuckDB, "Storage"). */
async function isDuckDb(path: string): Promise<boolean> {
  if (isRemote(path) || !existsSync(path) || statSync(path).isDirectory()) return false
  const file = await open(path)
  try {
    const { buffer } = await file.read(Buffer.alloc(12), 0, 12, 0)
    return buffer.subarray(8).toString('latin1') === 'DUCK'
  } finally {
    await file.close()
  }
}

interface FillOptions {
  readonly config: Config
  readonly context: CliContext
  /** Null: once. */
  readonly watchMs: number | null
  readonly stop: AbortSignal
}

/** Ingests, once or again and again, while questions go to the same catalog. */
async function fill(explorer: Explorer, { roots, catalog: url }: Subject, options: FillOptions): Promise<void> {
  const { config, context, watchMs, stop } = options
  const { holder } = explorer
  const opening = openCatalog(url, { vast: config.vast, fileMode: config.catalogMode })
  holder.lend(opening)
  holder.progress(progressOf(zeroCounts()))
  let catalog: Catalog | null = null
  try {
    catalog = await opening
    do {
      let told = 0
      const summary = await ingest({
        roots: roots.map((root) => (isS3Url(root) ? root : resolve(root))),
        catalog,
        jobs: config.jobs,
        source: roots.join(' '),
        toolVersion: toolVersion(),
        s3: s3SettingsFrom((name) => context.env[name]),
        stop,
        onProgress: (counts) => {
          if (Date.now() - told < TELL_EVERY_MS) return
          told = Date.now()
          holder.progress(progressOf(counts))
        },
      })
      holder.progress(progressOf(summary.counts))
      holder.tell({ state: 'ready' })
      if (watchMs === null) break
      await sleep(watchMs, undefined, { signal: stop }).catch(() => {})
    } while (!stop.aborted)
  } catch (error) {
    const { code, message } = toPlainError(error, 'ERR_INTERNAL')
    holder.tell({ state: 'failed', code, message })
    context.note(`exr-inspector: ${message} [${code}]`)
  } finally {
    holder.lend(null)
    await catalog?.close()
  }
}

const TELL_EVERY_MS = 250
const WATCH_SECONDS = 30

function progressOf({ found, inspected, unchanged, failed, walkEnded }: IngestCounts) {
  return { found, done: inspected + unchanged, unchanged, failed, walkEnded }
}

function watchOf({ watch, ingest: root }: ExploreFlags): number | null {
  if (watch === undefined) return null
  if (root === undefined)
    throw new ExrError('ERR_OPTION_INVALID', '--watch looks for new files of --ingest: name its directory')
  return 1000 * (watch === true ? WATCH_SECONDS : parseWhole(watch, '--watch', 1, 86_400))
}

function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) done()
    else signal.addEventListener('abort', () => done(), { once: true })
  })
}

/** The link goes to the browser as an argument, never through a shell. */
function openBrowser(address: string, context: CliContext): void {
  const command = process.platform === 'darwin' ? 'open' : process.platform === 'win32' ? 'explorer' : 'xdg-open'
  const child = spawn(command, [address], { stdio: 'ignore', detached: true })
  child.on('error', () => context.note(`No browser could be started by ${command}: open the link yourself.`))
  child.unref()
}
