import { availableParallelism } from 'node:os'
import type { ThumbnailOptions } from '../../pixels/thumbnail.ts'
import { checkPicturePath } from '../../pixels/write-picture.ts'
import { parseNumber, parseWhole, unexpected } from '../../settings/parse.ts'
import { s3SettingsFrom } from '../../settings/s3.ts'
import { openPixelPool } from '../../tasks/pixel-pool.ts'
import { type CliContext, widthOf } from '../context.ts'
import { EXIT } from '../exit-codes.ts'
import { hanging } from '../format/columns.ts'
import { singleLine } from '../format/visible.ts'
import { catchInterrupts } from '../interrupts.ts'
import { missingLines } from '../stats/report.ts'

export interface ThumbnailFlags {
  readonly output: string
  readonly size: string
  readonly part?: string
  readonly layer?: string
  readonly view?: string
  readonly exposure: string
  readonly range?: string
  readonly background: string
  readonly json?: true
}

/** Writes a picture of one file. */
export async function runThumbnail(name: string, flags: ThumbnailFlags, context: CliContext): Promise<void> {
  checkPicturePath(flags.output)
  const options = { ...thumbnailOptions(flags), threads: availableParallelism() }
  // The child starts while this process still loads what looks for the file.
  const pool = openPixelPool({ jobs: 1, keepsOne: true, s3: s3SettingsFrom((name) => context.env[name]) })
  const interrupts = catchInterrupts(() => {})
  try {
    const { oneFile } = await import('../locations.ts')
    const location = await oneFile(name, context)
    const task = { kind: 'thumbnail', location, options, output: flags.output } as const
    const { width, height, facts } = await pool.ask(task, { signal: interrupts.signal })
    if (facts.missing !== undefined) context.exitWith(EXIT.someFilesFailed)
    if (flags.json) {
      return context.print(
        `${JSON.stringify({ path: location, output: flags.output, width, height, ...facts }, null, 2)}\n`,
      )
    }
    const what = facts.kind === 'colour' ? facts.color_space : facts.kind.replace('_', ' ')
    const range = facts.range === null ? '' : `, ${facts.range[0]} to ${facts.range[1]}`
    const shown = facts.channels.length > 0 ? `: ${singleLine(facts.channels.join(', '))}` : ''
    const told = `${singleLine(flags.output)}  ${width} x ${height}${shown} (${singleLine(what)}${range})`
    await context.print(`${hanging(told, widthOf(context), '').join('\n')}\n`)
    if (facts.missing !== undefined)
      for (const line of missingLines(facts.missing, context.errorStyle, widthOf(context))) context.note(line)
  } finally {
    interrupts.release()
    await pool.close()
  }
}

/** Throws ERR_OPTION_INVALID. */
export function thumbnailOptions(flags: Omit<ThumbnailFlags, 'output' | 'json'>): Omit<ThumbnailOptions, 'signal'> {
  return {
    size: parseWhole(flags.size, '--size', 1, 8192),
    exposure: parseNumber(flags.exposure, '--exposure'),
    background: background(flags.background),
    ...(flags.part !== undefined && { part: parseWhole(flags.part, '--part', 0, 65_535) }),
    ...(flags.layer !== undefined && { layer: flags.layer }),
    ...(flags.view !== undefined && { view: flags.view }),
    ...(flags.range !== undefined && { range: range(flags.range) }),
  }
}

function range(text: string): [number, number] {
  const [low, high, ...rest] = text.split(',')
  const values: [number, number] = [parseNumber(low, '--range'), parseNumber(high, '--range')]
  if (rest.length > 0 || values[0] >= values[1]) throw unexpected('two rising numbers such as 0,100', '--range', text)
  return values
}

function background(text: string): NonNullable<ThumbnailOptions['background']> {
  if (text === 'checker' || text === 'none') return text
  const hex = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(text)
  if (hex === null) throw unexpected('checker, none or a colour such as #808080', '--background', text)
  return [1, 2, 3].map((i) => Number.parseInt(hex[i]!, 16)) as [number, number, number]
}
