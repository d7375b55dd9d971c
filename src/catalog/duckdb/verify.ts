import type { DuckDBConnection } from '@duckdb/node-api'
import {
  contentIds,
  encodeRows,
  recordTables,
  TABLES,
  type TableDefinition,
  TextCells,
  vectorId,
} from '../../tables/index.ts'
import { throwIfAborted } from '../abort.ts'
import { audit } from '../audit.ts'
import type { CatalogCheck, CatalogReport } from '../catalog.ts'
import { Checks, checkFrames } from '../checks.ts'
import type { VectorsOnce } from '../migrations/migration.ts'
import { queryError } from './errors.ts'
import { rowsByFolder } from './frames.ts'
import { verifyValues } from './large-values.ts'
import { floatsOf, longsOf } from './raw-columns.ts'
import { cellOf, tableReader } from './read-table.ts'
import {
  CONTENT_ONCE,
  type ContentInSets,
  contentOf,
  contentOnce,
  contentQuery,
  FILE_ROWS,
  isNumbered,
  ofContent,
  rowTable,
  STORED_TABLES,
  VECTORS_ONCE,
  vectorsOnce,
} from './row-tables.ts'
import type { Session } from './session.ts'
import { interruptOn } from './transaction.ts'

/** A query of one text column that returns the rows that break a property. */
interface Check {
  readonly name: string
  readonly sql: string
}

const ofFile = TABLES.filter(({ parent }) => parent !== null)
const STORED_ONCE = recordTables().filter(({ written, parent }) => written === 'once' && parent !== null)
const ofPart = TABLES.filter(({ parent }) => parent === 'parts')

const orphans = ({ name }: TableDefinition): Check => {
  const content = contentOnce(name)
  const key = isNumbered(name) ? 'file_no' : 'file_id'
  const tables = [rowTable(name), ...(content ? [content.setRows] : [])]
  return {
    name: `every row of ${name} belongs to a file`,
    sql: tables
      .map((table) => `SELECT DISTINCT ${key} FROM ${table} ANTI JOIN ${FILE_ROWS} USING (${key})`)
      .join(' UNION ALL '),
  }
}

const partless = ({ name }: TableDefinition): Check => ({
  name: `every row of ${name} belongs to a part`,
  sql: `SELECT DISTINCT file_id FROM ${name} ANTI JOIN parts USING (file_id, part_index)`,
})

const lost = ({ name }: TableDefinition): Check => ({
  name: `every file has the rows of ${name} it was stored with`,
  sql: `SELECT file_id FROM files f LEFT JOIN (SELECT file_id, count(*) AS n FROM ${name} GROUP BY file_id) c USING (file_id)
    WHERE coalesce(c.n, 0) <> try_cast(regexp_extract(f.child_rows, '"${name}":([0-9]+)', 1) AS BIGINT)`,
})

/** The rows that name vectors: of which file and part, and the id. */
const namingRows = ({ table, id, rows }: VectorsOnce): string => {
  const content = contentOnce(table)
  return content ? `(${contentQuery(content, ['f.file_id', 't.part_index', `d.${id}`])})` : rows
}

const ofOtherLength = (once: VectorsOnce): string => {
  const { distinct, id } = once
  return `SELECT file_id FROM ${namingRows(once)} SEMI JOIN (SELECT ${id} FROM ${distinct}
     WHERE NOT abs(sqrt(array_inner_product(vector, vector)) - 1) < 1e-4) USING (${id})`
}

const withoutVector = (once: VectorsOnce): string =>
  `SELECT file_id FROM ${namingRows(once)} ANTI JOIN ${once.distinct} USING (${once.id}) WHERE ${once.id} IS NOT NULL`

const withoutContent = ({ distinct, number, rows, sets, setRows }: ContentInSets): string =>
  `SELECT file_no::VARCHAR FROM ${rows} ANTI JOIN ${distinct} USING (${number})
   UNION ALL SELECT file_no::VARCHAR FROM ${setRows} ANTI JOIN ${sets} USING (set_no)
   UNION ALL SELECT set_no::VARCHAR FROM ${sets} ANTI JOIN ${distinct} USING (${number})`

