import { timeCodeProblem as impossible, timeCodeFields } from '../../header/time-code.ts'
import type { AttributeFacts } from '../../inspect/payload.ts'
import type { PartView } from '../file-view.ts'
import { eachAttribute, eachPart } from '../look.ts'
import { checkedTexts, number, table } from '../options.ts'
import { globPattern, linearPattern } from '../patterns.ts'
import type { FileRule, Finding, Outcome } from '../rule.ts'
import { defectFindings } from './defects.ts'
import { rateOf } from './header.ts'

const isText = ({ type }: AttributeFacts) => type === 'string' || type === 'stringvector'
const TEXT_NAMES = /^(?:camera(?:Make|Model|SerialNumber|FirmwareVersion|Uuid|Label)|lens\w+|reelName)$/

interface Bound {
  readonly name: string
  readonly expected: string
  readonly fits: (value: number, part: PartView) => boolean
}

const value = (part: PartView, name: string) => part.attributes.get(name)?.value
const above = (limit: number) => (number: number) => number > limit

const OPTICS: readonly Bound[] = [
  { name: 'aperture', expected: 'above 0', fits: above(0) },
  {
    name: 'tStop',
    expected: 'above 0 and not below the aperture',
    fits: (stop, part) =>
      stop > 0 && (typeof value(part, 'aperture') !== 'number' || stop >= (value(part, 'aperture') as number)),
  },
  { name: 'focus', expected: 'above 0', fits: above(0) },
  { name: 'isoSpeed', expected: 'above 0', fits: above(0) },
  { name: 'expTime', expected: '0 or more', fits: (time) => time >= 0 },
  { name: 'shutterAngle', expected: '0 to 360', fits: (angle) => angle >= 0 && angle <= 360 },
]

const POSITION: readonly Bound[] = [
  { name: 'latitude', expected: '-90 to 90', fits: (angle) => Math.abs(angle) <= 90 },
  { name: 'longitude', expected: '-180 to 180', fits: (angle) => Math.abs(angle) <= 180 },
]

