import { UpsertBatcher } from '../catalog/batcher.ts'
import type { Catalog } from '../catalog/catalog.ts'
import { openCatalog } from '../catalog/open.ts'
import type { FunctionSettings } from '../settings/function.ts'
import { connectS3, type S3Connection } from '../source/s3-client.ts'
import type { S3Settings } from '../source/s3-settings.ts'
import type { Endpoints } from './endpoints.ts'
import { StoredSequencers } from './stored-sequencers.ts'

/** What handling an event needs open: one set per distinct combination of endpoints and keys. */
export interface Resources {
  readonly s3: S3Connection
  /** What `s3` was made of, for workers that make their own. */
  readonly s3Settings: S3Settings
  /** Written into `inspections`. */
  readonly runId: string
  readonly catalog: Catalog | null
  readonly batcher: UpsertBatcher | null
  readonly sequencers: StoredSequencers | null
  close(): Promise<void>
}

/** Events that bring their own endpoints share what they open; more sets than this close the one used longest ago. */
const MOST_SETS = 8

type PoolSettings = Pick<FunctionSettings, 'batchFiles' | 'batchWaitMs' | 'catalogMemoryBytes' | 'catalogMode'>

/** Opens resources on first use and keeps them. */
export class ResourcePool {
  readonly #settings: PoolSettings
  readonly #runId: string
  readonly #open = new Map<string, Promise<Resources>>()

  constructor(settings: PoolSettings, runId: string) {
    this.#settings = settings
    this.#runId = runId
  }

  async get(endpoints: Endpoints): Promise<Resources> {
    const known = this.#open.get(endpoints.key)
    const resources = known ?? this.#connect(endpoints)
    // Taken out and put back: a Map keeps the order of insertion, so the first is the one used longest ago.
    this.#open.delete(endpoints.key)
    this.#open.set(endpoints.key, resources)
    resources.catch(() => this.#open.delete(endpoints.key))
    if (this.#open.size > MOST_SETS) await this.#closeOldest()
    return resources
  }

  async close(): Promise<void> {
    const all = [...this.#open.values()]
    this.#open.clear()
    for (const result of await Promise.allSettled(all)) {
      if (result.status === 'fulfilled') await result.value.close()
    }
  }

  async #connect(endpoints: Endpoints): Promise<Resources> {
    const s3 = await connectS3(endpoints.s3)
    try {
      const catalog = await this.#openCatalog(endpoints)
      const { batchFiles: maxRecords, batchWaitMs: maxWaitMs } = this.#settings
      const batcher = catalog === null ? null : new UpsertBatcher(catalog, this.#runId, { maxRecords, maxWaitMs })
      return {
        s3,
        s3Settings: endpoints.s3,
        runId: this.#runId,
        catalog,
        batcher,
        sequencers: catalog && new StoredSequencers(catalog),
        close: async () => {
          await batcher?.close()
          await catalog?.close()
          s3.close()
        },
      }
    } catch (error) {
      s3.close()
      throw error
    }
  }

  async #openCatalog({ catalogUrl, vast }: Endpoints): Promise<Catalog | null> {
    if (catalogUrl === null) return null
    const { catalogMemoryBytes: memoryLimit, catalogMode: fileMode } = this.#settings
    const catalog = await openCatalog(catalogUrl, { vast, memoryLimit, fileMode })
    try {
      await catalog.ensureSchema()
      return catalog
    } catch (error) {
      await catalog.close()
      throw error
    }
  }

  async #closeOldest(): Promise<void> {
    const [oldest] = this.#open.entries().next().value ?? []
    if (oldest === undefined) return
    const resources = this.#open.get(oldest)
    this.#open.delete(oldest)
    await resources?.then((open) => open.close()).catch(() => {})
  }
}
