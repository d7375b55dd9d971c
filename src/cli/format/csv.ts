import { plainText } from './plain-text.ts'

export interface CsvOptions {
  /** Keeps spreadsheets from running texts as formulas. */
  readonly safe: boolean
}

/**
 * Where CSV is made safe for spreadsheets unless the flag says otherwise: in a file that is named, which people open.
 * A pipe carries values as they are.
 */
export function isCsvSafe(flag: boolean | undefined, output: string | undefined): boolean {
  return flag ?? output !== undefined
}

/** One line as RFC 4180 has it, but for its end: one LF. Null is empty, an empty string is `""`, lists and objects are JSON. */
export function csvLine(values: readonly unknown[], { safe }: CsvOptions): string {
  return `${values.map((value) => csvCell(value, safe)).join(',')}\n`
}

/** How a spreadsheet tells a formula from text, after white space that it drops. */
const FORMULA = /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/

function csvCell(value: unknown, safe: boolean): string {
  const plain = plainText(value)
  const text = safe && typeof value === 'string' && FORMULA.test(plain) ? `'${plain}` : plain
  return value === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