const placeTwice = ({ sets }: ContentInSets): string =>
  `SELECT set_no::VARCHAR FROM ${sets} GROUP BY set_no, place HAVING count(*) > 1`

const contentTwice = ({ distinct, number }: ContentInSets): string =>
  `SELECT ${number}::VARCHAR FROM ${distinct} GROUP BY ${number} HAVING count(*) > 1
   UNION ALL SELECT any_value(${number})::VARCHAR FROM ${distinct} GROUP BY content_id HAVING count(*) > 1`

const storedTwice = ({ distinct, id }: VectorsOnce): string =>
  `SELECT ${id}::VARCHAR FROM ${distinct} GROUP BY ${id} HAVING count(*) > 1`

const CHECKS: readonly Check[] = [
  {
    name: 'every file_id is stored once',
    sql: 'SELECT file_id FROM files GROUP BY file_id HAVING count(*) > 1',
  },
  {
    name: 'every path and header is stored once',
    sql: `SELECT any_value(file_id) FROM files GROUP BY file_path_normalized, header_hash HAVING count(*) > 1`,
  },
  {
    name: 'every file_id is the hash of its path and header',
    sql: `SELECT file_id FROM files
      WHERE file_id <> sha256(file_path_normalized || chr(0) || header_hash)[:32]`,
  },
  ...ofFile.map(orphans),
  {
    name: 'every part is stored once',
    sql: `SELECT file_id || ' part ' || part_index FROM parts GROUP BY file_id, part_index HAVING count(*) > 1`,
  },
  {
    name: 'every file has as many parts as it says',
    sql: `SELECT f.file_id FROM files f LEFT JOIN parts p USING (file_id)
      GROUP BY f.file_id, f.multipart_count HAVING count(p.file_id) <> f.multipart_count`,
  },
  ...ofPart.map(partless),
  ...STORED_ONCE.map(lost),
  {
    name: 'every part with channels has one fingerprint',
    sql: `SELECT file_id FROM ${namingRows(vectorsOnce('channels')!)} GROUP BY file_id, part_index HAVING count(fingerprint_id) <> 1`,
  },
  {
    name: 'every vector has length 1',
    sql: `${VECTORS_ONCE.map(ofOtherLength).join(' UNION ALL ')}
      UNION ALL SELECT file_id FROM embeddings WHERE NOT abs(sqrt(list_inner_product(vector, vector)) - 1) < 1e-4`,
  },
  {
    name: 'every row that names a vector has it',
    sql: VECTORS_ONCE.map(withoutVector).join(' UNION ALL '),
  },
  {
    name: 'every distinct vector is stored once',
    sql: VECTORS_ONCE.map(storedTwice).join(' UNION ALL '),
  },
  {
    name: 'every number names one file',
    sql: `SELECT any_value(file_id) FROM ${FILE_ROWS} GROUP BY file_no HAVING count(*) > 1`,
  },
  {
    name: 'every row that names its content has it',
    sql: CONTENT_ONCE.map(withoutContent).join(' UNION ALL '),
  },
  {
    name: 'every distinct content is stored once',
    sql: CONTENT_ONCE.map(contentTwice).join(' UNION ALL '),
  },
  {
    name: 'every place of a set has one content',
    sql: CONTENT_ONCE.map(placeTwice).join(' UNION ALL '),
  },
  {
    name: 'every embedding is stored once',
    sql: `SELECT any_value(file_id) FROM embeddings GROUP BY file_id, provider, version HAVING count(*) > 1`,
  },
  {
    name: 'inspections are counted',
    sql: `SELECT f.file_id FROM files f LEFT JOIN inspections i USING (file_id)
      GROUP BY f.file_id, f.inspection_count HAVING count(i.file_id) <> f.inspection_count`,
  },
  {
    name: 'every path has one current file',
    sql: `SELECT file_path_normalized FROM files
      GROUP BY file_path_normalized HAVING count(*) FILTER (superseded_by IS NULL) <> 1`,
  },
  {
    name: 'superseded files point to a file at the same path',
    sql: `SELECT o.file_id FROM files o LEFT JOIN files n ON n.file_id = o.superseded_by
      WHERE o.superseded_by IS NOT NULL
        AND (n.file_id IS NULL OR n.file_id = o.file_id OR n.file_path_normalized <> o.file_path_normalized)`,
  },
  {
    name: 'every failure is stored once',
    sql: 'SELECT file_path FROM ingest_errors GROUP BY file_path HAVING count(*) > 1',
  },
]

