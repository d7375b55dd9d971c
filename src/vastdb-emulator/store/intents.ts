import { conflict } from '../errors.ts'

/** What conflict detection needs to know of a transaction. */
export interface Writer {
  /** Commits up to this number are in the transaction's snapshot. */
  readonly beganAt: number
  /** Number of its own commit; null while open and after a rollback. */
  readonly committedAt: number | null
  readonly isOpen: boolean
}

interface Intent {
  exclusive: Writer | null
  /** Number of the latest commit before `exclusive`. */
  committedAt: number
  readonly shared: Set<Writer>
}

/**
 * First writer wins: a transaction that wants to change what another open transaction has changed, or what has been
 * changed since its snapshot was taken, is refused at once. Catalogue objects are named by keys and may be shared
 * (rows of a table are written) or exclusive (its columns are altered); rows are always exclusive.
 */
export class Intents {
  readonly #objects = new Map<string, Intent>()
  readonly #rows = new Map<number, Map<bigint, Intent>>()

  /** Claim an object for changing it. Throws 409. */
  claim(writer: Writer, key: string): void {
    const intent = this.#objects.get(key)
    assertFree(intent, writer, key)
    for (const other of intent?.shared ?? []) {
      if (other !== writer && (other.isOpen || isLater(other.committedAt, writer))) throw taken(key)
    }
    this.#objects.set(key, claimed(intent, writer))
  }

  /** Use an object in a way that others may use it too, but nobody may change it meanwhile. Throws 409. */
  share(writer: Writer, key: string): void {
    const intent = this.#objects.get(key) ?? { exclusive: null, committedAt: 0, shared: new Set() }
    assertFree(intent, writer, key)
    intent.shared.add(writer)
    this.#objects.set(key, intent)
  }

  /** Claim rows of a table for changing them: all of them, or none and a 409. */
  claimRows(writer: Writer, tableId: number, rowIds: Iterable<bigint>): void {
    const rows = this.#rows.get(tableId) ?? new Map<bigint, Intent>()
    this.#rows.set(tableId, rows)
    const ids = [...rowIds]
    for (const id of ids) assertFree(rows.get(id), writer, `row ${id}`)
    for (const id of ids) rows.set(id, claimed(rows.get(id), writer))
  }

  /** Forget what no transaction that is still open can conflict with. */
  prune(open: Iterable<Writer>): void {
    const oldest = Math.min(...[...open].map((writer) => writer.beganAt))
    if (oldest === Number.POSITIVE_INFINITY) {
      this.#objects.clear()
      this.#rows.clear()
      return
    }
    pruneMap(this.#objects, oldest)
    for (const rows of this.#rows.values()) pruneMap(rows, oldest)
  }
}

function isLater(committedAt: number | null, writer: Writer): boolean {
  return committedAt !== null && committedAt > writer.beganAt
}

function lastCommit(intent: Intent): number {
  return intent.exclusive?.committedAt ?? intent.committedAt
}

function assertFree(intent: Intent | undefined, writer: Writer, what: string): void {
  if (intent === undefined || intent.exclusive === writer) return
  if (intent.exclusive?.isOpen || isLater(lastCommit(intent), writer)) throw taken(what)
}

function claimed(intent: Intent | undefined, writer: Writer): Intent {
  if (intent === undefined) return { exclusive: writer, committedAt: 0, shared: new Set() }
  if (intent.exclusive === writer) return intent
  return { exclusive: writer, committedAt: lastCommit(intent), shared: intent.shared }
}

function taken(what: string): Error {
  return conflict(`Write conflict: ${what} was changed by another transaction`)
}

function pruneMap<K>(intents: Map<K, Intent>, oldest: number): void {
  for (const [key, intent] of intents) {
    for (const writer of intent.shared) {
      if (!writer.isOpen && (writer.committedAt ?? 0) <= oldest) intent.shared.delete(writer)
    }
    if (!intent.exclusive?.isOpen && lastCommit(intent) <= oldest && intent.shared.size === 0) intents.delete(key)
  }
}
