import type { QueryStream } from '../../catalog/catalog.ts'
import { DuckDBInstance } from '../../duckdb-api.ts'
import { ExrError } from '../../errors.ts'
import { defaultCatalogMemoryBytes } from '../../settings/memory.ts'

/**
 * Writes rows as a Parquet file with the columns' own types. They pass through a database in memory as text, which
 * every type can be read back from; whatever catalog they come from. Throws ERR_DISK_FULL or ERR_OPTION_INVALID.
 */
export async function writeParquet(stream: QueryStream, file: string): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: `${defaultCatalogMemoryBytes()}B`,
    // What does not fit goes beside the file that is made of it.
    temp_directory: `${file}.tmp`,
  })
  const connection = await instance.connect()
  try {
    const { columns } = stream
    await connection.run(`CREATE TABLE texts (${columns.map((_, index) => `c${index} VARCHAR`).join(', ')})`)
    const appender = await connection.createAppender('texts')
    for await (const rows of stream.batches) {
      for (const row of rows) {
        for (const value of row) {
          const text = toText(value)
          if (text === null) appender.appendNull()
          else appender.appendVarchar(text)
        }
        appender.endRow()
      }
      appender.flushSync()
    }
    appender.closeSync()
    const selected = columns.map(({ name, type }, index) => `${cast(`c${index}`, type)} AS ${quoted(name)}`)
    await connection.run(`COPY (SELECT ${selected.join(', ')} FROM texts) TO ${literal(file)} (FORMAT parquet)`)
  } catch (cause) {
    if (cause instanceof ExrError) throw cause
    const message = cause instanceof Error ? cause.message : String(cause)
    const isFull = /No space left|ENOSPC/i.test(message)
    throw new ExrError(
      isFull ? 'ERR_DISK_FULL' : 'ERR_OPTION_INVALID',
      `Could not write ${file}: ${message.split('\n')[0]}`,
      { cause, details: { path: file } },
    )
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

function toText(value: unknown): string | null {
  if (value === null || value === undefined) return null
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex')
  if (typeof value === 'object')
    return JSON.stringify(value, (_, member) => (typeof member === 'bigint' ? String(member) : member))
  return String(value)
}

/** A list of fixed length is written as a list: of one that is null the engine writes a file that other readers refuse. */
function cast(column: string, found: string): string {
  const type = found.replaceAll(/\[\d+\]/g, '[]')
  if (type === 'VARCHAR') return column
  if (type === 'BLOB') return `unhex(${column})`
  const isNested = /[[(]/.test(type) && !/^DECIMAL\(/.test(type)
  return isNested ? `CAST(CAST(${column} AS JSON) AS ${type})` : `CAST(${column} AS ${type})`
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
