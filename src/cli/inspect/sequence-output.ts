import { resolve } from 'node:path'
import type { ExrError } from '../../errors.ts'
import { headerValues, pixelHashOf } from '../../inspect/header-values.ts'
import type { Payload } from '../../inspect/payload.ts'
import { verdictOf } from '../../inspect/verdict.ts'
import {
  driftOf,
  driftText,
  frozenFrames,
  groupSequences,
  missingFrames,
  patternOf,
  printRanges,
  type Sequence,
  stepOf,
  toRanges,
} from '../../sequences/index.ts'
import { type CliContext, widthOf } from '../context.ts'
import { wrap } from '../format/columns.ts'
import { shortPath } from '../format/fit.ts'
import { bytes, count, plural } from '../format/units.ts'
import { singleLine } from '../format/visible.ts'
import { displayWidth, padEnd, padStart } from '../style.ts'
import { storageText } from './file-line.ts'
import { LookedAt } from './looked-at.ts'
import type { InspectOutput } from './output.ts'
import { verdictText } from './verdict-text.ts'

interface SequenceOutputOptions {
  /** A path as the user typed it. */
  readonly shown: (path: string) => string
  /** The one directory that everything lies in, told once above the list on a terminal; null for none. */
  readonly below: string | null
}

/** What is kept of a file until all names are known: texts, which the files of a sequence share. */
interface FrameFile {
  readonly path: string
  readonly state: ReturnType<typeof verdictOf>['state'] | 'unreadable'
  /** Why it is not whole; empty for a whole one. */
  readonly reason: string
  /** Null where it is not known. */
  readonly size: number | null
  readonly pixels: string
  readonly channels: number
  readonly storage: string
  readonly values: ReadonlyMap<string, string>
  readonly hash: string | null
}

const WIDTHS = { state: 10, frames: 11, size: 8, resolution: 9, channels: 2, storage: 12 } as const
const GAP = '  '
const INDENT = ' '.repeat(WIDTHS.state + GAP.length)
/** Reasons, drifting facts: the first are shown, the rest is counted. */
const SHOWN = 8
/** Columns that a name always gets. */
const NARROWEST = 8
/** Files between two updates of the count on a terminal. */
const PROGRESS_EVERY = 50

/**
 * A line a sequence when all files are read, and below it what is wrong: frames that are missing, empty or broken with
 * the reason, frames frozen where pixels were hashed, and what drifts in the header.
 */
export function sequenceOutput(context: CliContext, { shown, below }: SequenceOutputOptions): InspectOutput {
  const base = below !== null && Number.isFinite(widthOf(context)) ? below : null
  const inList = (path: string) =>
    base !== null && path.startsWith(`${base}/`) ? path.slice(base.length + 1) : shown(path)
  const files: FrameFile[] = []
  const looked = new LookedAt()
  const texts = new Map<string, string>()
  const shared = (text: string) => {
    const known = texts.get(text)
    if (known === undefined) texts.set(text, text)
    return known ?? text
  }
  const add = (file: FrameFile) => {
    files.push(file)
    if (context.stderr.isTTY && files.length % PROGRESS_EVERY === 0) {
      context.stderr.write(`\r\u001b[K${count(files.length)} files read`)
    }
  }
  return {
    async file(payload) {
      looked.add(payload)
      add(frameFile(payload, inList, shared))
    },
    async failure(error, location) {
      add(unreadableFile(error, inList(error.details.path ?? location), shared))
    },
    async end() {
      if (context.stderr.isTTY && files.length >= PROGRESS_EVERY) context.stderr.write('\r\u001b[K')
      if (files.length === 0) return
      await context.print(
        `${[...heading(context, base), ...sequenceLines(files, context), '', summary(files), ...looked.lines()].join('\n')}\n`,
      )
    },
  }
}

type Shared = (text: string) => string

function frameFile(payload: Payload, shown: (path: string) => string, shared: Shared): FrameFile {
  const verdict = verdictOf(payload)
  const [first] = payload.parts
  const values = [...headerValues(payload)].map(([fact, value]) => [shared(fact), shared(value)] as const)
  return {
    path: shown(payload.file.path),
    state: verdict.state,
    reason: verdict.state === 'whole' ? '' : shared(verdict.reasons[0] ?? ''),
    size: payload.file.size_bytes,
    pixels: shared(first?.width == null || first.height === null ? '-' : `${first.width}x${first.height}`),
    channels: payload.channels.length,
    storage: shared(storageText(payload.parts)),
    values: new Map(values),
    hash: pixelHashOf(payload),
  }
}

function unreadableFile({ code, message }: ExrError, path: string, shared: Shared): FrameFile {
  const isEmpty = code === 'ERR_SOURCE_EMPTY'
  // Messages name the file by its whole path or as it was typed.
  const short = message.replaceAll(resolve(path), 'the file').replaceAll(path, 'the file')
  const reason = isEmpty ? `empty file, 0 bytes [${code}]` : `${short} [${code}]`
  return {
    path,
    state: 'unreadable',
    reason: shared(reason),
    size: isEmpty ? 0 : null,
    pixels: '-',
    channels: 0,
    storage: '-',
    values: new Map(),
    hash: null,
  }
}

/** Of those whose size is known. */
function sizeText(members: readonly FrameFile[]): string {
  const sizes = members.flatMap(({ size }) => (size === null ? [] : [size]))
  return sizes.length === 0 ? '-' : bytes(sizes.reduce((sum, size) => sum + size, 0))
}

