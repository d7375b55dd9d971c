import { compactCatalog } from '../../catalog/open.ts'
import type { CliContext } from '../context.ts'
import { bytes } from '../format/units.ts'
import { catchInterrupts } from '../interrupts.ts'
import type { InfoFlags } from './run.ts'

export async function compact(flags: InfoFlags, context: CliContext): Promise<void> {
  const { catalog, vast, catalogWaitMs } = context.config(flags)
  const interrupts = catchInterrupts(() => undefined)
  try {
    const { bytesBefore, bytesAfter } = await compactCatalog(catalog, {
      vast,
      signal: interrupts.signal,
      ...(catalogWaitMs !== null && { waitMs: catalogWaitMs }),
    })
    if (flags.json) {
      const fields = { bytes_before: bytesBefore, bytes_after: bytesAfter }
      return await context.printData(`${JSON.stringify(fields, null, 2)}\n`)
    }
    await context.print(`${bytes(bytesBefore)} before, ${bytes(bytesAfter)} now.\n`)
  } finally {
    interrupts.release()
  }
}
