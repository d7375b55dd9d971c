import { int32At, isUtf8Text } from './bytes.ts'
import { clip } from './defects.ts'
import { LONG_NAME, PIXEL_TYPES, SHORT_NAME } from './format.ts'
import { limitFlag } from './limits.ts'
import type { Box2i, HeaderAttribute } from './model.ts'
import { endHash, nameAt, nextHash } from './names.ts'
import type { PartContext } from './part-context.ts'
import { isDeep, isTiled } from './storage.ts'
import { guessText } from './text-encoding.ts'

/** Rules for the channel list. Returns whether one of the names needs the long names flag. */
export function checkChannels(context: PartContext, attribute: HeaderAttribute): boolean {
  const { bytes, valueOffset } = attribute
  const { limits } = context
  const report: PartContext['report'] = (code, message, at) =>
    context.report(code, message, valueOffset + at, 'channels')
  const names = new Set<string>()
  const previous = { start: 0, end: 0 }
  let sorted = true
  let hasLongName = false
  let count = 0
  let position = 0
  while (position < bytes.length && bytes[position] !== 0) {
    if (context.isFull()) return hasLongName
    let end = position
    let hash = 0
    let isAscii = true
    for (; end < bytes.length && bytes[end] !== 0; end++) {
      hash = nextHash(hash, bytes[end]!)
      if (bytes[end]! >= 0x80) isAscii = false
    }
    if (end + 17 > bytes.length) {
      report('attribute-malformed', `The channel list breaks off inside channel ${count}`, position)
      return hasLongName
    }
    if (count++ >= limits.channels) {
      const message = `The part has more than the limit of ${limits.channels} channels. ${limitFlag('channels', count)} raises it (limits.channels in the library)`
      context.reportLimit('channels', message, valueOffset + position)
      return hasLongName
    }
    const name = nameAt(bytes, position, end, endHash(hash))
    if (end - position > SHORT_NAME) hasLongName = true
    checkChannelName(context, bytes, position, end, name, isAscii, report)
    if (names.has(name)) report('duplicate-channel', `Channel ${clip(name)} appears more than once`, position)
    else if (count > 1 && sorted && comesBefore(bytes, position, end, previous)) {
      report('channels-not-sorted', `Channel ${clip(name)} is not in the order of its bytes`, position)
      sorted = false
    }
    names.add(name)
    checkChannel(context, bytes, end + 1, name, report)
    previous.start = position
    previous.end = end
    position = end + 17
  }
  if (position !== bytes.length - 1) {
    const problem = position === bytes.length ? 'is not closed by a zero byte' : 'goes on after its closing zero byte'
    report('attribute-malformed', `The channel list ${problem}`, position)
  }
  if (count === 0) report('no-channels', 'The channel list is empty', 0)
  return hasLongName
}

function checkChannelName(
  { header }: PartContext,
  bytes: Uint8Array,
  start: number,
  end: number,
  name: string,
  isAscii: boolean,
  report: PartContext['report'],
): void {
  const longest = header.flags.longNames ? LONG_NAME : SHORT_NAME
  if (end - start > longest) {
    report('name-too-long', `Channel name ${clip(name)} has ${end - start} bytes; ${longest} are allowed`, start)
  }
  if (isAscii) return
  const stored = bytes.subarray(start, end)
  if (!isUtf8Text(stored)) {
    const { encoding } = guessText(stored)
    report('name-not-utf8', `Channel name ${clip(name)} is not valid UTF-8; it is read as ${encoding}`, start)
  }
}

function checkChannel(
  context: PartContext,
  bytes: Uint8Array,
  at: number,
  name: string,
  report: PartContext['report'],
) {
  const pixelType = int32At(bytes, at)
  if (PIXEL_TYPES[pixelType] === undefined) {
    report('unknown-pixel-type', `Channel ${clip(name)} has the undefined pixel type ${pixelType}`, at)
  }
  if (bytes[at + 4]! > 1 || (bytes[at + 5]! | bytes[at + 6]! | bytes[at + 7]!) !== 0) {
    report('reserved-bytes-set', `Channel ${clip(name)} sets bytes the format reserves`, at + 4)
  }
  const [xSampling, ySampling] = [int32At(bytes, at + 8), int32At(bytes, at + 12)]
  if (xSampling === 1 && ySampling === 1) return
  const rates = `${xSampling} x ${ySampling}`
  if (xSampling < 1 || ySampling < 1) {
    report('bad-channel-sampling', `Channel ${clip(name)} has sampling rates ${rates}; they begin at 1`, at + 8)
  } else if (isTiled(context.storage) || isDeep(context.storage)) {
    report(
      'bad-channel-sampling',
      `Channel ${clip(name)} has sampling rates ${rates}; tiled and deep parts allow only 1`,
      at + 8,
    )
  } else if (!dividesWindow(context, xSampling, ySampling)) {
    const message = `The data window's origin or size is no multiple of the sampling rates ${rates} of channel ${clip(name)}`
    report('sampling-window-mismatch', message, at + 8)
  }
}

function dividesWindow({ part }: PartContext, xSampling: number, ySampling: number): boolean {
  const window = part.get('dataWindow')?.value
  if (window?.kind !== 'box2i') return true
  const { minX, minY, maxX, maxY }: Box2i = window.value
  const fits = (min: number, max: number, rate: number) => min % rate === 0 && (max - min + 1) % rate === 0
  return fits(minX, maxX, xSampling) && fits(minY, maxY, ySampling)
}

/** Whether the name at [start, end) comes before `other` in byte order, the order the format asks for. */
function comesBefore(bytes: Uint8Array, start: number, end: number, other: { start: number; end: number }): boolean {
  for (let i = 0; ; i++) {
    if (start + i === end) return other.start + i < other.end
    if (other.start + i === other.end) return false
    const difference = bytes[start + i]! - bytes[other.start + i]!
    if (difference !== 0) return difference < 0
  }
}
