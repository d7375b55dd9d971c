import type { DuckDBConnection } from '@duckdb/node-api'
import { BIGINT, LIST, listValue, VARCHAR } from '../../duckdb-api.ts'
import type { LargeValue } from '../../tables/index.ts'
import { throwIfAborted } from '../abort.ts'
import type { CatalogCheck } from '../catalog.ts'
import { Checks } from '../checks.ts'
import { checkedPieces, checkValue, VALUE_CHECKS, valueError } from '../large-values.ts'
import { queryError } from './errors.ts'
import type { Session } from './session.ts'
import { readValue, type ValueFile } from './value-file.ts'

/** Stores those values that the catalog lacks, or has lost from its file, inside the connection's transaction. */
export async function storeValues(
  connection: DuckDBConnection,
  file: ValueFile,
  values: readonly LargeValue[],
): Promise<void> {
  const reader = await connection.runAndReadAll(
    'SELECT sha256, byte_length, file_offset, stored_bytes FROM large_values WHERE sha256 IN (SELECT unnest($1))',
    [listValue(values.map(({ sha256 }) => sha256))],
    [LIST(VARCHAR)],
  )
  const known = new Set<unknown>()
  const lost: string[] = []
  for (const [name, ...numbers] of reader.getRows()) {
    const sha256 = String(name)
    const [byteLength, offset, storedBytes] = numbers.map(Number) as [number, number, number]
    if (await file.holds({ sha256, byteLength }, { offset, storedBytes })) known.add(sha256)
    else lost.push(sha256)
  }
  if (lost.length > 0) {
    await connection.run(
      'DELETE FROM large_values WHERE sha256 IN (SELECT unnest($1))',
      [listValue(lost)],
      [LIST(VARCHAR)],
    )
  }
  const missing = values.filter(({ sha256 }) => !known.has(sha256))
  if (missing.length === 0) return
  const places = await file.append(missing)
  await connection.run(
    `INSERT INTO large_values (sha256, piece, byte_length, stored_bytes, file_offset)
     SELECT unnest($1), 0, unnest($2), unnest($3), unnest($4)`,
    [
      listValue(missing.map(({ sha256 }) => sha256)),
      listValue(missing.map(({ byteLength }) => BigInt(byteLength))),
      listValue(places.map(({ storedBytes }) => BigInt(storedBytes))),
      listValue(places.map(({ offset }) => BigInt(offset))),
    ],
    [LIST(VARCHAR), LIST(BIGINT), LIST(BIGINT), LIST(BIGINT)],
  )
}

/** The bytes of a value. Throws ERR_CATALOG_VALUE when it is not there or not whole. */
export async function* largeValue(session: Session, sha256: string): AsyncGenerator<Uint8Array> {
  const place = await placeOf(session, sha256)
  if (place === null) throw valueError(session.path, sha256, 'the catalog has none of that SHA-256')
  const { byteLength, offset, storedBytes } = place
  const pieces = readValue(session.path, { sha256 }, { offset, storedBytes })
  yield* checkedPieces(session.path, { sha256, byteLength }, pieces)
}

async function placeOf(session: Session, sha256: string) {
  const connection = await session.connect()
  try {
    const reader = await connection.runAndReadAll(
      'SELECT byte_length, stored_bytes, file_offset FROM large_values WHERE sha256 = $1',
      [sha256],
    )
    const [row] = reader.getRows()
    if (!row) return null
    const [byteLength, storedBytes, offset] = row.map(Number) as [number, number, number]
    return { byteLength, storedBytes, offset }
  } catch (error) {
    throw queryError(error, session.path)
  } finally {
    connection.closeSync()
  }
}

const MARKED = `regexp_extract(value_json, '^\\{"large":\\{"sha256":"([0-9a-f]{64})"', 1)`

/** Checks that every large value a row names is there, and reads all of them. */
export async function verifyValues(
  session: Session,
  connection: DuckDBConnection,
  signal: AbortSignal | undefined,
): Promise<CatalogCheck[]> {
  const checks = new Checks()
  for (const name of Object.values(VALUE_CHECKS)) checks.declare(name)
  const unknown = await connection.runAndReadAll(
    `SELECT file_id || ' ' || attr_name FROM attributes
     WHERE starts_with(value_json, '{"large":') AND ${MARKED} NOT IN (SELECT sha256 FROM large_values)`,
  )
  for (const [row] of unknown.getRows()) checks.add(VALUE_CHECKS.named, String(row))
  const doubled = await connection.runAndReadAll(
    `SELECT sha256 || ' piece ' || piece FROM large_values GROUP BY sha256, piece HAVING count(*) > 1`,
  )
  for (const [row] of doubled.getRows()) checks.add(VALUE_CHECKS.once, String(row))
  const stored = await connection.runAndReadAll(
    'SELECT sha256 FROM large_values GROUP BY sha256 ORDER BY min(file_offset)',
  )
  for (const [sha256] of stored.getRows()) {
    throwIfAborted(signal)
    await checkValue(checks, String(sha256), largeValue(session, String(sha256)))
  }
  return checks.list()
}
