import type { Catalog } from '../../catalog/catalog.ts'
import { clock, holderText } from '../../catalog/holder.ts'
import { ExrError, toPlainError } from '../../errors.ts'
import type { ExplorerProgress, ExplorerState } from './api.ts'

/** How often a catalog that another process has is tried again. */
const TRY_AGAIN_MS = 1000
/** An open file keeps writers out, so one that nobody asks is closed. */
const IDLE_MS = 10_000

/** A snapshot that is older is taken again when nobody is reading it. */
const SNAPSHOT_MS = 30_000

/** Where the explorer's catalog comes from. */
export interface CatalogAccess {
  /** As it was named, for people. */
  readonly subject: string
  readonly version: string
  /** Opens it to read. Throws ERR_CATALOG_LOCKED while another process writes. */
  readonly open: () => Promise<Catalog>
}

type Told = Omit<ExplorerState, 'subject' | 'version'>

/**
 * The one catalog of an explorer: opened when somebody asks, closed when nobody has for a while, waited for while another
 * process writes to it. Whoever listens is told of every change of state.
 */
export class CatalogHolder {
  readonly #access: CatalogAccess
  readonly #listeners = new Set<() => void>()
  #told: Told = { state: 'ready', message: null, code: null, progress: null, revision: 0 }
  #opening: Promise<Catalog> | null = null
  #lent: Promise<Catalog> | null = null
  #users = 0
  #idle: NodeJS.Timeout | null = null
  #retry: NodeJS.Timeout | null = null
  #closed = false
  /** When the snapshot that is read was taken; in the far future where none is. */
  #snapshotAt = Number.POSITIVE_INFINITY

  constructor(access: CatalogAccess) {
    this.#access = access
  }

  get state(): ExplorerState {
    return { ...this.#told, subject: this.#access.subject, version: this.#access.version }
  }

  /** Calls back after every change of state; returns what ends it. */
  listen(changed: () => void): () => void {
    this.#listeners.add(changed)
    return () => this.#listeners.delete(changed)
  }

  /** A run fills the catalog: what it holds changes from one question to the next. */
  get isFilling(): boolean {
    return this.#lent !== null
  }

  /** Lends the catalog of a run that fills it, open soon: questions go to it until null takes it back. */
  lend(catalog: Promise<Catalog> | null): void {
    this.#lent = catalog
    catalog?.catch(() => {})
  }

  /** Says how a run goes. */
  tell(told: Partial<Told>): void {
    this.#told = { ...this.#told, ...told }
    for (const changed of this.#listeners) changed()
  }

  progress(progress: ExplorerProgress): void {
    this.tell({ state: 'filling', progress, revision: this.#told.revision + 1 })
  }

  /** Opens the catalog unless it is being filled, so that the state says whether it is there and free. */
  async look(): Promise<void> {
    if (this.#lent === null && this.#told.state !== 'filling') await this.use(async () => {}).catch(() => {})
  }

  /** Runs questions on the catalog. Throws what opening it throws, ERR_CATALOG_LOCKED among it. */
  async use<T>(work: (catalog: Catalog) => Promise<T>): Promise<T> {
    if (this.#lent !== null) return work(await this.#lent)
    if (this.#users === 0 && Date.now() - this.#snapshotAt > SNAPSHOT_MS) await this.#shut()
    this.#users++
    if (this.#idle !== null) clearTimeout(this.#idle)
    try {
      return await work(await this.#opened())
    } finally {
      this.#users--
      this.#closeLater()
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const timer of [this.#idle, this.#retry]) if (timer !== null) clearTimeout(timer)
    this.#listeners.clear()
    await this.#shut()
  }

  async #opened(): Promise<Catalog> {
    if (this.#closed) throw new ExrError('ERR_ABORTED', 'The explorer is stopping.')
    const isFresh = this.#opening === null
    this.#opening ??= this.#access.open()
    try {
      const catalog = await this.#opening
      if (isFresh) this.#isOpen(catalog)
      return catalog
    } catch (error) {
      this.#opening = null
      this.#failed(error)
      throw error
    }
  }

  #isOpen({ snapshot }: Catalog): void {
    const { state, message, revision } = this.#told
    this.#snapshotAt = snapshot === null ? Number.POSITIVE_INFINITY : snapshot.takenAt.getTime()
    const news =
      snapshot === null
        ? null
        : `As of ${clock(snapshot.takenAt)}: ${holderText(snapshot.writer)} is writing to the catalog.`
    if (state === 'ready' && news === message) return
    this.tell({ state: 'ready', message: news, code: null, revision: revision + 1 })
  }

  #failed(error: unknown): void {
    const { code, message } = toPlainError(error, 'ERR_CATALOG_OPEN')
    const isLocked = code === 'ERR_CATALOG_LOCKED'
    this.tell({ state: isLocked ? 'waiting' : 'failed', message, code })
    if (!isLocked || this.#retry !== null || this.#closed) return
    this.#retry = setTimeout(() => {
      this.#retry = null
      void this.look()
    }, TRY_AGAIN_MS)
  }

  #closeLater(): void {
    if (this.#users > 0 || this.#closed) return
    if (this.#idle !== null) clearTimeout(this.#idle)
    this.#idle = setTimeout(() => void this.#shut(), IDLE_MS)
    this.#idle.unref()
  }

  async #shut(): Promise<void> {
    const opening = this.#opening
    this.#opening = null
    const catalog = await opening?.catch(() => null)
    await catalog?.close()
  }
}
