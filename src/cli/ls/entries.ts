import { type Verdict, verdictOf } from '../../inspect/verdict.ts'
import type { PolicyFacts } from '../../policy/index.ts'
import {
  countFrames,
  groupSequences,
  missingFrames,
  patternOf,
  printRanges,
  type Sequence,
  type SequenceMember,
  stepOf,
  toRanges,
} from '../../sequences/index.ts'
import { kinds } from '../inspect/headline.ts'

/** A verdict's word, or that the file could not be read. */
type FrameState = Verdict['state'] | 'unreadable'

const WORST_FIRST: readonly FrameState[] = ['unreadable', 'incomplete', 'invalid', 'limited', 'unknown', 'whole']

/** One object of `ls --json`. */
export interface SequenceEntry {
  /** The path with `####` for the number; the path itself of a file without one. */
  readonly pattern: string
  readonly kind: 'frames' | 'udim' | 'file'
  readonly first: number | null
  readonly last: number | null
  readonly step: number
  /** Distinct frames. */
  readonly frames: number
  /** Files; more than frames where frames have subframes. */
  readonly files: number
  /** Frames that are not there, as ranges: `1003-1004, 1010`. */
  readonly missing: string
  readonly missing_count: number
  readonly padding: number
  readonly paddings: readonly number[]
  /** Null when it was not asked for, or one of the files has none. */
  readonly size_bytes: number | null
  /** Display size; several joined by commas. What follows is null when headers were not read. */
  readonly resolution: string | null
  readonly compression: string | null
  /** `deep`, `tiled`, `mipmapped` or `ripmapped`, where any part of a file is. */
  readonly kinds: readonly string[] | null
  readonly channels: readonly string[] | null
  readonly layers: number | null
  /** Null too when it cannot be told. */
  readonly whole: boolean | null
  /** The worst that a frame is, in the words of `inspect`. */
  readonly state: FrameState | null
  /** Frames that are not whole, as ranges, by what they are. */
  readonly states: Readonly<Partial<Record<FrameState, string>>> | null
  /** What changes inside the sequence. */
  readonly drift: readonly string[] | null
}

/** Sequences and single files of a list of paths, with what is known of each file. */
export function entriesOf(
  paths: readonly string[],
  sizeOf: (path: string) => number | null,
  facts: ReadonlyMap<string, PolicyFacts>,
): SequenceEntry[] {
  const { sequences, others } = groupSequences(paths)
  const singles = others.map((index) => entry(null, [{ path: paths[index]!, frame: 0 }], sizeOf, facts))
  return [...sequences.map((sequence) => entry(sequence, sequence.members, sizeOf, facts)), ...singles]
}

function entry(
  sequence: Sequence | null,
  members: readonly Pick<SequenceMember, 'path' | 'frame'>[],
  sizeOf: (path: string) => number | null,
  facts: ReadonlyMap<string, PolicyFacts>,
): SequenceEntry {
  const frames = sequence?.frames ?? []
  const step = stepOf(frames)
  const missing = sequence?.kind === 'frames' ? missingFrames(frames, { step }) : []
  let size: number | null = 0
  for (const { path } of members) {
    const bytes = sizeOf(path)
    size = size === null || bytes === null ? null : size + bytes
  }
  return {
    pattern: sequence === null ? members[0]!.path : patternOf(sequence),
    kind: sequence?.kind ?? 'file',
    first: frames[0] ?? null,
    last: frames.at(-1) ?? null,
    step,
    frames: sequence === null ? 1 : frames.length,
    files: members.length,
    missing: printRanges(missing),
    missing_count: countFrames(missing),
    padding: sequence?.padding ?? 0,
    paddings: sequence?.paddings ?? [],
    size_bytes: size,
    ...headerFacts(members, facts),
  }
}

function headerFacts(
  members: readonly Pick<SequenceMember, 'path' | 'frame'>[],
  facts: ReadonlyMap<string, PolicyFacts>,
) {
  const known = members.flatMap(({ path, frame }) => {
    const file = facts.get(path)
    return file === undefined ? [] : [{ frame, file }]
  })
  if (known.length === 0) {
    return {
      resolution: null,
      compression: null,
      kinds: null,
      channels: null,
      layers: null,
      whole: null,
      state: null,
      states: null,
      drift: null,
    }
  }
  const payloads = known.flatMap(({ file }) => file.payload ?? [])
  const distinct = (of: (payload: (typeof payloads)[number]) => string) => [...new Set(payloads.map(of))]
  const resolutions = distinct(({ parts }) => `${parts[0]?.display_width ?? '?'}x${parts[0]?.display_height ?? '?'}`)
  // Of a file with many parts each compression once.
  const compressions = distinct(({ parts }) =>
    [...new Set(parts.map(({ compression }) => compression ?? 'none stated'))].join('+'),
  )
  const channels = distinct(({ channels }) =>
    channels.map(({ channel_name, channel_type }) => `${channel_name} ${channel_type}`).join(','),
  )
  const dataWindows = distinct(({ parts }) => JSON.stringify(parts.map(({ data_window }) => data_window)))
  const found = known.map(({ frame, file }) => ({
    frame,
    state: file.payload === null ? ('unreadable' as const) : verdictOf(file.payload).state,
  }))
  const worst = WORST_FIRST.filter((state) => found.some((one) => one.state === state))
  const framesThat = (wanted: FrameState) => [
    ...new Set(found.filter(({ state }) => state === wanted).map(({ frame }) => frame)),
  ]
  const states = worst
    .filter((state) => state !== 'whole')
    .map((state) => [state, printRanges(toRanges(framesThat(state)))])
  const broken = payloads.some(({ file }) => file.is_complete === false) || worst[0] === 'unreadable'
  const unknown = payloads.some(({ file }) => file.is_complete === null)
  const drift = [
    resolutions.length > 1 ? 'resolution' : null,
    compressions.length > 1 ? 'compression' : null,
    channels.length > 1 ? 'channels' : null,
    dataWindows.length > 1 ? 'data window' : null,
  ].filter((what) => what !== null)
  const names = payloads[0]?.channels.map(({ channel_name }) => channel_name) ?? []
  return {
    resolution: resolutions.join(', ') || null,
    compression: compressions.join(', ') || null,
    kinds: kinds(payloads.flatMap(({ parts }) => parts)),
    channels: names,
    layers: new Set(payloads[0]?.channels.map(({ layer_name }) => layer_name)).size,
    whole: broken ? false : unknown ? null : true,
    state: worst[0] ?? null,
    states: Object.fromEntries(states),
    drift,
  }
}