function heading({ style }: CliContext, base: string | null): string[] {
  const { state, frames, size, resolution, channels, storage } = WIDTHS
  const cells = ['state'.padEnd(state), 'frames'.padEnd(frames), 'size'.padStart(size), 'pixels'.padStart(resolution)]
  const line = style.dim([...cells, 'ch'.padStart(channels), 'storage'.padEnd(storage), 'file'].join(GAP))
  return base === null ? [line] : [`${singleLine(base)}:`, line]
}

function sequenceLines(files: readonly FrameFile[], context: CliContext): string[] {
  const { sequences, others } = groupSequences(files.map(({ path }) => path))
  const groups = [
    ...sequences.map((sequence) => ({ at: sequence.members[0]!.index, sequence })),
    ...others.map((at) => ({ at, sequence: null })),
  ].sort((a, b) => a.at - b.at)
  return groups.flatMap(({ at, sequence }) =>
    sequence === null || sequence.members.length === 1
      ? groupLines([files[sequence?.members[0]?.index ?? at]!], null, context)
      : groupLines(
          sequence.members.map(({ index }) => files[index]!),
          sequence,
          context,
        ),
  )
}

/** The line of a sequence, or of a file by itself, and what is told below it. */
function groupLines(members: readonly FrameFile[], sequence: Sequence | null, context: CliContext): string[] {
  const { style } = context
  const width = widthOf(context)
  const [first] = members
  const broken = members.filter(({ state }) => state !== 'whole')
  const state = broken.length === 0 ? 'whole' : broken.find(({ state }) => state !== 'unknown') ? 'broken' : 'unknown'
  const word =
    sequence === null && first!.state !== 'unreadable'
      ? verdictText({ state: first!.state }, style)
      : state === 'whole'
        ? style.green('whole')
        : style.red(sequence === null ? 'UNREADABLE' : `${count(broken.length)} ${state}`)
  const usual = (of: (file: FrameFile) => string) => {
    const values = [...new Set(members.filter(({ values }) => values.size > 0).map(of))]
    return values.length > 1 ? 'several' : (values[0] ?? '-')
  }
  const head = [
    padEnd(word, WIDTHS.state),
    padEnd(sequence === null ? '' : rangeText(sequence), WIDTHS.frames),
    padStart(sizeText(members), WIDTHS.size),
    padStart(
      usual(({ pixels }) => pixels),
      WIDTHS.resolution,
    ),
    padStart(usual(({ channels }) => String(channels)).replace('several', '*'), WIDTHS.channels),
    padEnd(
      usual(({ storage }) => storage),
      WIDTHS.storage,
    ),
    '',
  ].join(GAP)
  const name = sequence === null ? first!.path : patternOf(sequence)
  const line = `${head}${shortPath(singleLine(name), Math.max(NARROWEST, width - displayWidth(head)))}`
  const below = [...reasonLines(members, sequence), ...(sequence === null ? [] : sequenceFacts(members, sequence))]
  return [line, ...below.flatMap((text) => wrap(singleLine(text), width, INDENT))]
}

function rangeText({ frames }: Sequence): string {
  const step = stepOf(frames)
  return `${frames[0]}-${frames.at(-1)}${step === 1 ? '' : `x${step}`}`
}

/** `1003, 1007-1009: why`, one a reason. */
function reasonLines(members: readonly FrameFile[], sequence: Sequence | null): string[] {
  const byReason = new Map<string, number[]>()
  members.forEach(({ state, reason }, at) => {
    if (state === 'whole') return
    byReason.set(reason, [...(byReason.get(reason) ?? []), sequence?.members[at]?.frame ?? 0])
  })
  const lines = [...byReason].map(([reason, frames]) =>
    sequence === null ? reason : `${printRanges(toRanges([...new Set(frames)]))}: ${reason}`,
  )
  const more = lines.length - SHOWN
  return more > 0 ? [...lines.slice(0, SHOWN), `and ${plural(more, 'reason')} more: --each tells them all`] : lines
}

function sequenceFacts(members: readonly FrameFile[], sequence: Sequence): string[] {
  const at = (index: number) => sequence.members[index]!.frame
  const lines: string[] = []
  const missing = sequence.kind === 'frames' ? missingFrames(sequence.frames, { step: stepOf(sequence.frames) }) : []
  if (missing.length > 0) lines.push(`missing: ${printRanges(missing)}`)
  const frozen = frozenFrames(members.map(({ hash }, index) => ({ frame: at(index), hash })))
  if (frozen.length > 0) lines.push(`frozen, the same pixels: ${printRanges(frozen)}`)
  const readable = members.flatMap(({ values }, index) => (values.size > 0 ? [{ frame: at(index), values }] : []))
  const drifts = driftOf(readable)
  for (const drift of drifts.slice(0, SHOWN)) lines.push(`${drift.fact}: ${driftText(drift)}`)
  if (drifts.length > SHOWN) lines.push(`and ${plural(drifts.length - SHOWN, 'fact')} more drift`)
  return lines
}

function summary(files: readonly FrameFile[]): string {
  const states = new Map<string, number>()
  for (const { state } of files) states.set(state, (states.get(state) ?? 0) + 1)
  return `${plural(files.length, 'file')}: ${[...states].map(([state, files]) => `${files} ${state}`).join(', ')}`
}
