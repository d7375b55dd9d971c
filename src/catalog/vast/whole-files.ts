import { throwIfAborted } from '../abort.ts'
import type { ReadTable } from '../content.ts'
import { cellsOf, FILE_TABLES, type WholeFiles, wholeFiles } from '../whole-files.ts'
import { tableReader } from './read-table.ts'
import { readRows } from './rows.ts'
import type { Store, Tables } from './store.ts'

/** Files of a batch; a server is asked for at most a thousand by name. */
const BATCH_FILES = 500

/** Every file with all of its rows, in the order of their paths, read in one transaction. Memory grows with the names of files. */
export async function* readWholeFiles(store: Store, signal: AbortSignal | undefined): AsyncGenerator<WholeFiles> {
  const tx = await store.session.begin()
  try {
    const tables = store.tables(tx)
    for (const fileIds of batchesOf(await namesOf(tables, signal))) {
      throwIfAborted(signal)
      yield await readFiles(tableReader(tables, { fileIds, signal }), fileIds)
    }
  } finally {
    if (tx.active) await tx.rollback().catch(() => undefined)
  }
}

interface Name {
  readonly fileId: string
  readonly path: string
}

async function namesOf(tables: Tables, signal: AbortSignal | undefined): Promise<Name[]> {
  const options = { columns: ['file_id', 'file_path_normalized'], ...(signal ? { signal } : {}) }
  const names = await readRows(tables('files').select(options), (row) => ({ fileId: row.name(0), path: row.name(1) }))
  return names.sort((a, b) => compare(a.path, b.path) || compare(a.fileId, b.fileId))
}

/** Files at one path stay together. */
function* batchesOf(names: readonly Name[]): Generator<string[]> {
  let batch: string[] = []
  let path: string | null = null
  for (const name of names) {
    if (batch.length >= BATCH_FILES && name.path !== path) {
      yield batch
      batch = []
    }
    path = name.path
    batch.push(name.fileId)
  }
  if (batch.length > 0) yield batch
}

async function readFiles(read: ReadTable, fileIds: readonly string[]): Promise<WholeFiles> {
  const order = new Map(fileIds.map((fileId, place) => [fileId, place]))
  const cells = new Map<string, unknown[][]>()
  for (const definition of FILE_TABLES) {
    const rows: unknown[][] = []
    for await (const batch of read(definition)) rows.push(...cellsOf(definition, batch))
    cells.set(definition.name, rows)
  }
  cells.get('files')!.sort((a, b) => order.get(a[0] as string)! - order.get(b[0] as string)!)
  return wholeFiles(cells)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
