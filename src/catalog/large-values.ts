import { createHash } from 'node:crypto'
import { ExrError } from '../errors.ts'
import {
  deflatePiece,
  type EncodedBatch,
  framedPieces,
  type LargeValue,
  largeMarkerOf,
  RECORD_TABLES,
  stringAt,
} from '../tables/index.ts'
import type { CatalogValues } from './catalog.ts'
import type { Checks } from './checks.ts'

const VALUE_JSON = RECORD_TABLES.attributes.columns.findIndex(({ name }) => name === 'value_json')

/** The large values of some files of a batch, by their places in it. */
export function valuesOf({ largeValues, strings, tables }: EncodedBatch, files: Iterable<number>): LargeValue[] {
  if (largeValues.length === 0) return []
  const { rowStart, columns } = tables.attributes
  const codes = columns[VALUE_JSON]!.data as Int32Array
  const named = new Set([...files].flatMap((file) => [...codes.subarray(rowStart[file], rowStart[file + 1])]))
  const wanted = new Set([...named].map((code) => largeMarkerOf(stringAt(strings, code) ?? '')?.sha256))
  return largeValues.filter(({ sha256 }) => wanted.has(sha256))
}

/** Throws ERR_OPTION_INVALID for a text that is no SHA-256 in hex. */
export function checkSha256(sha256: string): string {
  if (/^[0-9a-f]{64}$/.test(sha256)) return sha256
  throw new ExrError('ERR_OPTION_INVALID', `Expected 64 hex digits for the SHA-256 of a value but received ${sha256}`)
}

/** ERR_CATALOG_VALUE for a value that cannot be read. */
export function valueError(url: string, sha256: string, found: string, cause?: unknown): ExrError {
  return new ExrError('ERR_CATALOG_VALUE', `Cannot read the large value ${sha256} of catalog ${url}: ${found}.`, {
    ...(cause === undefined ? {} : { cause }),
    details: { path: url },
  })
}

/** Hands pieces on and throws ERR_CATALOG_VALUE at their end when they are not the value they were stored as. */
export async function* checkedPieces(
  url: string,
  { sha256, byteLength }: Pick<LargeValue, 'sha256' | 'byteLength'>,
  pieces: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256')
  let bytes = 0
  try {
    for await (const piece of pieces) {
      hash.update(piece)
      bytes += piece.length
      yield piece
    }
  } catch (error) {
    throw error instanceof ExrError && error.code === 'ERR_CATALOG_VALUE'
      ? valueError(url, sha256, error.message, error)
      : error
  }
  if (bytes !== byteLength) throw valueError(url, sha256, `${bytes} of its ${byteLength} bytes are there`)
  const found = hash.digest('hex')
  if (found !== sha256) throw valueError(url, sha256, `its bytes have the SHA-256 ${found}`)
}

/** What both catalogs check of large values. */
export const VALUE_CHECKS = {
  once: 'every piece of a large value is stored once',
  named: 'every large value that a row names is there',
  whole: 'every large value is whole and has the SHA-256 it is named by',
} as const

/** Reads a value to its end; one that is not whole breaks `VALUE_CHECKS.whole`. */
export async function checkValue(checks: Checks, sha256: string, pieces: AsyncIterable<Uint8Array>): Promise<void> {
  try {
    for await (const _ of pieces);
  } catch (error) {
    if (!(error instanceof ExrError) || error.code !== 'ERR_CATALOG_VALUE') throw error
    checks.add(VALUE_CHECKS.whole, `${sha256}: ${error.message}`)
  }
}

/** A large value as a text. Throws what `largeValue` throws. */
async function largeText(catalog: CatalogValues, sha256: string): Promise<string> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  let text = ''
  for await (const piece of catalog.largeValue(sha256)) text += decoder.decode(piece, { stream: true })
  return text + decoder.decode()
}

/** What an attribute's `value_json` stands for, read from where large values are if it is one. */
export async function attributeValue(catalog: CatalogValues, valueJson: string): Promise<unknown> {
  const marker = largeMarkerOf(valueJson)
  if (marker === null) return JSON.parse(valueJson)
  const text = await largeText(catalog, marker.sha256)
  return marker.form === 'text' ? text : JSON.parse(text)
}

/** A large value of a catalog as another one stores it. Throws what `largeValue` throws. */
export async function packValue(catalog: CatalogValues, sha256: string): Promise<LargeValue> {
  const pieces: Buffer[] = []
  let byteLength = 0
  for await (const piece of catalog.largeValue(sha256)) {
    byteLength += piece.length
    pieces.push(deflatePiece(piece))
  }
  return { sha256, byteLength, stored: framedPieces(pieces) }
}
