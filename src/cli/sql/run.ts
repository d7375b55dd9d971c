import { text } from 'node:stream/consumers'
import { type AnswerFlags, checkAnswerFlags, printAnswer } from '../answer.ts'
import type { CatalogFlags } from '../catalog-flags.ts'
import type { CliContext } from '../context.ts'
import { interruptible } from '../interrupts.ts'
import { limitQueryMemory } from '../memory-limit.ts'
import { openToRead } from '../open-catalog.ts'

export interface SqlFlags extends AnswerFlags, CatalogFlags {}

export async function runSql(argument: string, flags: SqlFlags, context: CliContext): Promise<void> {
  checkAnswerFlags(flags, context)
  const query = argument === '-' ? await text(context.stdin) : argument
  const catalog = await openToRead(context.config(flags), context)
  try {
    if (context.ownsProcess) limitQueryMemory(catalog)
    await interruptible(async (signal) => printAnswer(await catalog.sqlStream(query, signal), flags, context))
  } finally {
    await catalog.close()
  }
}