/** Section "Other metadata". */
export const metaRules: readonly FileRule[] = [
  {
    id: 'meta-utf8',
    severity: 'warn',
    tier: 'header',
    title: 'String values and names are valid UTF-8.',
    reason: 'Strings are UTF-8 by the standard: others are shown as garbage, and break JSON and databases on the way.',
    source: ['STD'],
    remedy: 'Write the string in UTF-8.',
    check(file) {
      const names = defectFindings(file, 'names in UTF-8', ['name-not-utf8'])
      const values = eachAttribute(file, isText, ({ value }) =>
        JSON.stringify(value).includes('"encoding":"base64"') ? { expected: 'UTF-8', actual: 'other bytes' } : null,
      )
      return names.length === 0 ? values : [...names, ...(Array.isArray(values) ? values : [])]
    },
  },
  {
    id: 'meta-empty',
    severity: 'warn',
    tier: 'header',
    title: 'Camera, lens and reel strings are non-empty when present.',
    reason: 'An empty serial or reel matches every search for none and hides that the value was lost.',
    source: ['STD'],
    remedy: 'Fill the attribute in, or leave it out.',
    check: (file) =>
      eachAttribute(
        file,
        ({ name, type }) => type === 'string' && TEXT_NAMES.test(name),
        ({ value }) => (value === '' ? { expected: 'text', actual: 'empty' } : null),
      ),
  },
  {
    id: 'meta-capdate',
    severity: 'warn',
    tier: 'header',
    title: '`capDate` is a real date in `YYYY:MM:DD hh:mm:ss`.',
    reason: 'Tools sort and match takes by this date and read one form of it.',
    source: ['STD'],
    remedy: 'Write the date as YYYY:MM:DD hh:mm:ss.',
    check: (file) =>
      eachAttribute(file, ['capDate'], ({ value }) =>
        typeof value === 'string' && isDate(value)
          ? null
          : { expected: 'YYYY:MM:DD hh:mm:ss', actual: JSON.stringify(value) },
      ),
  },
  {
    id: 'meta-rates',
    severity: 'error',
    tier: 'header',
    title: '`framesPerSecond` and `captureRate`: denominator not 0, value positive.',
    reason: 'Time is computed by dividing by it: zero and negative rates give no time.',
    source: ['STD'],
    remedy: 'Write the rate as a fraction such as 24/1 or 24000/1001.',
    check: (file) =>
      eachAttribute(file, ['framesPerSecond', 'captureRate'], ({ name, value }, part) => {
        const rate = rateOf(part, name)
        const { numerator, denominator } = (value ?? {}) as { numerator?: number; denominator?: number }
        return rate !== null && rate > 0
          ? null
          : {
              expected: 'a rate above 0',
              actual: numerator === undefined ? JSON.stringify(value) : `${numerator}/${denominator}`,
            }
      }),
  },
  {
    id: 'meta-timecode',
    severity: 'warn',
    tier: 'header',
    title: 'Hours 0-23, minutes and seconds 0-59, frame below the rate, drop-frame only at 29.97 and 59.94.',
    reason: 'Conform finds a frame by its timecode: one that does not exist is found nowhere.',
    source: ['TC', 'MI-628'],
    remedy: 'Correct the timecode, or leave it out.',
    check: (file) => eachAttribute(file, ['timeCode'], ({ value }, part) => timeCodeProblem(value, part)),
  },
  {
    id: 'meta-keycode',
    severity: 'warn',
    tier: 'header',
    title: 'Each of the seven numbers is in its range.',
    reason: 'Each number names a place on the film: one out of range names none.',
    source: ['STDATTR'],
    remedy: 'Correct the keycode, or leave it out.',
    check: (file) =>
      eachAttribute(file, ['keyCode'], ({ value }) => {
        const code = (value ?? {}) as Record<string, number>
        const wrong = Object.entries(KEYCODE).filter(
          ([field, [min, max]]) => !(code[field]! >= min && code[field]! <= max),
        )
        return wrong.length === 0
          ? null
          : {
              expected: wrong.map(([field, [min, max]]) => `${field} ${min} to ${max}`).join(', '),
              actual: wrong.map(([field]) => `${field} ${code[field]}`).join(', '),
            }
      }),
  },
  {
    id: 'meta-optics',
    severity: 'info',
    tier: 'header',
    title: 'Aperture > 0, T-stop > aperture, focus and ISO > 0, exposure >= 0, shutter 0 to 360.',
    reason:
      'Matchmoving and depth of field are computed from these: an aperture of zero is a field in memory nobody filled.',
    source: ['STD'],
    remedy: 'Leave out what is not known.',
    check: (file) => bounded(file.parts, OPTICS),
  },
  {
    id: 'meta-position',
    severity: 'info',
    tier: 'header',
    title: 'Latitude and longitude in range.',
    reason: 'A position off the globe is swapped or in other units, and lights and maps are chosen by it.',
    source: ['STD'],
    remedy: 'Write degrees, latitude within 90 and longitude within 180, or leave both out.',
    check: (file) => bounded(file.parts, POSITION),
  },
  {
    id: 'meta-envmap',
    severity: 'warn',
    tier: 'header',
    title: 'Lat-long map is 2N by N; cube map is N by 6N; wrap modes are known words.',
    reason: 'Renderers map directions by these proportions: other sizes bend the world.',
    source: ['ENV', 'STD'],
    remedy: 'Write lat-long maps as 2N by N and cubes as N by 6N.',
    check: (file) =>
      eachPart(
        file,
        ({ attributes }) => attributes.has('envmap') || attributes.has('wrapmodes'),
        ({ attributes, facts: { width, height } }) => {
          const findings: Omit<Finding, 'part'>[] = []
          const map = attributes.get('envmap')?.value
          const fits =
            map === 'cube' ? height === width! * 6 : map === 'latlong' ? width === height! * 2 : map === undefined
          const shape = map === 'cube' ? 'N by 6N' : map === 'latlong' ? '2N by N' : 'latlong or cube'
          if (!fits) findings.push({ attribute: 'envmap', expected: shape, actual: `${map}, ${width} x ${height}` })
          const modes = attributes.get('wrapmodes')?.value
          const known =
            typeof modes === 'string' &&
            /^(?:clamp|periodic|black|mirror)(?:,(?:clamp|periodic|black|mirror))?$/.test(modes)
          if (modes !== undefined && !known) {
            findings.push({
              attribute: 'wrapmodes',
              expected: 'clamp, periodic, black or mirror',
              actual: JSON.stringify(modes),
            })
          }
          return findings
        },
      ),
  },
  {
    id: 'meta-long-string',
    severity: 'warn',
    tier: 'header',
    title: 'No string over 8196 characters if the file will meet ffmpeg.',
    reason: 'ffmpeg refuses the file for it, and with it players and review tools built on it.',
    source: ['OP-2635'],
    remedy: 'Shorten the string, or move it to a side-car file.',
    options: { max: number(8196, 'characters') },
    check: (file, options) =>
      eachAttribute(file, isText, ({ value }) => {
        const length = Math.max(...[value].flat().map((text) => (typeof text === 'string' ? text.length : 0)), 0)
        return length <= (options['max'] as number)
          ? null
          : { expected: `at most ${options['max']} characters`, actual: `${length}` }
      }),
  },
  {
    id: 'meta-preview',
    severity: 'info',
    tier: 'header',
    title: 'Preview byte count equals 4 x width x height, and it is small.',
    reason: 'The preview is read with the header, by everyone: a wrong size breaks the header, a large one slows it.',
    source: ['LAYOUT'],
    remedy: 'Write a preview of some hundred pixels, or none.',
    options: { max_pixels: number(65536, 'pixels that still count as small') },
    check: (file, options) =>
      eachAttribute(file, ['preview'], ({ value }) => {
        const { width, height, data } = value as { width?: number; height?: number; data?: string }
        if (width === undefined || height === undefined) return { expected: 'a width and a height', actual: 'damaged' }
        const bytes = Buffer.byteLength(data ?? '', 'base64')
        if (bytes !== 4 * width * height) return { expected: `${4 * width * height} bytes`, actual: `${bytes} bytes` }
        const max = options['max_pixels'] as number
        return width * height <= max ? null : { expected: `at most ${max} pixels`, actual: `${width} x ${height}` }
      }),
  },
  {
    id: 'meta-required',
    severity: 'policy',
    tier: 'header',
    title: 'Named attributes exist, with type, value or pattern.',
    reason: 'Whoever takes the delivery reads these attributes and stops without them.',
    source: ['delivery'],
    remedy: 'Set the attributes when the file is written.',
    options: { attributes: table('by name: {type, value, pattern}, each as wanted', checkWanted) },
    check(file, options) {
      const wanted = options['attributes'] as Record<
        string,
        { type?: string; value?: unknown; pattern?: string } | null
      > | null
      if (wanted === null || Object.keys(wanted).length === 0) return null
      return eachPart(
        file,
        ({ index }) => index === 0,
        ({ attributes }) =>
          Object.entries(wanted).flatMap(([name, rule]): Omit<Finding, 'part'>[] => {
            const attribute = attributes.get(name)
            if (attribute === undefined) return [{ attribute: name, expected: 'present', actual: 'absent' }]
            const why = unlike(attribute, rule ?? {})
            return why === null ? [] : [{ attribute: name, ...why }]
          }),
      )
    },
  },
  {
    id: 'meta-private',
    severity: 'policy',
    tier: 'header',
    title: 'No user names, host names, internal paths or GPS in files leaving the company.',
    reason:
      'Headers carry what the pipeline knew: users, hosts, paths, places. They leave the house with the pictures.',
    source: ['proposal'],
    remedy: 'Remove the attributes before delivery.',
    options: {
      forbidden: checkedTexts(
        [
          'hostname',
          'host',
          'user',
          'username',
          'owner',
          'latitude',
          'longitude',
          'altitude',
          '*/host',
          '*/user',
          '*:user',
          '*:host',
        ],
        'patterns of attribute names that must not leave',
        globPattern,
      ),
      values: checkedTexts(
        ['^(/|[A-Za-z]:\\\\|\\\\\\\\)[^ ]*[/\\\\]'],
        'patterns that no text may match, such as paths',
        linearPattern,
      ),
    },
    check(file, options) {
      const names = (options['forbidden'] as string[]).map((pattern) =>
        globPattern(pattern.replaceAll('*', '**'), { ignoreCase: true }),
      )
      const values = (options['values'] as string[]).map((pattern) => linearPattern(pattern))
      const found = eachAttribute(
        file,
        () => true,
        ({ name, value }) => {
          if (names.some((pattern) => pattern.test(name))) return { expected: 'absent', actual: 'present' }
          // The value is what must not travel: reports tell where it is, not what it says.
          const leaks = typeof value === 'string' && values.some((pattern) => pattern.test(value))
          return leaks ? { expected: 'no internal path', actual: 'a path' } : null
        },
      )
      return found
    },
  },
]

