import type { ChannelStats } from '../../pixels/channel-stats.ts'
import type { WholeFrameFacts } from '../../pixels/types.ts'
import type { FileView, PartView } from '../file-view.ts'
import { eachChannelPixels, eachPart, pixelsIncomplete, pixelsUnread } from '../look.ts'
import { number } from '../options.ts'
import type { FileRule, Finding, Outcome } from '../rule.ts'
import { isLight, isLightAlpha } from './channel-kinds.ts'
import { resolvedSpace } from './color.ts'

const kindOf = (pixels: ChannelStats, part: PartView) =>
  part.channels.find(({ channel_name }) => channel_name === pixels.channel_name)
const isColourPixels = (pixels: ChannelStats, part: PartView) => {
  const channel = kindOf(pixels, part)
  return channel !== undefined && isLight(channel)
}
const isAlphaPixels = (pixels: ChannelStats, part: PartView) => {
  const channel = kindOf(pixels, part)
  return channel !== undefined && isLightAlpha(channel)
}

/** Smallest and largest sample, infinities included, which `min` and `max` of the statistics leave out. */
function rangeOf({ min, max, pos_inf_count, neg_inf_count }: ChannelStats): { min: number; max: number } {
  const low = neg_inf_count > 0 ? -Infinity : (min ?? Infinity)
  const high = pos_inf_count > 0 ? Infinity : (max ?? -Infinity)
  return { min: low, max: high }
}

/** Places of the first samples that are no number, and the window around all. */
function broken(pixels: ChannelStats, count: number, what: string): Omit<Finding, 'part' | 'channel'> {
  const places = pixels.first_non_finite.slice(0, 4).map(({ x, y }) => `${x},${y}`)
  const where = places.length > 0 ? `, first at ${places.join(' ')}` : ''
  const finding = { expected: `no ${what}`, actual: `${count} of ${pixels.count} samples${where}` }
  return pixels.non_finite_window === null ? finding : { ...finding, box: pixels.non_finite_window }
}

/** Judges what the beauty layer shows as a whole. */
function frameOf(
  file: FileView,
  applies: (frame: WholeFrameFacts, part: PartView) => boolean,
  judge: (frame: WholeFrameFacts, part: PartView) => readonly Omit<Finding, 'part'>[],
): Outcome {
  const unread = pixelsUnread(file)
  if (unread !== null) return unread
  const found = eachPart(
    file,
    (part) => part.stats?.frame != null && applies(part.stats.frame, part),
    (part) => judge(part.stats!.frame!, part),
  )
  return found === null ? (pixelsIncomplete(file) ?? null) : found
}

