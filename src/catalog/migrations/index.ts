import { recordTables } from './0001-record-tables.ts'
import { featureTables } from './0002-feature-tables.ts'
import { removalsTable } from './0003-removals.ts'
import { factsAsStated } from './0004-facts-as-stated.ts'
import { largeValues } from './0005-large-values.ts'
import { digests } from './0006-digests.ts'
import { framesOverFolders } from './0007-frames-over-folders.ts'
import { sourcesOfFacts } from './0008-sources-of-facts.ts'
import { levelsOfStatistics } from './0009-levels-of-statistics.ts'
import { resultsByPolicy } from './0010-results-by-policy.ts'
import { sequencers } from './0011-sequencers.ts'
import { coverageOfObjects } from './0012-coverage-of-objects.ts'
import { unreadableFrames } from './0013-unreadable-frames.ts'
import { limitsReached } from './0014-limits-reached.ts'
import { embeddingsTable } from './0015-embeddings.ts'
import { vectorsApart } from './0016-vectors-apart.ts'
import { consumerOffsetsTable } from './0017-consumer-offsets.ts'
import { vectorsOnce } from './0018-vectors-once.ts'
import { contentOnce } from './0019-content-once.ts'
import { contentSets } from './0020-content-sets.ts'
import type { ContentOnce, Migration, NumberedRows, VectorsOnce } from './migration.ts'

/** In order; the number of each is its place, counted from 1. */
export const MIGRATIONS: readonly Migration[] = [
  recordTables,
  featureTables,
  removalsTable,
  factsAsStated,
  largeValues,
  digests,
  framesOverFolders,
  sourcesOfFacts,
  levelsOfStatistics,
  resultsByPolicy,
  sequencers,
  coverageOfObjects,
  unreadableFrames,
  limitsReached,
  embeddingsTable,
  vectorsApart,
  consumerOffsetsTable,
  vectorsOnce,
  contentOnce,
  contentSets,
]

/** Version of a catalog that has every migration. */
export const CATALOG_VERSION = MIGRATIONS.length

/** The views a catalog of a version has, by name, each behind those that it asks. */
export function viewsOf(version: number): Readonly<Record<string, string>> {
  const views = new Map<string, string>()
  const made = MIGRATIONS.slice(0, version)
  for (const kind of ['shapes', 'views'] as const) {
    for (const [name, query] of made.flatMap((migration) => Object.entries(migration[kind] ?? {}))) {
      views.delete(name)
      views.set(name, query)
    }
  }
  return Object.fromEntries(views)
}

/** The columns of vectors of which an embedded catalog of a version keeps each distinct one once. */
export function vectorsOnceOf(version: number): readonly VectorsOnce[] {
  return MIGRATIONS.slice(0, version).flatMap(({ once = [] }) => once)
}

/** The tables of which an embedded catalog of a version keeps each distinct content once. */
export function contentOnceOf(version: number): readonly ContentOnce[] {
  const made = MIGRATIONS.slice(0, version)
  const inSets = made.flatMap(({ contentSets: tables = [] }) => tables)
  return made.flatMap(({ contentOnce: tables = [] }) =>
    tables.map((once) => ({ ...once, ...inSets.find(({ table }) => table === once.table) })),
  )
}

/** The tables whose rows name their files by numbers, in an embedded catalog of a version. */
export function numberedRowsOf(version: number): readonly NumberedRows[] {
  return MIGRATIONS.slice(0, version).flatMap(({ numberedRows: tables = [] }) => tables)
}
