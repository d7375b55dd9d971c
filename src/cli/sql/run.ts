import { once } from 'node:events'
import { createReadStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { QueryStream } from '../../catalog/catalog.ts'
import { ExrError } from '../../errors.ts'
import { type CliContext, widthOf } from '../context.ts'
import { isCsvSafe } from '../format/csv.ts'
import { csvText, jsonText, ndjsonText, tableText } from '../format/rows.ts'
import { openExisting } from '../open-catalog.ts'
import { writeOutput } from '../output-file.ts'

export interface SqlFlags {
  readonly catalog?: string
  readonly format: 'table' | 'json' | 'ndjson' | 'csv' | 'parquet'
  readonly json?: true
  readonly output?: string
  readonly csvSafe?: boolean
}

export async function runSql(argument: string, flags: SqlFlags, context: CliContext): Promise<void> {
  const format = flags.json ? 'json' : flags.format
  const toTerminal = flags.output === undefined && context.stdout.isTTY === true
  if (format === 'parquet' && toTerminal) {
    throw new ExrError('ERR_OPTION_INVALID', 'Parquet is not for terminals. Name a file with --output')
  }
  const query = argument === '-' ? await text(context.stdin) : argument
  const { catalog: url, vast } = context.config({ catalog: flags.catalog })
  const catalog = await openExisting(url, { readOnly: true, vast })
  try {
    const stream = await catalog.sqlStream(query)
    if (format === 'parquet') await writeParquetTo(stream, flags.output, context)
    else
      await writeText(
        textsOf(stream, { ...flags, format }, context),
        flags.output,
        format === 'table' ? context.print : context.printData,
      )
  } finally {
    await catalog.close()
  }
}

function textsOf(
  stream: QueryStream,
  flags: SqlFlags & { readonly format: 'table' | 'json' | 'ndjson' | 'csv' },
  context: CliContext,
): AsyncIterable<string> {
  const { format, output } = flags
  if (format === 'json') return jsonText(stream)
  if (format === 'ndjson') return ndjsonText(stream)
  if (format === 'csv') return csvText(stream, { safe: isCsvSafe(flags.csvSafe, output) })
  return tableText(stream, {
    style: context.style,
    width: output === undefined ? widthOf(context) : Number.POSITIVE_INFINITY,
  })
}

async function writeText(
  texts: AsyncIterable<string>,
  output: string | undefined,
  print: CliContext['print'],
): Promise<void> {
  if (output === undefined) {
    for await (const piece of texts) await print(piece)
    return
  }
  await writeOutput(texts, output)
}

async function writeParquetTo(stream: QueryStream, output: string | undefined, context: CliContext): Promise<void> {
  const { writeParquet } = await import('./parquet.ts')
  if (output !== undefined) return writeParquet(stream, output)
  const folder = mkdtempSync(join(tmpdir(), 'exr-inspector-'))
  try {
    const file = join(folder, 'rows.parquet')
    await writeParquet(stream, file)
    for await (const piece of createReadStream(file)) {
      if (!context.stdout.write(piece)) await once(context.stdout, 'drain')
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
