import type { Catalog, QueryStream } from '../../catalog/catalog.ts'
import { measureCompression, type SavingsRow } from '../../ingest/compression-savings.ts'
import { s3SettingsFrom } from '../../settings/s3.ts'
import { type AnswerFlags, printAnswer } from '../answer.ts'
import type { CliContext } from '../context.ts'
import { EXIT } from '../exit-codes.ts'
import { plural } from '../format/units.ts'
import { singleLine } from '../format/visible.ts'
import { catchInterrupts } from '../interrupts.ts'
import { toldProgress } from '../told-progress.ts'

interface Measure {
  readonly files: number
  readonly jobs: number
  readonly where: string | undefined
}

const COLUMNS: Readonly<Record<keyof SavingsRow, string>> = {
  compression: 'VARCHAR',
  codec: 'VARCHAR',
  ratio: 'DOUBLE',
  saved_bytes: 'BIGINT',
  is_lossy: 'BOOLEAN',
  file_count: 'BIGINT',
  size_bytes: 'BIGINT',
  measured_files: 'BIGINT',
  measured_bytes: 'BIGINT',
}
const PROBLEMS_SHOWN = 20

/** `query compression-cost --measure`: what other compressions would save, and what was looked at to say so. */
export async function answerMeasured(
  catalog: Catalog,
  { files, jobs, where }: Measure,
  flags: AnswerFlags,
  context: CliContext,
): Promise<void> {
  const progress = toldProgress(flags, context)
  const interrupts = catchInterrupts(() => progress.end())
  try {
    const { rows, chosen, measured, places, chunks, problems } = await measureCompression(catalog, {
      files,
      jobs,
      ...(where !== undefined && { where }),
      s3: s3SettingsFrom((name) => context.env[name]),
      signal: interrupts.signal,
      onProgress: (done, total) => progress.update(() => `${done} of ${plural(total, 'file')}`),
    })
    progress.end()
    await printAnswer(streamOf(rows), flags, context)
    context.note(
      `Measured ${plural(measured, 'file')} of ${chosen} chosen: ${plural(chunks, 'chunk')} in ${plural(places, 'place')}.`,
    )
    for (const { path, message, code } of problems.slice(0, PROBLEMS_SHOWN)) {
      context.note(`${singleLine(path)}: ${singleLine(message)} [${code}]`)
    }
    if (problems.length > PROBLEMS_SHOWN) context.note(`... and ${problems.length - PROBLEMS_SHOWN} more`)
    if (problems.length > 0) context.exitWith(EXIT.someFilesFailed)
  } finally {
    progress.end()
    interrupts.release()
  }
}

function streamOf(rows: readonly SavingsRow[]): QueryStream {
  const names = Object.keys(COLUMNS) as (keyof SavingsRow)[]
  const columns = names.map((name) => ({ name, type: COLUMNS[name] }))
  async function* batches() {
    yield rows.map((row) => names.map((name) => row[name]))
  }
  return { columns, batches: batches() }
}
