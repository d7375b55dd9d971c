import { timeCodeFields } from '../../header/time-code.ts'
import type { ChannelFacts } from '../../inspect/payload.ts'
import { missingFrames, printRanges } from '../../sequences/index.ts'
import { type FileView, numberOf, textOf } from '../file-view.ts'
import { pixelsUnread } from '../look.ts'
import type { RuleOptions } from '../options.ts'
import { flag, number, texts } from '../options.ts'
import type { Collected, Finding, SequenceFrames, SequenceRule } from '../rule.ts'
import { rateOf } from './header.ts'
import { driftFindings, framesText } from './sequence-drift.ts'
import { windowText } from './window.ts'

const framesOf = ({ files }: SequenceFrames) => [...new Set(files.map(({ frame }) => frame))]
const several = (sequence: SequenceFrames) => sequence.files.length > 1

/** Section "Sequences". */
export const sequenceRules: readonly SequenceRule[] = [
  {
    id: 'seq-missing',
    severity: 'error',
    tier: 'names',
    title: 'No gap in the expected range; print gaps as sorted ranges.',
    reason: 'A missing frame is found by the edit, the day after, as a black flash or a stopped render.',
    source: ['OP-2625'],
    remedy: 'Render the missing frames.',
    judge(sequence) {
      const frames = framesOf(sequence)
      if (frames.length < 2) return null
      const missing = missingFrames(frames, { step: sequence.step })
      if (missing.length === 0) return []
      const lost = missing.flatMap(({ first, last, step }) => range(first, last, step))
      const expected = printRanges([{ first: frames[0]!, last: frames.at(-1)!, step: sequence.step }])
      return [{ frames: lost, expected, actual: `missing ${printRanges(missing)}` }]
    },
  },
  {
    id: 'seq-expected-range',
    severity: 'policy',
    tier: 'names',
    title: 'First, last, step and handles match.',
    reason: 'Handles and ends are what is missing most often, and no gap shows it.',
    source: ['LOGIK'],
    remedy: 'Render or copy the frames that are named; remove those beyond the range.',
    options: {
      first: number(null, 'first frame, handles included'),
      last: number(null, 'last frame, handles included'),
      step: number(1, 'frames from one to the next'),
      handles: number(0, 'frames before first and after last'),
    },
    judge(sequence, options) {
      const { first, last, step, handles } = options as {
        first: number | null
        last: number | null
        step: number
        handles: number
      }
      if (first === null || last === null) return null
      const [from, to] = [first - handles, last + handles]
      const frames = framesOf(sequence)
      const missing = missingFrames(frames, { first: from, last: to, step })
      const extra = frames.filter((frame) => frame < from || frame > to || (frame - from) % step !== 0)
      const lost = missing.flatMap((gap) => range(gap.first, gap.last, gap.step))
      const actual = [
        ...(missing.length > 0 ? [`missing ${printRanges(missing)}`] : []),
        ...(extra.length > 0 ? [`beyond it ${framesText(extra)}`] : []),
      ]
      return actual.length === 0
        ? []
        : [
            {
              frames: [...lost, ...extra].sort((a, b) => a - b),
              expected: printRanges([{ first: from, last: to, step }]),
              actual: actual.join('; '),
            },
          ]
    },
  },
  {
    id: 'seq-padding',
    severity: 'warn',
    tier: 'names',
    title: 'One padding width, one separator, one extension.',
    reason:
      'Hosts find frames by one pattern: those with another padding, separator or extension are not part of the shot.',
    source: ['PS-69', 'PS-79', 'ARRI'],
    remedy: 'Rename the odd files.',
    judge(sequence) {
      if (!several(sequence) && sequence.siblings.length === 0) return null
      const findings: Finding[] = []
      if (sequence.paddings.length > 1) {
        findings.push({ expected: 'one padding', actual: `numbers of ${sequence.paddings.join(' and ')} digits` })
      }
      if (sequence.siblings.length > 0) {
        findings.push({
          expected: 'one separator and one extension',
          actual: [sequence.pattern, ...sequence.siblings].join(' and '),
        })
      }
      return findings
    },
  },
  {
    id: 'seq-duplicate-number',
    severity: 'error',
    tier: 'names',
    title: 'One file per frame number.',
    reason: 'Of two files of one frame hosts take one or the other.',
    source: ['proposal'],
    remedy: 'Remove or rename the one that is not wanted.',
    judge(sequence) {
      if (!several(sequence) && sequence.conflicts.length === 0) return null
      return sequence.conflicts.map(({ frame, paths }) => ({
        frames: [frame],
        expected: 'one file',
        actual: paths.join(' and '),
      }))
    },
  },
  {
    id: 'seq-size-outlier',
    severity: 'warn',
    tier: 'names',
    title: "No size far from the neighbours' median.",
    reason: 'A frame that is far smaller than its neighbours is usually black, cut short or another version.',
    source: ['RR'],
    remedy: 'Look at the frame; render it again when it is not as its neighbours.',
    options: {
      factor: number(4, 'times below or above the median of ten neighbours'),
      neighbours: number(10, 'frames around it'),
    },
    judge(sequence, options) {
      const { factor, neighbours } = options as { factor: number; neighbours: number }
      const { files } = sequence
      if (files.length < 4) return null
      const odd = files.filter(({ sizeBytes }, i) => {
        const half = Math.floor(neighbours / 2)
        const around = [...files.slice(Math.max(0, i - half), i), ...files.slice(i + 1, i + 1 + half)].map(
          (file) => file.sizeBytes,
        )
        const middle = median(around)
        return sizeBytes * factor < middle || sizeBytes > middle * factor
      })
      return odd.map(({ frame, sizeBytes }) => ({
        frames: [frame],
        expected: `within ${factor} times of its neighbours`,
        actual: `${sizeBytes} bytes`,
      }))
    },
  },
  {
    id: 'seq-channels',
    severity: 'error',
    tier: 'header',
    title: 'Same parts, channels and pixel types on all frames.',
    reason: 'Hosts take the list of channels from one frame: others show black layers or stop.',
    source: ['PRO-7', 'NAT-1152'],
    remedy: 'Render the odd frames again with the same layers.',
    collect: (file) =>
      file.parts
        .map(({ facts, channels }) => {
          const name = file.isMultiPart ? `${facts.part_name ?? facts.part_index}: ` : ''
          return `${name}${channelsByType(channels)}`
        })
        .join('; '),
    judge: (sequence) => driftFindings(sequence, 'channels'),
  },
  {
    id: 'seq-windows',
    severity: 'error',
    tier: 'header',
    title: 'Same display window and pixel aspect; data window changes are `info` unless the policy forbids.',
    reason: 'Frames of another format jump, and tools that allocate by the first frame fail.',
    source: ['FLS-236'],
    remedy: 'Render the odd frames again at the same size.',
    options: { data_window: flag(false, 'the data window must not change either') },
    collect: (file, options) =>
      file.parts
        .map(({ facts }) => {
          const data =
            options['data_window'] === true && facts.data_window !== null
              ? `, data ${windowText(facts.data_window)}`
              : ''
          const display = facts.display_window === null ? 'no display window' : windowText(facts.display_window)
          return `${display}, aspect ${facts.pixel_aspect_ratio}${data}`
        })
        .join('; '),
    judge: (sequence) => driftFindings(sequence, 'windows'),
  },
  {
    id: 'seq-header-constant',
    severity: 'warn',
    tier: 'header',
    title: 'Compression, colour tags, rate and agreed keys do not change.',
    reason: 'Colour, rate and compression are read once for all frames: those that differ are shown wrong.',
    source: ['STD'],
    remedy: 'Write the odd frames again with the same settings.',
    options: { attributes: texts([], 'attributes that must not change either') },
    collect: (file, options) =>
      file.parts
        .map((part) => {
          const keys = ['colorInteropID', 'chromaticities', 'framesPerSecond', ...(options['attributes'] as string[])]
          const values = keys.flatMap((name) => {
            const attribute = part.attributes.get(name)
            return attribute === undefined ? [] : [`${name} ${JSON.stringify(attribute.value)}`]
          })
          return [part.facts.compression ?? 'no compression', ...values].join(', ')
        })
        .join('; '),
    judge: (sequence) => driftFindings(sequence, 'header'),
  },
  {
    id: 'seq-frame-rate',
    severity: 'warn',
    tier: 'header',
    title: 'Every frame has `framesPerSecond` and it is equal.',
    reason: 'The rate is what players and conform take; without it they take their own.',
    source: ['STD'],
    remedy: 'Set framesPerSecond to one value on every frame.',
    collect: (file) => {
      const rate = file.parts[0] === undefined ? null : rateOf(file.parts[0], 'framesPerSecond')
      return rate === null ? null : `${Math.round(rate * 1000) / 1000}`
    },
    judge: (sequence) => {
      if (!several(sequence)) return null
      if (sequence.files.every(({ value }) => value === null)) {
        return [{ frames: framesOf(sequence), expected: 'framesPerSecond', actual: 'on no frame' }]
      }
      return driftFindings(sequence, 'framesPerSecond')
    },
  },
  {
    id: 'seq-timecode',
    severity: 'warn',
    tier: 'header',
    title: 'Timecode advances one frame per frame number.',
    reason: 'Conform counts frames by timecode: a jump puts the rest of the shot out of sync.',
    source: ['STD'],
    remedy: 'Write timecodes that advance with the frame numbers.',
    collect: (file) => timeCodeCount(file),
    judge: (sequence) => advances(sequence, 'time code', 1),
  },
  {
    id: 'seq-image-counter',
    severity: 'info',
    tier: 'header',
    title: '`imageCounter` increases in play order.',
    reason:
      'The camera counts frames in the order they were shot: where the counter goes back, files were renamed or mixed.',
    source: ['STD'],
    remedy: 'Check the order of the frames against the source.',
    collect: (file) => {
      const counter = file.parts[0] === undefined ? null : numberOf(file.parts[0], 'imageCounter')
      return counter === null ? null : `${counter}`
    },
    judge: (sequence) => increases(sequence),
  },
  {
    id: 'seq-number-in-metadata',
    severity: 'warn',
    tier: 'header',
    title: 'A frame number kept in metadata equals the one in the name.',
    reason: 'A number in the header that is not that in the name tells that the file was renamed or retimed.',
    source: ['proposal'],
    remedy: 'Correct whichever of the two is wrong.',
    options: {
      attributes: texts(
        ['frame', 'Frame', 'frameNumber', 'framenumber', 'nuke/input/frame', 'cycles/frame'],
        'attributes that hold the frame number',
      ),
    },
    collect: (file, options) => {
      for (const name of options['attributes'] as string[]) {
        const [part] = file.parts
        const value = part === undefined ? null : (numberOf(part, name) ?? numeric(textOf(part, name)))
        if (value !== null) return `${value}`
      }
      return null
    },
    judge({ files }) {
      const known = files.filter(({ value }) => value !== null)
      if (known.length === 0) return null
      return known
        .filter(({ frame, value }) => Number(value) !== frame)
        .map(({ frame, value }) => ({ frames: [frame], expected: `${frame}`, actual: `${value} in the header` }))
    },
  },
  {
    id: 'seq-mixed-renders',
    severity: 'info',
    tier: 'header',
    title: '`software` and render ids do not change inside the range (patched frames).',
    reason: 'Frames of several versions or renders in one range are patches: they may not match their neighbours.',
    source: ['AYM-196'],
    remedy: 'Check the seams; render the range again where they show.',
    collect: (file) => {
      const [part] = file.parts
      const software = part?.facts.render_software ?? null
      return software === null ? null : [software, part!.facts.render_software_version].filter(Boolean).join(' ')
    },
    judge: (sequence) => driftFindings(sequence, 'software'),
  },
  {
    id: 'seq-frozen',
    severity: 'warn',
    tier: 'pixels',
    title: 'No two neighbours have the same pixel hash.',
    reason: 'Two frames with the same pixels are a stuck simulation, a copied file or a hold: only the last is meant.',
    source: ['proposal'],
    remedy: 'Render the frame again unless it is a hold.',
    collect: (file) => {
      const hash = (file.payload as { hashes?: { image_hash?: string | null } } | null)?.hashes?.image_hash
      return hash === undefined ? { state: 'not_checked', reason: 'pixels were not hashed' } : hash
    },
    judge({ files }) {
      if (files.length < 2) return null
      const frozen = files
        .filter(({ value }, i) => i > 0 && value !== null && value === files[i - 1]!.value)
        .map(({ frame }) => frame)
      return frozen.length === 0
        ? []
        : [
            {
              frames: frozen,
              expected: 'another picture on each frame',
              actual: `${framesText(frozen)} repeat the frame before`,
            },
          ]
    },
  },
  {
    id: 'seq-outlier-frame',
    severity: 'warn',
    tier: 'pixels',
    title: "No frame's levels jump away from the sequence average.",
    reason: 'A jump in level is a flash that no single frame shows.',
    source: ['RR'],
    remedy: 'Look at the frame with its neighbours; render it again when the jump is not in the scene.',
    options: { factor: number(4, 'times the usual change of the mean') },
    collect: (file) => pixelsUnread(file) ?? meanOf(file),
    judge: (sequence, options) => outliers(sequence, options),
  },
]

