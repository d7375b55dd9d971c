import { ExrError } from '../../errors.ts'
import { VOLATILE_ATTRIBUTES } from '../../pixels/diff-header.ts'
import type { FileDiff } from '../../pixels/diff-types.ts'
import { checkPicturePath } from '../../pixels/write-picture.ts'
import { parseNumber } from '../../settings/parse.ts'
import { s3SettingsFrom } from '../../settings/s3.ts'
import { openPixelPool } from '../../tasks/pixel-pool.ts'
import { flow } from '../../workers/index.ts'
import { type CliContext, widthOf } from '../context.ts'
import { errorJson, errorLine, toExrError } from '../errors.ts'
import { EXIT } from '../exit-codes.ts'
import { hanging } from '../format/columns.ts'
import { shortPath } from '../format/fit.ts'
import { singleLine } from '../format/visible.ts'
import { catchInterrupts } from '../interrupts.ts'
import { shownPath } from '../shown-path.ts'
import { type Pair, pairsOf } from './pairs.ts'
import { diffReport } from './report.ts'

export interface DiffFlags {
  readonly fail: string
  readonly warn: string
  readonly strict?: true
  readonly ignoreAttr?: readonly string[]
  readonly allAttrs?: true
  readonly image?: string
  readonly jobs?: string
  readonly json?: true
  readonly listVolatile?: true
}

/** Compares two files, or those of two directories by name, or of two patterns by frame. */
export async function runDiff(a: string, b: string, flags: DiffFlags, context: CliContext): Promise<void> {
  if (flags.listVolatile) return context.print(`${VOLATILE_ATTRIBUTES.join('\n')}\n`)
  if (flags.image !== undefined) checkPicturePath(flags.image)
  const { jobs } = context.config({ jobs: flags.jobs })
  const { pairs, onlyA, onlyB, isSet } = await pairsOf(a, b, context)
  if (isSet && flags.image !== undefined) {
    throw new ExrError(
      'ERR_OPTION_INVALID',
      '--image draws the map of two files; name files, not directories or sequences',
    )
  }
  const options = {
    warn: parseNumber(flags.warn, '--warn', 0),
    fail: parseNumber(flags.fail, '--fail', 0),
    strict: flags.strict === true,
    ignoreAttributes: [...(flags.allAttrs ? [] : VOLATILE_ATTRIBUTES), ...(flags.ignoreAttr ?? [])],
  }
  const pool = openPixelPool({ jobs, s3: s3SettingsFrom((name) => context.env[name]) })
  const interrupts = catchInterrupts(() => {})
  const { signal } = interrupts
  const compare = async (pair: Pair) => {
    try {
      const output = flags.image ?? null
      return await pool.ask({ kind: 'diff', location: pair.a, other: pair.b, options, output }, { signal })
    } catch (error) {
      const known = toExrError(error)
      if (known.code === 'ERR_ABORTED' || known.code === 'ERR_OPTION_INVALID' || known.code === 'ERR_SINK') throw known
      return { error: known }
    }
  }
  const shown = (path: string) => shownPath(path, [a, b])
  const width = widthOf(context)
  const reportOptions = { style: context.style, width, shown }
  const results = new Set<FileDiff['result']>(onlyA.length + onlyB.length > 0 ? ['differs'] : [])
  const diffs: FileDiff[] = []
  try {
    for (const path of onlyA)
      if (!flags.json) await context.print(`only in a: ${shortPath(singleLine(path), width - 11)}\n`)
    for (const path of onlyB)
      if (!flags.json) await context.print(`only in b: ${shortPath(singleLine(path), width - 11)}\n`)
    for await (const answer of flow(pairs, compare, { window: 2 * jobs, ordered: true, signal })) {
      if ('error' in answer) {
        results.add('cannot_tell')
        context.note(flags.json ? errorJson(answer.error) : errorLine(answer.error, false))
        continue
      }
      const { diff, top } = answer
      results.add(diff.result)
      diffs.push(diff)
      if (flags.json) continue
      await context.print(diffReport(diff, reportOptions))
      if (top !== null)
        await context.print(
          `${hanging(`${singleLine(flags.image!)}: brightest at a difference of ${top}, dark at a thousandth of it`, width, '  ').join('\n')}\n`,
        )
    }
    if (flags.json)
      await context.print(
        `${JSON.stringify(isSet ? { only_in_a: onlyA, only_in_b: onlyB, files: diffs } : (diffs[0] ?? null), null, 2)}\n`,
      )
  } catch (error) {
    const code = interrupts.exitCode()
    if (code === null) throw error
    return context.exitWith(code)
  } finally {
    interrupts.release()
    await pool.close()
  }
  if (results.has('cannot_tell')) context.exitWith(EXIT.system)
  else if (results.has('differs')) context.exitWith(EXIT.someFilesFailed)
}
