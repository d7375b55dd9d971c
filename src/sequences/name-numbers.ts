/**
 * A path cut at the numbers of its file name: `texts` has one entry more than `numbers`, the first begins with the
 * directory and the last ends with the extension. A number carries its sign: `foo.-020.exr` has `-020`.
 */
export interface NumberedName {
  readonly texts: readonly string[]
  readonly numbers: readonly string[]
}

const EXTENSION = /\.[a-z][a-z0-9]*$/i

/** Where the file name of a path with slashes begins. */
export function nameStart(path: string): number {
  return path.lastIndexOf('/') + 1
}

/** Cuts a path at the numbers of its name; digits of the directory and of the extension belong to the text. */
export function cutAtNumbers(path: string): NumberedName {
  const texts: string[] = []
  const numbers: string[] = []
  let from = 0
  eachNumber(path, (begin, end) => {
    texts.push(path.slice(from, begin))
    numbers.push(path.slice(begin, end))
    from = end
  })
  texts.push(path.slice(from))
  return { texts, numbers }
}

/** The same for all paths that `cutAtNumbers` cuts into the same texts. */
export function shapeKey(path: string): string {
  let key = ''
  let from = 0
  eachNumber(path, (begin, end) => {
    key += `${path.slice(from, begin)}\0`
    from = end
  })
  return key + path.slice(from)
}

function eachNumber(path: string, take: (begin: number, end: number) => void): void {
  const start = nameStart(path)
  const stem = stemEnd(path, start)
  for (let at = start; at < stem; at++) {
    if (!isDigit(path, at)) continue
    const begin = isSign(path, at - 1, start) ? at - 1 : at
    while (at < stem && isDigit(path, at)) at += 1
    take(begin, at)
  }
}

/**
 * The numbers of a path that has exactly these texts around them, else null: `cutAtNumbers` for the many names of a
 * listing that look like the one before, at a third of its cost.
 */
export function numbersBetween(path: string, texts: readonly string[]): string[] | null {
  if (!path.startsWith(texts[0]!)) return null
  const start = nameStart(path)
  const numbers: string[] = []
  let at = texts[0]!.length
  for (let next = 1; next < texts.length; next++) {
    const begin = at
    if (path.charCodeAt(at) === MINUS && isSign(path, at, start)) at += 1
    const digits = at
    while (isDigit(path, at)) at += 1
    if (at === digits || !path.startsWith(texts[next]!, at)) return null
    numbers.push(path.slice(begin, at))
    at += texts[next]!.length
  }
  return at === path.length ? numbers : null
}

const MINUS = 0x2d

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  return code >= 0x30 && code <= 0x39
}

/** A minus is a sign only after a separator or at the start: the one of `beauty-1001` is a separator itself. */
function isSign(path: string, at: number, start: number): boolean {
  if (at < start || path.charCodeAt(at) !== MINUS) return false
  return at === start || '._ -'.includes(path[at - 1]!)
}

/** Where the extension of the name begins; `.1001` is no extension, `.exr` is. */
function stemEnd(path: string, start: number): number {
  const dot = path.lastIndexOf('.')
  return dot >= start && EXTENSION.test(path.slice(dot)) ? dot : path.length
}

/** Text before a number that says it counts versions or takes. */
const VERSION_BEFORE = /(?:^|[^a-z])(?:v|ver|version|rev|tk|take|(?:version|rev|take)_)$/i
const CAPITAL_V_BEFORE = /[a-z]V$/
/** Text after a number that makes it a measure: `4k`, `1080p`, `24fps`, `16bit`, `35mm`. */
const UNIT_AFTER = /^(?:k|p|fps|bits?|mm|spp|ch)(?![a-z])/i
const TIMES = /^x$/i

/**
 * Which numbers of names of one shape may count frames: not versions and takes, sizes and measures, dates and times.
 * `columns[i]` are the numbers that the names have at place `i`. A date must be one in every name.
 */
export function frameColumns(texts: readonly string[], columns: readonly (readonly string[])[]): boolean[] {
  const free = columns.map((column, at) => !isVersion(texts[at]!) && !isMeasure(texts, column, at))
  for (let at = 0; at < columns.length; at++) {
    const length = dateLength(texts, columns, at)
    for (let part = 0; part < length; part++) free[at + part] = false
  }
  return free
}

function isVersion(before: string): boolean {
  const name = before.slice(nameStart(before))
  return VERSION_BEFORE.test(name) || CAPITAL_V_BEFORE.test(name)
}

function isMeasure(texts: readonly string[], column: readonly string[], at: number): boolean {
  if (UNIT_AFTER.test(texts[at + 1]!) && column.every((digits) => digits.length <= 4)) return true
  const sized = column.every((digits) => digits.length >= 2 && digits.length <= 5)
  return sized && ((at > 0 && TIMES.test(texts[at]!)) || TIMES.test(texts[at + 1]!))
}

/** How many columns from `at` on are a date, and the time of day behind it. */
function dateLength(texts: readonly string[], columns: readonly (readonly string[])[], at: number): number {
  const isDate = (length: number, test: (row: number) => boolean) =>
    at + length <= columns.length && columns[at]!.every((_, row) => test(row))
  const digits = (offset: number, row: number) => columns[at + offset]![row]!
  const separator = texts[at + 1]
  let length = 0
  if (isDate(1, (row) => /^\d{8}$/.test(digits(0, row)) && isDay(cut(digits(0, row), 4)))) length = 1
  else if (
    (separator === '-' || separator === '_' || separator === '.') &&
    texts[at + 2] === separator &&
    isDate(3, (row) => isDay([digits(0, row), digits(1, row), digits(2, row)]))
  ) {
    length = 3
  }
  if (length === 0) return 0
  const timeBehind =
    /^[T_-]$/.test(texts[at + length] ?? '') &&
    isDate(length + 1, (row) => /^\d{6}$/.test(digits(length, row)) && isTime(cut(digits(length, row), 2)))
  return timeBehind ? length + 1 : length
}

/** Digits as three texts: `first` digits, two, and the rest. */
function cut(digits: string, first: number): string[] {
  return [digits.slice(0, first), digits.slice(first, first + 2), digits.slice(first + 2)]
}

function isDay([year, month, day]: readonly string[]): boolean {
  if (year?.length !== 4 || month?.length !== 2 || day?.length !== 2) return false
  const [y, m, d] = [Number(year), Number(month), Number(day)]
  return y >= 1970 && y < 2100 && m >= 1 && m <= 12 && d >= 1 && d <= new Date(Date.UTC(y, m, 0)).getUTCDate()
}

function isTime([hours, minutes, seconds]: readonly string[]): boolean {
  return Number(hours) < 24 && Number(minutes) < 60 && Number(seconds) < 60
}
