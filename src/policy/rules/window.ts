import type { WindowFacts } from '../../inspect/payload.ts'
import { eachPart, pixelsUnread } from '../look.ts'
import { number, texts } from '../options.ts'
import type { FileRule, Finding } from '../rule.ts'

const hasWindows = ({ facts }: { facts: { data_window: unknown; display_window: unknown } }) =>
  facts.data_window !== null && facts.display_window !== null

/** `x 0 to 1919, y 0 to 1079`, both ends inclusive. */
export function windowText({ min, max }: WindowFacts): string {
  return `x ${min.x} to ${max.x}, y ${min.y} to ${max.y}`
}

export function sameWindow(a: WindowFacts, b: WindowFacts): boolean {
  return a.min.x === b.min.x && a.min.y === b.min.y && a.max.x === b.max.x && a.max.y === b.max.y
}

/** Section "Windows and resolution". */
export const windowRules: readonly FileRule[] = [
  {
    id: 'window-overlap',
    severity: 'warn',
    tier: 'header',
    title: 'Data window and display window intersect (a legal but blank frame otherwise).',
    reason: 'Windows that do not meet are legal and show an empty frame.',
    source: ['T10'],
    remedy: 'Render with the right region, or correct the windows.',
    check: (file) =>
      eachPart(file, hasWindows, ({ facts }) => {
        const [data, display] = [facts.data_window!, facts.display_window!]
        const apart =
          data.max.x < display.min.x ||
          data.min.x > display.max.x ||
          data.max.y < display.min.y ||
          data.min.y > display.max.y
        return apart ? [{ expected: `pixels inside ${windowText(display)}`, actual: windowText(data) }] : []
      }),
  },
  {
    id: 'window-display-origin',
    severity: 'warn',
    tier: 'header',
    title: 'Display window starts at 0,0.',
    reason: 'Several hosts take the origin for 0,0 and shift the picture, or refuse the file.',
    source: ['CTL-190', 'RC-SRC'],
    remedy: 'Write the display window from 0,0; move the data window with it.',
    check: (file) =>
      eachPart(
        file,
        ({ facts }) => facts.display_window !== null,
        ({ facts }) => {
          const { min } = facts.display_window!
          return min.x === 0 && min.y === 0
            ? []
            : [{ attribute: 'displayWindow', expected: '0,0', actual: `${min.x},${min.y}` }]
        },
      ),
  },
  {
    id: 'window-data-equals-display',
    severity: 'policy',
    tier: 'header',
    title: 'For finished frames the two windows are equal.',
    reason:
      'A finished frame has nothing outside of the format and nothing missing in it: other windows are a crop or an overscan left over.',
    source: ['TECH'],
    remedy: 'Crop or fill to the display window when the frame is finished.',
    check: (file) =>
      eachPart(file, hasWindows, ({ facts }) =>
        sameWindow(facts.data_window!, facts.display_window!)
          ? []
          : [
              {
                attribute: 'dataWindow',
                expected: windowText(facts.display_window!),
                actual: windowText(facts.data_window!),
              },
            ],
      ),
  },
  {
    id: 'window-overscan',
    severity: 'policy',
    tier: 'header',
    title: 'Data window exceeds the display window by an agreed amount, same on opposite sides.',
    reason:
      'Distortion and stabilisation need pixels beyond the frame on all sides; too few show as black corners late in the work.',
    source: ['TECH'],
    remedy: 'Render with the agreed overscan.',
    options: {
      pixels: number(null, 'pixels on each side'),
      percent: number(null, 'percent of the display size on each side'),
    },
    check: (file, options) =>
      eachPart(file, hasWindows, ({ facts }) => {
        const [data, display] = [facts.data_window!, facts.display_window!]
        const sides = {
          left: display.min.x - data.min.x,
          right: data.max.x - display.max.x,
          top: display.min.y - data.min.y,
          bottom: data.max.y - display.max.y,
        }
        const wanted = (size: number) =>
          typeof options['pixels'] === 'number'
            ? options['pixels']
            : typeof options['percent'] === 'number'
              ? Math.round((size * options['percent']) / 100)
              : null
        const across = wanted(facts.display_width ?? 0) ?? sides.left
        const down = wanted(facts.display_height ?? 0) ?? sides.top
        const fits = sides.left === across && sides.right === across && sides.top === down && sides.bottom === down
        const actual = Object.entries(sides)
          .map(([side, pixels]) => `${side} ${pixels}`)
          .join(', ')
        return fits
          ? []
          : [{ attribute: 'dataWindow', expected: `left and right ${across}, top and bottom ${down}`, actual }]
      }),
  },
  {
    id: 'window-crop-original',
    severity: 'info',
    tier: 'header',
    title: 'A cropped file records `originalDataWindow`.',
    reason: 'Where the crop was taken from is known to nobody afterwards unless the file says it.',
    source: ['STD'],
    remedy: 'Write originalDataWindow when a file is cropped.',
    check: (file) =>
      eachPart(
        file,
        (part) => hasWindows(part) && isInside(part.facts.data_window!, part.facts.display_window!),
        ({ attributes }) =>
          attributes.has('originalDataWindow')
            ? []
            : [{ attribute: 'originalDataWindow', expected: 'present', actual: 'absent' }],
      ),
  },
  {
    id: 'window-plausible',
    severity: 'warn',
    tier: 'header',
    title: 'Dimensions and area under a safety limit before any allocation.',
    reason: 'Memory is allocated by the header before a pixel is read: a few bytes can ask for terabytes.',
    source: ['CVE', 'OIIO-5342'],
    remedy: 'Find out whether the size is meant; refuse the file where it came from outside.',
    options: {
      max_edge: number(65536, 'pixels of width or height'),
      max_pixels: number(1_000_000_000, 'pixels of the data window'),
    },
    check: (file, options) =>
      eachPart(
        file,
        ({ facts }) => facts.width !== null && facts.height !== null,
        ({ facts: { width, height } }) => {
          const [edge, area] = [options['max_edge'] as number, options['max_pixels'] as number]
          const fits = width! <= edge && height! <= edge && width! * height! <= area
          return fits ? [] : [{ expected: `edges to ${edge}, area to ${area}`, actual: `${width} x ${height}` }]
        },
      ),
  },
  {
    id: 'window-resolution',
    severity: 'policy',
    tier: 'header',
    title: 'Display size is one of the agreed sizes.',
    reason: 'A frame of another size is scaled by the next tool without a word.',
    source: ['delivery'],
    remedy: 'Render at an agreed size.',
    options: { sizes: texts([], 'display sizes that are agreed, as 1920x1080') },
    check: (file, options) =>
      eachPart(
        file,
        ({ facts }) => facts.display_width !== null && (options['sizes'] as string[]).length > 0,
        ({ facts }) => {
          const size = `${facts.display_width}x${facts.display_height}`
          const sizes = options['sizes'] as string[]
          return sizes.includes(size) ? [] : [{ expected: sizes.join(' or '), actual: size }]
        },
      ),
  },
  {
    id: 'window-pixel-aspect',
    severity: 'policy',
    tier: 'header',
    title: '`pixelAspectRatio` is the agreed squeeze (1 for spherical).',
    reason: 'A wrong squeeze shows every circle as an ellipse, and is corrected twice when somebody notices.',
    source: ['delivery', 'GEM'],
    remedy: 'Set pixelAspectRatio to the agreed squeeze.',
    options: { ratio: number(1, 'the squeeze that is agreed') },
    check: (file, options) =>
      eachPart(
        file,
        ({ facts }) => facts.pixel_aspect_ratio !== null,
        ({ facts: { pixel_aspect_ratio: ratio } }) =>
          typeof ratio === 'number' && Math.abs(ratio - (options['ratio'] as number)) < 1e-4
            ? []
            : [{ attribute: 'pixelAspectRatio', expected: `${options['ratio']}`, actual: `${ratio}` }],
      ),
  },
  {
    id: 'window-slack',
    severity: 'info',
    tier: 'pixels',
    title: 'No wide constant border inside the data window that a tighter window would save.',
    reason:
      'Empty border is stored, read and processed like picture: on layers with little in them it is most of the cost.',
    source: ['proposal'],
    remedy: 'Shrink the data window to what is not empty.',
    options: { max_share: number(0.25, 'share of the window that may be empty') },
    check(file, options) {
      const unread = pixelsUnread(file)
      if (unread !== null) return unread
      return eachPart(
        file,
        ({ stats }) => stats?.frame != null && !stats.frame.is_black,
        ({ stats }): Omit<Finding, 'part'>[] => {
          const share = stats!.frame!.empty_share
          const max = options['max_share'] as number
          return share <= max ? [] : [{ expected: `at most ${max} of the window empty`, actual: share.toFixed(3) }]
        },
      )
    },
  },
]

function isInside(inner: WindowFacts, outer: WindowFacts): boolean {
  return (
    !sameWindow(inner, outer) &&
    inner.min.x >= outer.min.x &&
    inner.min.y >= outer.min.y &&
    inner.max.x <= outer.max.x &&
    inner.max.y <= outer.max.y
  )
}
