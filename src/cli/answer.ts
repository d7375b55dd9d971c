import { once } from 'node:events'
import { createReadStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Command, Option } from 'commander'
import type { QueryStream } from '../catalog/catalog.ts'
import { arrowStream } from '../catalog/results.ts'
import { ExrError } from '../errors.ts'
import { type CliContext, widthOf } from './context.ts'
import { isCsvSafe } from './format/csv.ts'
import { csvText, jsonText, ndjsonText, tableText } from './format/rows.ts'
import { writeOutput } from './output-file.ts'

/** How an answer of a catalog is written. */
export interface AnswerFlags {
  readonly format: 'table' | 'json' | 'ndjson' | 'csv' | 'parquet' | 'arrow'
  readonly json?: true
  readonly output?: string
  readonly csvSafe?: boolean
}

/** Adds those flags. */
export function answerFlags(command: Command): Command {
  return command
    .addOption(
      new Option('-f, --format <form>', 'form of the answer')
        .choices(['table', 'json', 'ndjson', 'csv', 'parquet', 'arrow'])
        .default('table'),
    )
    .option('--json', 'the same as --format json')
    .option('-o, --output <file>', 'write to a file instead of standard output')
    .option('--csv-safe', 'CSV whose texts no spreadsheet runs as formulas (default with --output)')
    .option('--no-csv-safe', 'CSV with every text as it is (default in a pipe)')
}

/** Prints rows in the form the flags ask for, or writes them to a file. */
export async function printAnswer(stream: QueryStream, flags: AnswerFlags, context: CliContext): Promise<void> {
  const format = flags.json ? 'json' : flags.format
  if (format === 'parquet') return writeParquetTo(stream, flags.output, context)
  if (format === 'arrow') return writeArrowTo(stream, flags.output, context)
  const print = format === 'table' ? context.print : context.printData
  await writeText(textsOf(stream, { ...flags, format }, context), flags.output, print)
}

async function writeArrowTo(stream: QueryStream, output: string | undefined, context: CliContext): Promise<void> {
  const pieces = arrowStream(async () => stream)
  if (output !== undefined) return writeOutput(pieces, output)
  for await (const piece of pieces) if (!context.stdout.write(piece)) await once(context.stdout, 'drain')
}

/** Throws ERR_OPTION_INVALID for a form that is not for terminals. */
export function checkAnswerFlags(flags: AnswerFlags, context: CliContext): void {
  const toTerminal = flags.output === undefined && context.stdout.isTTY === true
  if ((flags.format === 'parquet' || flags.format === 'arrow') && !flags.json && toTerminal) {
    const name = flags.format === 'parquet' ? 'Parquet' : 'Arrow'
    throw new ExrError('ERR_OPTION_INVALID', `${name} is not for terminals. Name a file with --output`)
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
  const { writeParquet } = await import('./format/parquet.ts')
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
