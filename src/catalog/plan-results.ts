import { DigestSum, digestRows, type EncodedRows, encodeRows, TextCells, tableNamed } from '../tables/index.ts'
import type { FileResults } from './catalog.ts'
import { type CountedFile, withLatest } from './plan-upsert.ts'

const RESULTS = tableNamed('validation_results')
/** Files whose rows are made at a time: what is held of them stays some tens of megabytes. */
const FILES_HELD = 5000

/** Rows of some files and what they add up to, a file each. */
export interface EncodedResults {
  readonly rows: EncodedRows
  readonly latest: readonly { readonly fileId: string; readonly latestRows: string }[]
}

/** Rows of `validation_results` for these files, some files at a time. */
export function* encodedResults(files: readonly FileResults[], validatedAtUs: bigint): Generator<EncodedResults> {
  for (let start = 0; start < files.length; start += FILES_HELD) {
    const held = files.slice(start, start + FILES_HELD)
    const cells = held.flatMap(({ fileId, path, rows }) =>
      rows.map((row): Readonly<Record<string, unknown>> => ({ ...row, fileId, path })),
    )
    const values = cells.map(({ fileId, path, ...row }) =>
      RESULTS.columns.map(({ name }) =>
        name === 'file_id' ? fileId : name === 'file_path' ? path : name === 'validated_at' ? validatedAtUs : row[name],
      ),
    )
    const rows = encodeRows(RESULTS.columns, values.length, (row, column) => values[row]![column] ?? null)
    const digests = digestRows(RESULTS, rows, new TextCells(rows.strings))
    let at = 0
    const latest = held.map(({ fileId, rows: own }) => {
      const sum = new DigestSum()
      for (const end = at + own.length; at < end; at++) sum.add(digests, at)
      const kept = own.length === 0 ? {} : { [RESULTS.name]: { rows: own.length, digest: String(sum) } }
      return { fileId, latestRows: JSON.stringify(kept) }
    })
    yield { rows, latest }
  }
}

/** What a file's row counts once its results are these; rows of releases that kept no digest stay uncounted. */
export function withResults(before: CountedFile, latestRows: string): CountedFile {
  return before.contentDigest === null ? before : { ...before, latestRows: withLatest(before.latestRows, latestRows) }
}
