import { ExrError } from '../../errors.ts'
import { inflatePiece, type LargeValue, largeMarkerOf, storedPieces, tableNamed } from '../../tables/index.ts'
import { col, type Table } from '../../vastdb/index.ts'
import { throwIfAborted } from '../abort.ts'
import type { CatalogCheck } from '../catalog.ts'
import { Checks } from '../checks.ts'
import { checkedPieces, checkValue, VALUE_CHECKS, valueError } from '../large-values.ts'
import { lookUp } from './lookup.ts'
import { type CellValue, rowBatch } from './row-batch.ts'
import { forEachRow, readRows } from './rows.ts'
import type { Store, Tables } from './store.ts'

const TABLE = tableNamed('large_values')
/** Bytes of pieces that are made one request's rows; the client cuts them up as the server wants them. */
const INSERT_BYTES = 4 * 1024 * 1024
/** Pieces read with one request: some MB. */
const PIECES_PER_READ = 32

/**
 * Stores those pieces of values that the catalog lacks, inside the transaction, and removes those that it has twice.
 * Returns the values it stored pieces of: another writer may have done the same.
 */
export async function storeValues(
  tables: Tables,
  values: readonly LargeValue[],
  signal: AbortSignal | undefined,
): Promise<string[]> {
  if (values.length === 0) return []
  const table = tables('large_values')
  const known = await storedOnce(
    table,
    values.map(({ sha256 }) => sha256),
  )
  const added = new Set<string>()
  let rows: CellValue[][] = []
  let bytes = 0
  const flush = async () => {
    throwIfAborted(signal)
    if (rows.length > 0) await table.insert(rowBatch(TABLE, rows))
    rows = []
    bytes = 0
  }
  for (const { sha256, byteLength, stored } of values) {
    let next = 0
    for (const data of storedPieces(stored)) {
      const piece = next++
      if (known.has(`${sha256} ${piece}`)) continue
      added.add(sha256)
      rows.push([sha256, piece, BigInt(byteLength), BigInt(data.length), null, data])
      bytes += data.length
      if (bytes >= INSERT_BYTES) await flush()
    }
  }
  await flush()
  return [...added]
}

/** Two writers may store a value at the same time: its pieces are then there twice, and are the same. Makes them one. */
export async function settleValues(store: Store, hashes: readonly string[]): Promise<void> {
  if (hashes.length > 0) await store.write((tables) => storedOnce(tables('large_values'), hashes))
}

/** The pieces of values that are there, as hash and place. Of those there twice the row with the lowest id stays, whoever decides. */
async function storedOnce(table: Table, hashes: readonly string[]): Promise<ReadonlySet<string>> {
  const found = { table, column: 'sha256', values: hashes, columns: ['sha256', 'piece'], rowId: true }
  const rows = await lookUp(found, (row) => ({ piece: `${row.name(0)} ${row.int(1)}`, rowId: row.big(2)! }))
  const kept = new Set<string>()
  const doubles: bigint[] = []
  for (const { piece, rowId } of rows.sort((a, b) => (a.rowId < b.rowId ? -1 : 1))) {
    if (kept.has(piece)) doubles.push(rowId)
    else kept.add(piece)
  }
  if (doubles.length > 0) await table.delete(doubles)
  return kept
}

/** The bytes of a value. Throws ERR_CATALOG_VALUE when it is not there or not whole. */
export async function* largeValue(store: Store, sha256: string): AsyncGenerator<Uint8Array> {
  const { url } = store.address
  const where = col('sha256').eq(sha256).and(col('piece').eq(0))
  const [byteLength] = await store.read((tables) =>
    readRows(tables('large_values').select({ columns: ['byte_length'], where, splits: 1 }), (row) => row.big(0)!),
  )
  if (byteLength === undefined) throw valueError(url, sha256, 'the catalog has none of that SHA-256')
  const value = { sha256, byteLength: Number(byteLength) }
  yield* checkedPieces(url, value, readPieces(store, value))
}

async function* readPieces(
  store: Store,
  { sha256, byteLength }: Pick<LargeValue, 'sha256' | 'byteLength'>,
): AsyncGenerator<Uint8Array> {
  let bytes = 0
  for (let first = 0; bytes < byteLength; first += PIECES_PER_READ) {
    const pieces = await store.read((tables) => readSome(tables, sha256, first))
    for (let piece = first; piece < first + PIECES_PER_READ && bytes < byteLength; piece++) {
      const data = pieces.get(piece)
      if (data === undefined) throw new ExrError('ERR_CATALOG_VALUE', `its piece ${piece} is missing`)
      const inflated = inflatePiece(data)
      bytes += inflated.length
      yield inflated
    }
  }
}

/** Pieces by place; one that is there twice is the same twice. */
async function readSome(tables: Tables, sha256: string, first: number): Promise<ReadonlyMap<number, Uint8Array>> {
  const where = col('sha256')
    .eq(sha256)
    .and(col('piece').between(first, first + PIECES_PER_READ - 1))
  const pieces = new Map<number, Uint8Array>()
  await forEachRow(tables('large_values').select({ columns: ['piece', 'data'], where, splits: 1 }), (row) => {
    const data = row.value(1)
    if (data instanceof Uint8Array) pieces.set(row.int(0)!, data.slice())
  })
  return pieces
}

/** Checks that every large value a row names is there, and reads all of them. */
export async function verifyValues(store: Store, signal: AbortSignal | undefined): Promise<CatalogCheck[]> {
  const options = signal ? { signal } : {}
  const checks = new Checks()
  for (const name of Object.values(VALUE_CHECKS)) checks.declare(name)
  const stored = await store.read(async (tables) => {
    const hashes = new Set<string>()
    const pieces = new Set<string>()
    await forEachRow(tables('large_values').select({ columns: ['sha256', 'piece'], ...options }), (row) => {
      const [sha256, piece] = [row.name(0), `${row.name(0)} piece ${row.int(1)}`]
      if (pieces.has(piece)) checks.add(VALUE_CHECKS.once, piece)
      pieces.add(piece)
      hashes.add(sha256)
    })
    const columns = ['file_id', 'attr_name', 'value_json']
    const marked = col('value_json').startsWith('{"large":')
    await forEachRow(tables('attributes').select({ columns, where: marked, ...options }), (row) => {
      const marker = largeMarkerOf(row.name(2))
      if (marker && !hashes.has(marker.sha256)) checks.add(VALUE_CHECKS.named, `${row.name(0)} ${row.name(1)}`)
    })
    return hashes
  }, signal)
  for (const sha256 of stored) {
    throwIfAborted(signal)
    await checkValue(checks, sha256, largeValue(store, sha256))
  }
  return checks.list()
}
