import { isStoredWithFiles } from '../../catalog/embeddings.ts'
import { BUILT_IN_PROVIDERS, EMBEDDING_VERSION, type EmbeddingProvider } from '../../embeddings/index.ts'
import type { PixelValues } from '../../embeddings/onnx/index.ts'
import { embed } from '../../ingest/embed.ts'
import type { EmbedCounts, EmbedSummary } from '../../ingest/embed-options.ts'
import { parseWhole, unexpected } from '../../settings/parse.ts'
import { s3SettingsFrom } from '../../settings/s3.ts'
import type { OnnxProvider } from '../../tasks/onnx-provider.ts'
import type { CatalogFlags } from '../catalog-flags.ts'
import type { CliContext } from '../context.ts'
import { EXIT } from '../exit-codes.ts'
import { count, plural, rate } from '../format/units.ts'
import { singleLine } from '../format/visible.ts'
import { catchInterrupts } from '../interrupts.ts'
import { openExisting } from '../open-catalog.ts'
import { toldProgress } from '../told-progress.ts'

export interface EmbedFlags extends CatalogFlags {
  readonly provider: string
  readonly model?: string
  readonly size?: string
  readonly pixels?: string
  readonly output?: string
  readonly jobs?: string
  readonly rowsOnly?: true
  readonly drop?: string
  readonly dryRun?: true
  readonly quiet?: true
  readonly verbose?: true
  readonly json?: true
}

const PROBLEMS_SHOWN = 20

/** Flags that mean nothing where vectors are dropped. */
const MAKES_VECTORS = ['model', 'size', 'pixels', 'output', 'jobs', 'rowsOnly', 'verbose'] as const
const kebab = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

export async function runEmbed(flags: EmbedFlags, context: CliContext): Promise<void> {
  const config = context.config(flags)
  if (flags.drop !== undefined) {
    const making = MAKES_VECTORS.find((name) => flags[name] !== undefined)
    if (making !== undefined) throw unexpected('no flag that makes vectors', '--drop', `--${kebab(making)}`)
    const { runDrop } = await import('./drop.ts')
    return runDrop(flags.drop, flags, context)
  }
  if (flags.dryRun) throw unexpected('--drop', '--dry-run', 'none')
  if (flags.model === undefined) return embedAll(builtIn(flags), flags, context)
  const provider = await modelOf(flags, flags.model, config.jobs)
  try {
    await embedAll(provider, flags, context)
  } finally {
    await provider.close()
  }
}

async function embedAll(provider: EmbeddingProvider, flags: EmbedFlags, context: CliContext): Promise<void> {
  const config = context.config(flags)
  const catalog = await openExisting(config)
  const progress = toldProgress(flags, context)
  const started = performance.now()
  const interrupts = catchInterrupts(() => {
    progress.end()
    context.note('Storing the batch at hand. Press Ctrl-C again to stop at once; nothing stored is lost.')
  })
  let summary: EmbedSummary
  try {
    summary = await embed(catalog, {
      provider,
      reread: flags.rowsOnly !== true,
      jobs: config.jobs,
      s3: s3SettingsFrom((name) => context.env[name]),
      stop: interrupts.signal,
      onProgress: ({ outdated }) =>
        progress.update(() => `${count(outdated)} files, ${rate(outdated / (performance.now() - started), 1)}`),
    })
  } finally {
    progress.end()
    interrupts.release()
    await catalog.close()
  }
  const signalled = interrupts.exitCode()
  if (signalled !== null) context.exitWith(signalled)
  if (summary.counts.left > 0) context.exitWith(EXIT.someFilesFailed)
  await report(summary, provider, flags, context)
}

/** Throws ERR_OPTION_INVALID for one that is not built in, and for what says more of a model. */
function builtIn({ provider: name, size, pixels, output }: EmbedFlags): EmbeddingProvider {
  const known = Object.values(BUILT_IN_PROVIDERS)
  const found = known.find((one) => one.name === name)
  if (found === undefined) {
    throw unexpected(`${known.map((one) => one.name).join(' or ')}, or --model beside it`, '--provider', name)
  }
  if (size ?? pixels ?? output)
    throw unexpected('a file', '--model, of which --size, --pixels and --output say more,', 'none')
  return found
}

/** Throws ERR_OPTION_INVALID, ERR_EMBEDDING_MODEL, ERR_FEATURE_UNAVAILABLE. */
async function modelOf(flags: EmbedFlags, model: string, jobs: number): Promise<OnnxProvider> {
  const { provider: name, size, pixels, output } = flags
  const isTaken = Object.values(BUILT_IN_PROVIDERS).some((one) => one.name === name)
  if (isTaken) throw unexpected('a name for the vectors of --model, such as looks,', '--provider', name)
  const { openOnnxProvider } = await import('../../tasks/onnx-provider.ts')
  return openOnnxProvider({
    ...{ name, model, jobs },
    ...(size !== undefined && { size: parseWhole(size, '--size', 1) }),
    // Checked with the model.
    ...(pixels !== undefined && { pixels: pixels as PixelValues }),
    ...(output !== undefined && { output }),
  })
}

async function report(
  { counts, problems, stopped }: EmbedSummary,
  provider: EmbeddingProvider,
  flags: EmbedFlags,
  context: CliContext,
) {
  const { name, version, dimension } = provider
  const isStored = isStoredWithFiles(name)
  if (flags.json) {
    const fields = {
      ...(isStored ? { embedding_version: EMBEDDING_VERSION } : { provider: name, version, dimension }),
      outdated: counts.outdated,
      from_rows: counts.fromRows,
      from_files: counts.fromFiles,
      left: counts.left,
      stopped,
      problems,
    }
    return context.printData(`${JSON.stringify(fields, null, 2)}\n`)
  }
  const shown = flags.verbose ? problems : problems.slice(0, PROBLEMS_SHOWN)
  for (const { path, message, code } of shown) context.note(`${singleLine(path)}: ${singleLine(message)} [${code}]`)
  if (counts.left > shown.length) context.note(`... and ${plural(counts.left - shown.length, 'file')} more`)
  if (!flags.quiet) await context.print(`${isStored ? summaryText(counts) : providerText(counts, provider)}\n`)
  if (stopped) context.note('Stopped before the end. Run the same command again to go on from here.')
}

function summaryText({ outdated, fromRows, fromFiles, left }: EmbedCounts): string {
  if (outdated === 0) return `Every vector has version ${EMBEDDING_VERSION} already.`
  const done = `${plural(fromRows + fromFiles, 'file')} brought to version ${EMBEDDING_VERSION}`
  const how = `${count(fromRows)} from rows of the catalog, ${count(fromFiles)} from files read again`
  return `${done}: ${how}.${left > 0 ? ` ${plural(left, 'file')} left with old vectors.` : ''}`
}

function providerText({ outdated, fromRows, fromFiles, left }: EmbedCounts, { name, version }: EmbeddingProvider) {
  if (outdated === 0) return `Every file has a vector of ${name}@${version} already.`
  const done = `${plural(fromRows + fromFiles, 'file')} got a vector of ${name}@${version}`
  const how = `${count(fromRows)} from rows of the catalog, ${count(fromFiles)} from files`
  return `${done}: ${how}.${left > 0 ? ` ${plural(left, 'file')} left without.` : ''}`
}
