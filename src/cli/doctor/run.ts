import { existsSync } from 'node:fs'
import { type CliContext, widthOf } from '../context.ts'
import { EXIT } from '../exit-codes.ts'
import { columns, wrap } from '../format/columns.ts'
import { isRemote } from '../open-catalog.ts'
import type { Style } from '../style.ts'
import type { Check } from './check.ts'
import { machineChecks } from './machine.ts'
import { serviceChecks } from './services.ts'

const LEVELS = [
  ['required', 'Required'],
  ['optional', 'Optional'],
  ['developer', 'For developers'],
] as const

/** Prints every check by level, and for each that fails what to do about it. */
export async function runDoctor(json: boolean, context: CliContext): Promise<void> {
  const config = context.config()
  const isEmbedded = !isRemote(config.catalog)
  const needsDuckDb = isEmbedded && (Boolean(context.env['EXR_CATALOG']) || existsSync(config.catalog))
  const checks = [...(await machineChecks(config, needsDuckDb)), ...(await serviceChecks(config, context))]
  const missing = checks.filter(({ state }) => state === 'missing')
  const ok = missing.every(({ level }) => level !== 'required')
  if (!ok) context.exitWith(EXIT.system)
  if (json) return context.printData(`${JSON.stringify({ ok, checks: checks.map(toJson) }, null, 2)}\n`)

  const width = widthOf(context)
  const lines = LEVELS.flatMap(([level, title]) => {
    const ofLevel = checks.filter((candidate) => candidate.level === level)
    return ofLevel.length === 0 ? [] : [title, ...table(ofLevel, checks, context.style, width), '']
  })
  const verdict =
    missing.length === 0 ? 'All is there.' : ok ? 'All that is required is there. To add the rest:' : 'To repair:'
  const remedies = missing.flatMap((entry) => remedyLines(entry, Math.min(width, 100)))
  await context.print(`${[...lines, verdict, ...remedies].join('\n')}\n`)
}

/** Columns are as wide in every level's table. */
function table(some: readonly Check[], all: readonly Check[], style: Style, width: number): string[] {
  const row = ({ name, state, version, detail }: Check) => [
    state === 'ok' ? style.green('ok') : state === 'unused' ? style.dim('not used') : style.red('missing'),
    name,
    version ?? '',
    style.dim(state === 'missing' ? 'see below' : detail),
  ]
  const lines = columns(all.map(row), { indent: '  ', width })
  return all.flatMap((entry, index) => (some.includes(entry) ? [lines[index] ?? ''] : []))
}

function remedyLines({ name, detail, remedy }: Check, width: number): string[] {
  return [`  ${name}`, ...wrap(detail, width, '    '), ...remedy.map((line) => `      ${line}`)]
}

function toJson({ state, ...rest }: Check) {
  return { ...rest, ok: state !== 'missing', state }
}