/** Throws for what is asked of attributes in other words, or by a pattern that cannot be used. */
function checkWanted(wanted: Readonly<Record<string, unknown>>): void {
  for (const [name, rule] of Object.entries(wanted)) {
    if (rule === null) continue
    if (typeof rule !== 'object') throw new TypeError(`expected {type, value, pattern} for ${name}`)
    const unknown = Object.keys(rule).find((key) => !['type', 'value', 'pattern'].includes(key))
    if (unknown !== undefined) throw new TypeError(`unknown key ${unknown} of ${name}; it has type, value and pattern`)
    const { type, pattern } = rule as { type?: unknown; pattern?: unknown }
    if (type !== undefined && typeof type !== 'string') throw new TypeError(`expected text for type of ${name}`)
    if (pattern === undefined) continue
    if (typeof pattern !== 'string') throw new TypeError(`expected text for pattern of ${name}`)
    linearPattern(pattern)
  }
}

function unlike(attribute: AttributeFacts, rule: { type?: string; value?: unknown; pattern?: string }) {
  if (rule.type !== undefined && rule.type !== attribute.type)
    return { expected: `type ${rule.type}`, actual: attribute.type }
  const text = JSON.stringify(attribute.value)
  if (rule.value !== undefined && JSON.stringify(rule.value) !== text)
    return { expected: JSON.stringify(rule.value), actual: text }
  const plain = typeof attribute.value === 'string' ? attribute.value : text
  if (rule.pattern !== undefined && !linearPattern(rule.pattern).test(plain))
    return { expected: `text like ${rule.pattern}`, actual: text }
  return null
}

