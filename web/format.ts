import { overview } from './app-state.ts'

/** Bytes for people: three digits and a unit of 1,000. */
export function bytes(count: number | null | undefined): string {
  if (count === null || count === undefined) return '–'
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']
  let [value, unit] = [count, 0]
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toPrecision(3)} ${units[unit]}`
}

export function count(value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : value.toLocaleString('en')
}

export function plural(value: number, word: string): string {
  return `${count(value)} ${word}${value === 1 ? '' : 's'}`
}

/** A moment without its seconds' parts. */
export function moment(time: string | null | undefined): string {
  return time === null || time === undefined ? '–' : time.replace('T', ' ').replace(/\.\d+/, '').replace(/Z$/, ' UTC')
}

/** Characters that turn text around, hide, or act: shown by their code, so that nothing looks like what it is not. */
export function visible(text: string, most = 4000): string {
  const cut = text.length > most ? `${text.slice(0, most)}… (${count(text.length)} characters)` : text
  return cut.replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029]/gu, (character) =>
    character === '\n' || character === '\t' ? character : `\\u{${character.codePointAt(0)!.toString(16)}}`,
  )
}

export function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

export function folderName(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')))
}

/** A folder without what all files have in common. */
export function shortFolder(folder: string): string {
  const common = overview.value?.common_folder ?? ''
  return common !== '' && folder.startsWith(`${common}/`) ? folder.slice(common.length + 1) : folder
}

/** 1001-1010, 1012. */
export function frameRange(first: number | null, last: number | null): string {
  if (first === null || last === null) return ''
  return first === last ? String(first) : `${first}–${last}`
}

/** A number as short as it can be read back by eye. */
export function number(value: unknown): string {
  if (typeof value !== 'number') return String(value ?? '–')
  if (Number.isInteger(value) || value === 0) return String(value)
  const size = Math.abs(value)
  return size >= 1e-4 && size < 1e7 ? String(Number(value.toPrecision(7))) : value.toExponential(4)
}
