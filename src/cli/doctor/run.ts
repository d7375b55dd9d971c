import type { CliContext } from '../context.ts'
import { EXIT } from '../exit-codes.ts'
import { columns } from '../format/columns.ts'
import { type Check, checkInstallation } from './checks.ts'

/** Prints every check, and for each that fails what to do about it. */
export async function runDoctor(json: boolean, context: CliContext): Promise<void> {
  const checks = await checkInstallation(context.config())
  const ok = checks.every((check) => check.ok || check.level === 'optional')
  const isWhole = checks.every((check) => check.ok)
  if (!ok) context.exitWith(EXIT.system)
  if (json) return context.printData(`${JSON.stringify({ ok, checks }, null, 2)}\n`)
  const { style } = context
  const rows = checks.map((check) => [
    check.ok ? style.green('ok') : check.level === 'optional' ? style.yellow('optional') : style.red('MISSING'),
    check.name,
    check.version ?? '',
    style.dim(check.detail),
  ])
  const remedies = checks.flatMap((check) => remedyLines(check))
  const verdict = isWhole ? 'All is there.' : ok ? 'All that is required is there. To add the rest:' : 'To repair:'
  await context.print(
    `${[...columns(rows, { width: Number.POSITIVE_INFINITY }), '', verdict, ...remedies].join('\n')}\n`,
  )
}

function remedyLines({ name, remedy }: Check): string[] {
  if (remedy.length === 0) return []
  return [`  ${name}`, ...remedy.map((line) => `    ${line}`)]
}
