import { stat } from 'node:fs/promises'
import type { Catalog, CatalogSql } from '../../catalog/catalog.ts'
import { ExrError } from '../../errors.ts'
import { dialectOf } from '../../queries/dialect.ts'
import type { S3Settings } from '../../source/s3-settings.ts'
import { isS3Url } from '../../source/s3-url.ts'
import type { Row } from './api.ts'
import type { CatalogHolder } from './holder.ts'
import type { Pictures } from './pictures.ts'
import { type SearchIndexes, stateOf } from './search-index.ts'

/** What the routes of one explorer share. */
export interface ExplorerContext {
  readonly holder: CatalogHolder
  readonly pictures: Pictures
  readonly indexes: SearchIndexes
  readonly known: KnownFiles
  readonly s3: S3Settings
  /** Path with fields in braces that become facets, such as `/shows/{show}/{shot}/**`; null for none. */
  readonly template: string | null
  /** Policies beside the built-in ones, which come first where one is picked. */
  readonly policies: readonly OwnPolicy[]
  readonly version: string
}

/** A policy of one's own that the page can judge by. */
export interface OwnPolicy {
  readonly name: string
  /** File or object it is read from, again now and then: it may be edited while the page is open. */
  readonly location: string
}

/** A live file as the catalog knows it. */
export interface KnownRow {
  readonly file_id: string
  readonly file_path: string
  readonly size_bytes: number | null
  readonly mtime: string | null
  readonly etag: string | null
  readonly header_hash: string
  readonly sequence_key: string | null
  readonly frame_number: number | null
}

/** Rows that are kept: those of a few screens full of pictures. */
const MOST_KNOWN = 10_000

/**
 * Rows of files, found once for a state of an embedded catalog: each picture of a page asks for one, which of a million files
 * takes as long as many a picture. Of others, whose state nobody tells, each time.
 */
export class KnownFiles {
  #state = ''
  readonly #rows = new Map<string, Promise<KnownRow>>()

  /** Throws ERR_SOURCE_NOT_FOUND for an id the catalog does not have, or has no more. */
  of(catalog: Catalog, fileId: string): Promise<KnownRow> {
    if (catalog.dialect.kind !== 'duckdb') return readRow(catalog, fileId)
    const state = stateOf(catalog)
    if (state !== this.#state) this.#rows.clear()
    this.#state = state
    const known = this.#rows.get(fileId)
    if (known !== undefined) return known
    const row = readRow(catalog, fileId)
    const [oldest] = this.#rows.keys()
    if (this.#rows.size >= MOST_KNOWN) this.#rows.delete(oldest!)
    this.#rows.set(fileId, row)
    row.catch(() => {
      if (this.#rows.get(fileId) === row) this.#rows.delete(fileId)
    })
    return row
  }
}

async function readRow(catalog: CatalogSql, fileId: string): Promise<KnownRow> {
  const { live, literal, table } = dialectOf(catalog.dialect)
  const [row] = await rowsOf(
    catalog,
    `SELECT file_id, file_path, size_bytes, mtime, etag, header_hash, sequence_key, frame_number
     FROM ${live} live WHERE file_id = ${literal(fileId)}`,
  )
  if (row !== undefined) return row as unknown as KnownRow
  const [newer] = await rowsOf(
    catalog,
    `SELECT live.file_path, live.file_id FROM ${table('files')} f JOIN ${live} live ON live.file_id = f.superseded_by
     WHERE f.file_id = ${literal(fileId)}`,
  )
  if (newer !== undefined) throw new FileReplaced(String(newer['file_path']), String(newer['file_id']))
  throw new ExrError(
    'ERR_SOURCE_NOT_FOUND',
    `The catalog has no file ${fileId}, or it was removed or replaced since. Search for its path again.`,
  )
}

/** Another header is at the path of a file that was asked for. */
export class FileReplaced extends ExrError {
  /** `file_id` of the file that is there now. */
  readonly replacedBy: string

  constructor(path: string, replacedBy: string) {
    super('ERR_SOURCE_NOT_FOUND', `Another file is at ${path} now: ${replacedBy}.`, { details: { path } })
    this.replacedBy = replacedBy
  }
}

/** Changes whenever the bytes of a file do: of files of this machine as they are now, of others as far as the catalog knows. */
export async function versionOf({ file_path, header_hash, size_bytes, mtime, etag }: KnownRow): Promise<string> {
  const known = [header_hash, size_bytes, mtime, etag].join(' ')
  if (isS3Url(file_path)) return known
  const now = await stat(file_path, { bigint: true }).catch(() => null)
  return now === null ? known : [known, now.size, now.mtimeNs, now.ino].join(' ')
}

/** Rows as objects of plain JSON values. Wide integers become numbers where those hold them, else text. */
export async function rowsOf(catalog: CatalogSql, sql: string, signal?: AbortSignal): Promise<Row[]> {
  const rows: Row[] = []
  for await (const row of catalog.sqlRows(sql, signal)) rows.push(toJson(row) as Row)
  return rows
}

/** A cell of an answer as JSON has it. */
export function toJson(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (Array.isArray(value)) return value.map(toJson)
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as number[])
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, toJson(each)]))
  }
  return value
}
