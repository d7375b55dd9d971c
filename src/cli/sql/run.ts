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

/** How an answer is written. */
export interface AnswerFlags {
  readonly format: 'table' | 'json' | 'ndjson' | 'csv' | 'parquet'
  readonly json?: true
  readonly output?: string
  readonly csvSafe?: boolean
}

export interface SqlFlags extends AnswerFlags {
  readonly catalog?: string
}

export async function runSql(argument: string, flags: SqlFlags, context: CliContext): Promise<void> {
  checkAnswerFlags(flags, context)
  const query = argument === '-' ? await text(context.stdin) : argument
  const { catalog: url, vast } = context.config({ catalog: flags.catalog })
  const catalog = await openExisting(url, { readOnly: true, vast })
  try {
    await printAnswer(await catalog.sqlStream(query), flags, context)
  } finally {
    await catalog.close()
  }
}

/** Prints rows in the form the flags ask for, or writes them to a file. */
export async function printAnswer(stream: QueryStream, flags: AnswerFlags, context: CliContext): Promise<void> {
  const format = flags.json ? 'json' : flags.format
  if (format === 'parquet') return writeParquetTo(stream, flags.output, context)
  const print = format === 'table' ? context.print : context.printData
  await writeText(textsOf(stream, { ...flags, format }, context), flags.output, print)
}

/** Throws ERR_OPTION_INVALID for a form that is not for terminals. */
export function checkAnswerFlags(flags: AnswerFlags, context: CliContext): void {
  const toTerminal = flags.output === undefined && context.stdout.isTTY === true
  if (flags.format === 'parquet' && !flags.json && toTerminal) {
    throw new ExrError('ERR_OPTION_INVALID', 'Parquet is not for terminals. Name a file with --output')
  }
}

function textsOf(
  stream: QueryStream,
  flags: AnswerFlags & { readonly format: 'table' | 'json' | 'ndjson' | 'csv' },
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