function range(first: number, last: number, step: number): number[] {
  const frames: number[] = []
  // Findings name frames for people and hosts; what is beyond a hundred thousand is told by its range alone.
  for (let frame = first; frame <= last && frames.length < 100_000; frame += step) frames.push(frame)
  return frames
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? 0
}

/** `R G half, Z float`. */
function channelsByType(channels: readonly ChannelFacts[]): string {
  const names = new Map<string, string>()
  for (const { channel_name: name, channel_type: type } of channels) {
    const before = names.get(type)
    names.set(type, before === undefined ? name : `${before} ${name}`)
  }
  return [...names].map(([type, channels]) => `${channels} ${type.toLowerCase()}`).join(', ')
}

function numeric(text: string | null): number | null {
  return text !== null && /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : null
}

/** Frames since midnight by a file's time code; null without one, or without a rate. */
function timeCodeCount(file: FileView): string | null {
  const [part] = file.parts
  const encoded = part?.attributes.get('timeCode')?.value as { time_and_flags?: number; user_data?: number } | undefined
  if (part === undefined || encoded?.time_and_flags === undefined) return null
  const { hours, minutes, seconds, frame, dropFrame } = timeCodeFields({
    timeAndFlags: encoded.time_and_flags,
    userData: encoded.user_data ?? 0,
  })
  const rate = Math.round(rateOf(part, 'framesPerSecond') ?? 24)
  const count = ((hours * 60 + minutes) * 60 + seconds) * rate + frame
  const tens = Math.floor(minutes / 10)
  const dropped = dropFrame ? (rate / 15) * (hours * 54 + minutes - tens) : 0
  return `${count - dropped}`
}

