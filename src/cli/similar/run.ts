import { resolve } from 'node:path'
import type { Catalog, SimilarMatch, SimilarOptions, SimilarPlan } from '../../catalog/catalog.ts'
import { isStoredWithFiles } from '../../catalog/embeddings.ts'
import { BUILT_IN_PROVIDERS } from '../../embeddings/index.ts'
import { normalizePath } from '../../inspect/identity.ts'
import { inspect } from '../../inspect/inspect.ts'
import { parseWhole } from '../../settings/parse.ts'
import type { CatalogFlags } from '../catalog-flags.ts'
import { type CliContext, widthOf } from '../context.ts'
import { fittedTable } from '../format/fitted-table.ts'
import { count } from '../format/units.ts'
import { singleLine } from '../format/visible.ts'
import { interruptible } from '../interrupts.ts'
import { openToRead } from '../open-catalog.ts'

export interface SimilarFlags extends CatalogFlags {
  readonly count: string
  readonly where?: string
  readonly files?: true
  readonly by?: string
  readonly explain?: true
  readonly json?: true
}

export async function runSimilar(query: string, flags: SimilarFlags, context: CliContext): Promise<void> {
  const config = context.config(flags)
  const options = {
    k: parseWhole(flags.count, '-k', 1),
    each: flags.files === true,
    ...(flags.where !== undefined && { where: flags.where }),
    ...(flags.by !== undefined && { by: flags.by }),
  }
  const catalog = await openToRead(config, context)
  let matches: SimilarMatch[]
  let plan: SimilarPlan
  let isMixed: boolean
  try {
    plan = await catalog.explainSimilar(options)
    if (flags.explain && plan.method === 'duckdb') return await explain(plan, flags, context)
    const target = await targetOf(catalog, query, options)
    if (flags.explain) {
      return await explain(await catalog.explainSimilar(target.options, target.query), flags, context)
    }
    matches = await interruptible((signal) => catalog.findSimilar(target.query, { ...target.options, signal }))
    isMixed = isStoredWithFiles(flags.by) && (await catalog.outdatedFiles(1)).length > 0
  } finally {
    await catalog.close()
  }
  if (isMixed) {
    context.note(
      'Only files with vectors of one version were compared: exr-inspector embed brings the others up to date.',
    )
  }
  if (flags.json) {
    const found = matches.map(({ fileId, path, similarity, sequenceKey, fileCount }) => ({
      file_id: fileId,
      file_path: path,
      similarity,
      sequence_key: sequenceKey,
      file_count: fileCount,
    }))
    return context.printData(`${JSON.stringify({ query, method: plan.method, matches: found }, null, 2)}\n`)
  }
  if (matches.length === 0) return context.print('No file of the catalog matches.\n')
  const rows = matches.map(({ path, similarity, sequenceKey, fileCount }) => [
    similarity.toFixed(3),
    count(fileCount),
    singleLine(fileCount > 1 ? (sequenceKey ?? path) : path),
  ])
  const table = [
    { name: 'similarity', right: true },
    { name: 'files', right: true },
    { name: 'file or sequence', cut: 'path' },
  ] as const
  const lines = fittedTable(table, rows, { style: context.style, width: widthOf(context) })
  await context.print(`${lines.join('\n')}\n`)
  if (plan.method !== 'duckdb') context.note(`Searched by ${METHODS[plan.method]}.`)
}

const METHODS = {
  scan: 'comparing every vector on this machine',
  trino: 'SQL through Trino',
  engine: "SQL on the cluster's own engine (experimental)",
} as const

async function explain({ method, sql }: SimilarPlan, flags: SimilarFlags, context: CliContext): Promise<void> {
  await context.printData(
    flags.json ? `${JSON.stringify({ method, sql }, null, 2)}\n` : `-- method: ${method}\n${sql}\n`,
  )
}

/** A file that is not in the catalog is inspected on the spot, where its header is all that is compared. */
async function targetOf(
  catalog: Pick<Catalog, 'knownFiles'>,
  query: string,
  options: SimilarOptions,
): Promise<{ readonly query: Float32Array | string; readonly options: SimilarOptions }> {
  if (isFileId(query)) return { query, options }
  const location = isUrl(query) ? query : resolve(query)
  const path = normalizePath(location)
  if ((await catalog.knownFiles(path)).has(path)) return { query: location, options }
  const [name, version] = (options.by ?? BUILT_IN_PROVIDERS.metadata.name).split('@')
  const provider = Object.values(BUILT_IN_PROVIDERS).find((own) => own.name === name)
  if (provider === undefined || (version !== undefined && version !== provider.version)) {
    return { query: location, options }
  }
  const vector = provider.embed(await inspect(location))
  const by = isStoredWithFiles(options.by) ? {} : { by: `${name}@${provider.version}` }
  return { query: vector, options: { ...options, ...by } }
}

function isFileId(text: string): boolean {
  return /^[0-9a-f]{32}$/.test(text)
}

function isUrl(text: string): boolean {
  return /^[a-z][a-z0-9+.-]+:\/\//i.test(text)
}
