import { posix } from 'node:path'
import type { Region } from '../../pixels/chunk-list.ts'
import type { ChannelDiff, FileDiff, PartDiff } from '../../pixels/diff-types.ts'
import { number, type RuleOptions, table, text } from '../options.ts'
import { filledTemplate, refuseWildcards } from '../path-template.ts'
import type { FileRule, Finding } from '../rule.ts'

/** The one rule that needs a second picture. */
export const PLATE_RULE = 'deliver-plate-unchanged'

/** A plate to compare a file's pixels with. */
export interface PlateWish {
  /** A path or URL; what the policy names relatively is beside the file. */
  readonly plate: string
  /** Pixels of the work, which may differ; null: none may. */
  readonly workArea: Region | null
  /** Absolute differences up to it are none. */
  readonly tolerance: number
}

/** What the rule's options ask of a file; null where they name no plate, or a field of it that the path does not have. */
export function plateWishOf(
  path: string,
  variables: Readonly<Record<string, string>>,
  options: RuleOptions,
): PlateWish | null {
  const { plate: template, work_area: workArea, tolerance } = options
  if (typeof template !== 'string') return null
  const plate = filledTemplate(template, variables)
  if (typeof plate !== 'string') return null
  return {
    plate: beside(path, plate),
    workArea: workArea as Region | null,
    tolerance: tolerance as number,
  }
}

function beside(path: string, name: string): string {
  if (name.startsWith('/') || /^[a-z][a-z0-9+.-]*:/i.test(name)) return name
  const root = /^[a-z][a-z0-9+.-]*:\/\/[^/]*\//i.exec(path)?.[0] ?? ''
  return root + posix.join(posix.dirname(path.slice(root.length)), name)
}

/** "Pixels outside the work area equal the plate." */
export const plateUnchanged: FileRule = {
  id: PLATE_RULE,
  severity: 'policy',
  tier: 'pixels',
  title: 'Pixels outside the work area equal the plate.',
  reason:
    'A plate that went through a filter, a colour transform or a lossy codec no longer cuts with the shots around it.',
  source: ['ACES-VFX'],
  remedy:
    'Take the pixels outside the work area from the plate again, without a filter, a colour transform or a lossy codec.',
  options: {
    plate: text(
      null,
      'path template of the plate, with fields that `variables` capture: ../plates/{shot}.{frame}.exr',
      refuseWildcards,
    ),
    work_area: table('pixels that may differ, as {x, y, width, height}; without it none may', refuseNoArea),
    tolerance: number(0, 'absolute difference of samples that is none'),
  },
  check(file, options) {
    const { plate: template } = options
    if (typeof template !== 'string') return null
    const wish = plateWishOf(file.path, file.variables, options)
    if (wish === null) {
      const { missing } = filledTemplate(template, file.variables) as { readonly missing: string }
      return { state: 'cannot_check', reason: `no variable captures {${missing}} of the path, which names the plate` }
    }
    const diff = file.plates?.get(wish.plate)
    if (diff === undefined) return { state: 'not_checked', reason: `the plate ${wish.plate} was not compared` }
    if (typeof diff === 'string') return { state: 'cannot_check', reason: `the plate ${wish.plate}: ${diff}` }
    const findings = findingsOf(diff, wish)
    const unknown = diff.parts.find(({ pixels }) => pixels === 'cannot_tell')
    if (findings.length > 0 || unknown === undefined) return findings
    const reason = unknown.reason ?? 'chunks cannot be decoded'
    return { state: 'cannot_check', reason: `part ${unknown.part_index_b} against the plate ${wish.plate}: ${reason}` }
  },
}

/** What the file has beyond the plate, such as mattes, is no change of the plate. */
function findingsOf({ parts, parts_only_in_a }: FileDiff, { plate }: PlateWish): Finding[] {
  const lost = parts_only_in_a.map((part) => ({ expected: `part ${part} of ${plate}`, actual: 'no such part' }))
  return [...lost, ...parts.flatMap((part) => partFindings(part, plate))]
}

function partFindings({ part_index_b: part, ...diff }: PartDiff, plate: string): Finding[] {
  const { channels_only_in_a: lost, pixels_only_in_a: cropped } = diff
  const missing = lost.map((channel) => ({ part, channel, expected: `as in ${plate}`, actual: 'no such channel' }))
  const changed = diff.channels.filter(({ over_fail, count_mismatches }) => over_fail + count_mismatches > 0)
  return [
    ...missing,
    ...(cropped === 0 ? [] : [{ part, expected: `every pixel of ${plate}`, actual: `${cropped} pixels fewer` }]),
    ...changed.map((channel) => channelFinding(channel, part, plate)),
  ]
}

function channelFinding(
  { channel_name: channel, compared, over_fail, count_mismatches, worst }: ChannelDiff,
  part: number,
  plate: string,
): Finding {
  const deep = count_mismatches === 0 ? '' : `${count_mismatches} pixels with another number of samples, `
  const most = worst === null ? '' : `, most at ${worst.x},${worst.y}: ${worst.b} for ${worst.a}`
  const finding = {
    part,
    channel,
    expected: `as in ${plate}`,
    actual: `${deep}${over_fail} of ${compared} samples differ${most}`,
  }
  if (worst === null) return finding
  const place = { x: worst.x, y: worst.y }
  return { ...finding, box: { min: place, max: place } }
}

function refuseNoArea(area: Readonly<Record<string, unknown>>): void {
  const names = ['x', 'y', 'width', 'height']
  const isWhole = (value: unknown) => Number.isInteger(value) && Math.abs(value as number) < 2 ** 31
  const isArea =
    Object.keys(area).length === names.length &&
    names.every((name) => isWhole(area[name])) &&
    (area['width'] as number) > 0 &&
    (area['height'] as number) > 0
  if (!isArea) throw new Error(`expected {x, y, width, height} in whole pixels, received ${JSON.stringify(area)}`)
}