function advances({ files }: SequenceFrames, what: string, by: number): Finding[] | null {
  const known = files.filter(({ value }) => value !== null)
  if (known.length < 2) return null
  const wrong = known.filter(
    ({ frame, value }, i) =>
      i > 0 && Number(value) - Number(known[i - 1]!.value) !== (frame - known[i - 1]!.frame) * by,
  )
  return wrong.length === 0
    ? []
    : [
        {
          frames: wrong.map(({ frame }) => frame),
          expected: `a ${what} that advances with the frame`,
          actual: `jumps at ${framesText(wrong.map(({ frame }) => frame))}`,
        },
      ]
}

function increases({ files }: SequenceFrames): Finding[] | null {
  const known = files.filter(({ value }) => value !== null)
  if (known.length < 2) return null
  const wrong = known
    .filter(({ value }, i) => i > 0 && Number(value) <= Number(known[i - 1]!.value))
    .map(({ frame }) => frame)
  return wrong.length === 0
    ? []
    : [{ frames: wrong, expected: 'a counter that rises', actual: `falls or stays at ${framesText(wrong)}` }]
}

/** Mean of the first colour channel with statistics. */
function meanOf(file: FileView): string | null {
  for (const { stats } of file.parts) {
    const channel = stats?.channels.find(({ channel_name }) => /(?:^|\.)[RGBY]$/.test(channel_name))
    if (channel?.mean != null) return `${channel.mean}`
  }
  return null
}

function outliers({ files }: SequenceFrames, options: RuleOptions): Finding[] | null {
  const known = files.filter(({ value }) => value !== null)
  if (known.length < 5) return null
  const means = known.map(({ value }) => Number(value))
  const middle = median(means)
  const spread = median(means.map((mean) => Math.abs(mean - middle))) || Math.abs(middle) * 0.01 || 1e-6
  const odd = known.filter(
    (_: Collected, i) => Math.abs(means[i]! - middle) > spread * (options['factor'] as number) * 1.4826,
  )
  return odd.map(({ frame, value }) => ({ frames: [frame], expected: `a mean near ${middle}`, actual: `${value}` }))
}