/** Runs every check in one read-only transaction, so that all see the same catalog. */
export async function verifyCatalog(session: Session, signal?: AbortSignal): Promise<CatalogReport> {
  throwIfAborted(signal)
  const connection = await session.connect()
  const stopListening = interruptOn(connection, signal)
  try {
    await connection.run('BEGIN TRANSACTION READ ONLY')
    const checks: CatalogCheck[] = []
    for (const { name } of STORED_TABLES) {
      // Reading every value finds damaged blocks, which counting alone does not.
      const readable = await connection.runAndReadAll(
        `SELECT count(*) FROM (SELECT hash(t) AS h FROM ${name} t) WHERE h = 0`,
      )
      readable.getRows()
    }
    for (const { name, sql } of CHECKS) {
      const reader = await connection.runAndReadAll(
        `WITH broken(row_key) AS (${sql})
         SELECT (SELECT count(*) FROM broken), (SELECT list(row_key::VARCHAR) FROM (FROM broken LIMIT 5))`,
      )
      const [violations, examples] = reader.getRowsJS()[0]!
      checks.push({ name, violations: Number(violations), examples: (examples as string[] | null) ?? [] })
    }
    const compared = new Checks()
    const notes = await audit(await tableReader(connection), compared, session.acknowledged())
    await checkFrames(rowsByFolder(connection, '', signal), compared)
    for (const once of VECTORS_ONCE) await checkIds(connection, once, compared)
    for (const once of CONTENT_ONCE) await checkContent(connection, once, compared)
    checks.push(...compared.list(), ...(await verifyValues(session, connection, signal)))
    return { ok: checks.every((check) => check.violations === 0), checks, notes }
  } catch (error) {
    throw queryError(error, session.path)
  } finally {
    stopListening()
    connection.closeSync()
  }
}

const IDS = 'every distinct vector is the one its id says'

async function checkIds(
  connection: DuckDBConnection,
  { distinct, id, dimension }: VectorsOnce,
  checks: Checks,
): Promise<void> {
  checks.declare(IDS)
  const result = await connection.stream(`SELECT ${id}, vector FROM ${distinct}`)
  for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    const ids = longsOf(chunk, 0)
    const numbers = floatsOf(chunk, 1, dimension)
    for (let row = 0; row < chunk.rowCount; row++) {
      const vector = numbers.subarray(row * dimension, (row + 1) * dimension)
      if (vectorId(vector) !== ids[row]) checks.add(IDS, `${distinct} ${ids[row]}`)
    }
  }
}

const CONTENT_IDS = 'every distinct content is the one its id says'

async function checkContent(connection: DuckDBConnection, once: ContentInSets, checks: Checks): Promise<void> {
  checks.declare(CONTENT_IDS)
  const columns = contentOf(once)
  const list = columns.map(({ name }) => ofContent(once, name))
  const result = await connection.stream(`SELECT d.content_id, ${list.join(', ')} FROM ${once.distinct} d`)
  for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    const [stored, ...cells] = chunk.getColumns()
    const rows = encodeRows(columns, chunk.rowCount, (row, column) => cellOf(cells[column]![row]!))
    for (const [row, id] of contentIds(columns, rows, new TextCells(rows.strings)).entries()) {
      if (id !== stored![row]) checks.add(CONTENT_IDS, `${once.distinct} ${stored![row]}`)
    }
  }
}
