import { ExrError } from '../../errors.ts'
import { drawSheet, type SheetCell } from '../../pixels/sheet.ts'
import { checkPicturePath, writePicture } from '../../pixels/write-picture.ts'
import { frameFactsOf } from '../../sequences/frame-of.ts'
import { missingFrames } from '../../sequences/ranges.ts'
import { parseWhole } from '../../settings/parse.ts'
import { s3SettingsFrom } from '../../settings/s3.ts'
import { openPixelPool } from '../../tasks/pixel-pool.ts'
import { flow } from '../../workers/index.ts'
import type { CliContext } from '../context.ts'
import { errorLine, toExrError } from '../errors.ts'
import { EXIT } from '../exit-codes.ts'
import { plural } from '../format/units.ts'
import { singleLine } from '../format/visible.ts'
import { catchInterrupts } from '../interrupts.ts'
import { Locations } from '../locations.ts'
import { type ThumbnailFlags, thumbnailOptions } from '../thumbnail/run.ts'

export interface ContactSheetFlags extends ThumbnailFlags {
  readonly columns?: string
  readonly ignore?: readonly string[]
  readonly jobs?: string
}

/** More places than these are no contact sheet any more. */
const MAX_CELLS = 2000

/** A frame to draw; without a path it is a gap. */
interface Frame {
  readonly path: string | null
  readonly number: number | null
}

/** Draws the frames that the arguments name, gaps and broken ones included. */
export async function runContactSheet(
  args: readonly string[],
  flags: ContactSheetFlags,
  context: CliContext,
): Promise<void> {
  checkPicturePath(flags.output)
  const options = thumbnailOptions(flags)
  const { jobs } = context.config({ jobs: flags.jobs })
  const frames = withGaps(await pathsOf(args, flags, context))
  if (frames.length === 0) throw new ExrError('ERR_SOURCE_NOT_FOUND', 'No file is left to draw.')
  if (frames.length > MAX_CELLS) {
    const message = `${frames.length} frames and gaps are too many for one sheet of ${MAX_CELLS}. Name fewer files`
    throw new ExrError('ERR_OPTION_INVALID', message)
  }
  const pool = openPixelPool({ jobs, s3: s3SettingsFrom((name) => context.env[name]) })
  const interrupts = catchInterrupts(() => {})
  const { signal } = interrupts
  let absent = 0
  const draw = async ({ path, number }: Frame): Promise<SheetCell> => {
    const label = number === null ? '' : String(number)
    if (path === null) return { picture: null, state: 'missing', label }
    try {
      const picture = await pool.ask({ kind: 'thumbnail', location: path, options, output: null }, { signal })
      return { picture, state: picture.facts.missing === undefined ? 'whole' : 'partial', label }
    } catch (error) {
      const known = toExrError(error)
      if (known.code === 'ERR_ABORTED') throw known
      context.note(errorLine(known, false))
      if (known.code === 'ERR_SOURCE_NOT_FOUND') absent++
      return { picture: null, state: 'broken', label }
    }
  }
  try {
    const cells: SheetCell[] = []
    for await (const cell of flow(frames, draw, { window: 2 * jobs, ordered: true, signal })) cells.push(cell)
    if (absent === frames.filter(({ path }) => path !== null).length) {
      throw new ExrError(
        'ERR_SOURCE_NOT_FOUND',
        'None of the files is there, and no sheet was written. Check the paths.',
      )
    }
    const cellWidth = Math.max(32, ...cells.map(({ picture }) => picture?.width ?? 0))
    const cellHeight = Math.max(24, ...cells.map(({ picture }) => picture?.height ?? 0))
    await writePicture(
      flags.output,
      drawSheet(cells, { columns: columnsOf(flags, cells.length), cellWidth, cellHeight }),
    )
    await report(cells, flags, context)
  } finally {
    interrupts.release()
    await pool.close()
  }
}

async function report(cells: readonly SheetCell[], flags: ContactSheetFlags, context: CliContext): Promise<void> {
  const countOf = (state: SheetCell['state']) => cells.filter((cell) => cell.state === state).length
  const [missing, broken, partial] = [countOf('missing'), countOf('broken'), countOf('partial')]
  if (missing + broken + partial > 0) context.exitWith(EXIT.someFilesFailed)
  const frames = cells.length - missing
  if (flags.json) {
    const facts = { output: flags.output, frames, missing, broken, partial }
    return context.print(`${JSON.stringify(facts, null, 2)}\n`)
  }
  const notes = [`${missing} missing`, `${broken} broken`, `${partial} partial`].filter(
    (note) => !note.startsWith('0 '),
  )
  await context.print(
    `${singleLine(flags.output)}  ${plural(frames, 'frame')}${notes.map((note) => `, ${note}`).join('')}\n`,
  )
}

async function pathsOf(args: readonly string[], flags: ContactSheetFlags, context: CliContext): Promise<string[]> {
  const paths: string[] = []
  const located = new Locations(args, { ...(flags.ignore && { ignore: flags.ignore }) }, context)
  for await (const found of located) {
    if (found.kind === 'file') paths.push(found.location)
    else {
      context.exitWith(EXIT.someFilesFailed)
      context.note(errorLine(found.error, false))
    }
  }
  located.finish()
  return paths
}

/** In the order of their sequences and frames; frames missing between the first and the last of each are gaps. */
function withGaps(paths: readonly string[]): Frame[] {
  const groups = new Map<string, Frame[]>()
  for (const [i, { sequenceKey, frameNumber }] of frameFactsOf(paths).entries()) {
    const path = paths[i]!
    const key = sequenceKey ?? path
    groups.set(key, [...(groups.get(key) ?? []), { path, number: frameNumber }])
  }
  return [...groups.values()].flatMap((frames) => {
    const numbers = frames.flatMap(({ number }) => (number === null ? [] : [number]))
    const gaps: Frame[] = []
    for (const range of numbers.length > 1 ? missingFrames(numbers) : []) {
      for (let number = range.first; number <= range.last && gaps.length <= MAX_CELLS; number += range.step) {
        gaps.push({ path: null, number })
      }
    }
    return [...frames, ...gaps].sort((a, b) => (a.number ?? 0) - (b.number ?? 0))
  })
}

function columnsOf({ columns }: ContactSheetFlags, count: number): number {
  if (columns === undefined) return Math.min(count, Math.ceil(Math.sqrt(count * 1.4)))
  return Math.min(parseWhole(columns, '--columns', 1, 100), count)
}