function bounded(parts: readonly PartView[], bounds: readonly Bound[]): Outcome {
  let any = false
  const findings: Finding[] = []
  for (const part of parts) {
    for (const { name, expected, fits } of bounds) {
      const actual = value(part, name)
      if (actual === undefined) continue
      any = true
      // An infinite focus is a lens set to infinity.
      const number = actual === 'Infinity' && name === 'focus' ? 1 : actual
      if (typeof number !== 'number' || !fits(number, part)) {
        findings.push({ part: part.index, attribute: name, expected, actual: JSON.stringify(actual) })
      }
    }
  }
  return any ? findings : null
}

function isDate(text: string): boolean {
  const match = /^(\d{4}):(\d\d):(\d\d) (\d\d):(\d\d):(\d\d)$/.exec(text)
  if (match === null) return false
  const [year, month, day, hours, minutes, seconds] = match.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const days = month >= 1 && month <= 12 ? new Date(Date.UTC(year, month, 0)).getUTCDate() : 0
  return day >= 1 && day <= days && hours < 24 && minutes < 60 && seconds < 60
}

function timeCodeProblem(encoded: unknown, part: PartView): { expected: string; actual: string } | null {
  const { time_and_flags: timeAndFlags, user_data: userData } = (encoded ?? {}) as {
    time_and_flags?: number
    user_data?: number
  }
  if (timeAndFlags === undefined) return { expected: 'a time code', actual: JSON.stringify(encoded) }
  const { hours, minutes, seconds, frame, dropFrame } = timeCodeFields({ timeAndFlags, userData: userData ?? 0 })
  const two = (digits: number) => String(digits).padStart(2, '0')
  const actual = `${two(hours)}:${two(minutes)}:${two(seconds)}${dropFrame ? ';' : ':'}${two(frame)}`
  if (hours > 23 || minutes > 59 || seconds > 59) return { expected: 'at most 23:59:59', actual }
  const problem = impossible({ timeAndFlags, userData: userData ?? 0 })
  if (problem !== null) return { expected: 'a time code that can be', actual: `${actual}, ${problem}` }
  const rate = rateOf(part, 'framesPerSecond')
  if (rate === null) return frame > 59 ? { expected: 'a frame below 60', actual } : null
  // Above 30 frames a second a time code counts every other frame.
  const counted = Math.ceil(rate > 30 ? rate / 2 : rate)
  if (frame >= Math.max(counted, Math.ceil(rate))) return { expected: `a frame below ${Math.ceil(rate)}`, actual }
  const drops = Math.abs(rate - 30000 / 1001) < 0.01 || Math.abs(rate - 60000 / 1001) < 0.02
  return dropFrame && !drops ? { expected: `no dropped frames at ${rate}`, actual } : null
}

const KEYCODE: Readonly<Record<string, readonly [number, number]>> = {
  film_mfc_code: [0, 99],
  film_type: [0, 99],
  prefix: [0, 999999],
  count: [0, 9999],
  perf_offset: [0, 119],
  perfs_per_frame: [1, 15],
  perfs_per_count: [20, 120],
}
