import { text } from 'node:stream/consumers'
import { type AnswerFlags, checkAnswerFlags, printAnswer } from '../answer.ts'
import type { CliContext } from '../context.ts'
import { openExisting } from '../open-catalog.ts'

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
