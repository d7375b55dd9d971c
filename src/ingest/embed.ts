import type { Catalog, NewVectors, OutdatedFile } from '../catalog/catalog.ts'
import { BUILT_IN_PROVIDERS, checkProvider } from '../embeddings/index.ts'
import { recordVectors } from '../tables/index.ts'
import type { EmbedOptions, EmbedProblem, EmbedSummary } from './embed-options.ts'
import { embedWith } from './embed-with.ts'
import { readAgain } from './read-again.ts'

/** Files of one transaction; their rows are held together. */
const FILES_PER_BATCH = 1_000
const KEPT_PROBLEMS = 1_000

/**
 * Gives every live file that has no vector of `provider` one: see `embedWith`. Without a provider it gives every stored
 * file of another recipe vectors of this release's, batch by batch, each one transaction: from the catalog's rows where
 * they suffice, else from the file, if its header is still the one that was stored. Files that are up to date are not
 * looked at, so that a run that was stopped goes on where it was. Throws ERR_CATALOG_*; ERR_OPTION_INVALID for a provider
 * whose vectors cannot be stored, and what the provider says is wrong with itself.
 */
export async function embed(catalog: Catalog, options: EmbedOptions = {}): Promise<EmbedSummary> {
  const { provider = BUILT_IN_PROVIDERS.metadata } = options
  checkProvider(provider)
  if (provider.name !== BUILT_IN_PROVIDERS.metadata.name) return embedWith(catalog, provider, options)
  const counts = { outdated: 0, fromRows: 0, fromFiles: 0, left: 0 }
  const problems: EmbedProblem[] = []
  let after: OutdatedFile | undefined
  while (!options.stop?.aborted) {
    const files = await catalog.outdatedFiles(FILES_PER_BATCH, after)
    after = files.at(-1)
    if (after === undefined) break
    const facts = await catalog.embeddableFacts(files)
    const batch = files.flatMap(({ fileId }): NewVectors[] => {
      const found = facts.get(fileId)
      return found === undefined ? [] : [{ fileId, vectors: recordVectors(found) }]
    })
    const missing = files.filter(({ fileId }) => !facts.has(fileId))
    const fromFiles: NewVectors[] = []
    const read = await readAgain(missing, options, ({ fileId }, payload) => {
      fromFiles.push({ fileId, vectors: recordVectors(payload) })
    })
    await catalog.writeVectors([...batch, ...fromFiles])
    counts.outdated += files.length - read.unread
    counts.fromRows += batch.length
    counts.fromFiles += fromFiles.length
    counts.left += read.problems.length
    problems.push(...read.problems.slice(0, KEPT_PROBLEMS - problems.length))
    options.onProgress?.(counts)
  }
  return { counts, problems, stopped: options.stop?.aborted === true }
}