/** Section "Pixels". */
export const pixelRules: readonly FileRule[] = [
  {
    id: 'pixel-nan',
    severity: 'error',
    tier: 'pixels',
    title:
      'No NaN in any part, layer or pixel of the data window (a check limited to the viewed layer or the display window misses some); give count, channel, first positions and bounding box. A policy may allow a number.',
    reason: 'A NaN spreads with every blur, resize and merge, from one pixel to a block.',
    source: ['OIIO-4171', 'OIDN-210', 'FXT', 'HOU'],
    options: { allow: number(0, 'samples a channel that are accepted') },
    remedy: 'Find the shader or the operation that divides by zero; render the frame again.',
    check: (file, options) =>
      eachChannelPixels(
        file,
        () => true,
        (pixels) => (pixels.nan_count > (options['allow'] as number) ? broken(pixels, pixels.nan_count, 'NaN') : null),
      ),
  },
  {
    id: 'pixel-infinite',
    severity: 'error',
    tier: 'pixels',
    title: 'No infinity.',
    reason: 'An infinity spreads like a NaN, and becomes one as soon as it is subtracted or multiplied by zero.',
    source: ['OIIO-4171'],
    remedy: 'Clamp highlights at the renderer, or find the division that makes them.',
    options: { allow: number(0, 'samples a channel that are accepted') },
    check: (file, options) =>
      eachChannelPixels(
        file,
        () => true,
        (pixels) => {
          const count = pixels.pos_inf_count + pixels.neg_inf_count
          return count > (options['allow'] as number) ? broken(pixels, count, 'infinity') : null
        },
      ),
  },
  {
    id: 'pixel-half-overflow',
    severity: 'warn',
    tier: 'pixels',
    title: 'No HALF sample at +/-65504, which marks clamped overflow.',
    reason:
      '65504 is where half floats end: what stands there was brighter and was cut, or was infinite and was hidden.',
    source: ['EXR-2607', 'OIIO-2892'],
    remedy: 'Write FLOAT, or clamp highlights on purpose at a lower value.',
    check: (file) =>
      eachChannelPixels(
        file,
        ({ channel_type }) => channel_type === 'HALF',
        ({ half_limit_count, count }) =>
          half_limit_count > 0
            ? { expected: 'no sample at 65504', actual: `${half_limit_count} of ${count} samples` }
            : null,
      ),
  },
  {
    id: 'pixel-negative',
    severity: 'warn',
    tier: 'pixels',
    title: 'Negative colour below a share of pixels.',
    reason: 'Negative light breaks roots, logs and grades, and shows as dark rings around highlights.',
    source: ['FXT'],
    remedy: 'Use a filter without negative lobes, or a wider gamut; clamp what is left.',
    options: { max_share: number(0.01, 'share of the samples of a colour channel') },
    check: (file, options) =>
      eachChannelPixels(file, isColourPixels, ({ negative_count, neg_inf_count, count }) => {
        const share = count === 0 ? 0 : (negative_count + neg_inf_count) / count
        const max = options['max_share'] as number
        return share > max ? { expected: `at most ${max} of the samples below 0`, actual: share.toFixed(4) } : null
      }),
  },
  {
    id: 'pixel-alpha-range',
    severity: 'warn',
    tier: 'pixels',
    title: 'Alpha in 0 to 1.',
    reason: 'Alpha beyond 0 to 1 makes comps brighter or darker than either picture.',
    source: ['DEEP', 'TECH'],
    remedy: 'Clamp alpha where it is made.',
    check: (file) =>
      eachChannelPixels(file, isAlphaPixels, (pixels) => {
        const { min, max } = rangeOf(pixels)
        return min < 0 || max > 1 ? { expected: '0 to 1', actual: `${min} to ${max}` } : null
      }),
  },
  {
    id: 'pixel-alpha-pinholes',
    severity: 'warn',
    tier: 'pixels',
    title: 'A nearly full alpha has no isolated holes.',
    reason: 'A hole of one pixel in a solid matte sparkles in motion.',
    source: ['RR'],
    remedy: 'Fill the matte, or raise the samples of the render.',
    check: (file) =>
      frameOf(
        file,
        ({ alpha_pinhole_count }) => alpha_pinhole_count !== null,
        ({ alpha_pinhole_count, alpha_pinholes }) => {
          if (alpha_pinhole_count === 0) return []
          const places = alpha_pinholes
            .slice(0, 4)
            .map(({ x, y }) => `${x},${y}`)
            .join(' ')
          return [{ expected: 'no holes', actual: `${alpha_pinhole_count} pixels, first at ${places}` }]
        },
      ),
  },
  {
    id: 'pixel-black-tile',
    severity: 'error',
    tier: 'pixels',
    title: 'No rectangular block of exact zeros aligned to a render bucket.',
    reason: 'A bucket that did not come back is a black square in one frame, which nobody sees in a thumbnail.',
    source: ['RR'],
    options: { min_bucket: number(16, 'shortest edge of a bucket') },
    remedy: 'A bucket was never rendered: render the frame again.',
    check: (file, options) =>
      frameOf(
        file,
        () => true,
        ({ black_rectangles }) =>
          black_rectangles
            .filter(({ bucket }) => bucket >= (options['min_bucket'] as number))
            .map(({ x, y, width, height, bucket }) => ({
              box: { min: { x, y }, max: { x: x + width - 1, y: y + height - 1 } },
              expected: 'a rendered bucket',
              actual: `${width} x ${height} pixels of exact zeros at ${x},${y}, buckets of ${bucket}`,
            })),
      ),
  },
  {
    id: 'pixel-constant-frame',
    severity: 'warn',
    tier: 'pixels',
    title: 'Frame is not one value throughout.',
    reason: 'A frame of one value is a slate, a failed render or a disabled node.',
    source: ['proposal'],
    remedy: 'Check that the right node was written; render the frame again.',
    check: (file) => {
      const unread = pixelsUnread(file)
      if (unread !== null) return unread
      return eachPart(
        file,
        (part) => part.stats?.channels.some((pixels) => isColourPixels(pixels, part)) === true,
        (part) => {
          const colours = part.stats!.channels.filter((pixels) => isColourPixels(pixels, part))
          if (!colours.every(({ is_constant }) => is_constant)) return []
          const values = colours.map(({ channel_name, min }) => `${channel_name} ${min}`).join(', ')
          return [{ expected: 'a picture', actual: `one value throughout: ${values}` }]
        },
      )
    },
  },
  {
    id: 'pixel-empty-channel',
    severity: 'info',
    tier: 'pixels',
    title: 'A requested layer is not all zero.',
    reason: 'A layer that was asked for and is zero all over is a pass without lights or objects.',
    source: ['proposal'],
    remedy: 'Check the pass in the scene; leave the layer out when it is meant to be empty.',
    check: (file) =>
      eachChannelPixels(
        file,
        () => true,
        ({ zero_count, count }) =>
          count > 0 && zero_count === count ? { expected: 'a value that is not zero', actual: 'all zero' } : null,
      ),
  },
  {
    id: 'pixel-clipped',
    severity: 'info',
    tier: 'pixels',
    title: 'Colour does not stop dead at exactly 1.0 in a scene-linear file.',
    reason: 'Light does not stop at 1: a picture that does went through a display transform or an 8-bit format.',
    source: ['FXT', 'proposal'],
    remedy: 'Write from before the display transform.',
    check: (file) =>
      eachChannelPixels(
        file,
        (pixels, part) => isColourPixels(pixels, part) && isSceneLinear(part),
        (pixels) =>
          rangeOf(pixels).max === 1 && pixels.mean !== 1
            ? { expected: 'values beyond 1', actual: 'none above exactly 1' }
            : null,
      ),
  },
  {
    id: 'pixel-premultiplied',
    severity: 'info',
    tier: 'pixels',
    title: 'Colour with zero alpha is reported, never an error: it is legal emission.',
    reason:
      'Colour where alpha is 0 is glow or fire on purpose, or a picture that was not multiplied by its alpha: over a background the two look alike.',
    source: ['TECH'],
    remedy: 'Multiply colour by alpha, unless it is emission.',
    check: (file) =>
      frameOf(
        file,
        ({ colour_without_alpha_count }) => colour_without_alpha_count !== null,
        ({ colour_without_alpha_count: count, colour_without_alpha_window: box }) =>
          count === 0 || box === null
            ? []
            : [{ box, expected: 'no colour where the alpha is 0', actual: `${count} pixels` }],
      ),
  },
]

/** Display-referred pictures end at 1 by their nature; what says nothing of its space is taken for light. */
function isSceneLinear(part: PartView): boolean {
  const space = resolvedSpace(part)
  return space === null || /(?:^|:)lin_.*_scene$/.test(space)
}
