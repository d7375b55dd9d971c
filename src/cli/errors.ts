import { ExrError, toPlainError } from '../errors.ts'
import { missingPart } from '../parts.ts'
import { singleLine } from './format/visible.ts'

/** One line for people: `exr-inspector: <message> [CODE]`. */
export function errorLine(error: unknown, debug: boolean): string {
  const plain = plainOf(error)
  const { text } = placed(plain.message)
  const line = `exr-inspector: ${singleLine(text).replace(/\.$/, '')} [${plain.code}]`
  return debug && error instanceof Error ? `${line}\n${error.stack}${causeOf(error)}` : line
}

/** The same for a terminal: below it the line of SQL that DuckDB points into, with its caret under the place. */
export function errorLines(error: unknown, debug: boolean): string {
  const { pointed } = placed(plainOf(error).message)
  return [errorLine(error, debug), ...pointed].join('\n')
}

const POINTED = /\n+LINE (\d+): (.*)\n( *)\^\s*$/

/** DuckDB ends a message with the line of SQL and a caret on the line below; in one line that is a line and a column. */
function placed(message: string): { text: string; pointed: readonly string[] } {
  const [found, number = '', sql = '', spaces = ''] = POINTED.exec(message) ?? []
  if (found === undefined) return { text: message, pointed: [] }
  const column = spaces.length - `LINE ${number}: `.length
  // Of a long line DuckDB shows what is around the place, without saying where that begins.
  const where = sql.startsWith('...') ? `line ${number}` : `line ${number}, column ${column + 1}`
  return {
    text: `${message.slice(0, -found.length)} (${where})`,
    pointed: [`  ${singleLine(sql)}`, `  ${' '.repeat(singleLine(sql.slice(0, column)).length)}^`],
  }
}

/** The same as one JSON object on one line. */
export function errorJson(error: unknown): string {
  const { code, message, details } = plainOf(error)
  return JSON.stringify({
    error: {
      code,
      message,
      ...(details.path !== undefined && { path: details.path }),
      ...(details.byteOffset !== undefined && { byte_offset: details.byteOffset }),
      ...(details.partIndex !== undefined && { part_index: details.partIndex }),
    },
  })
}

/** Any thrown value as ExrError; what was not raised on purpose is named as such. */
export function toExrError(error: unknown): ExrError {
  if (error instanceof ExrError) return error
  const missing = missingPart(error)
  if (missing !== null) return missing
  const errno = (error as NodeJS.ErrnoException | null)?.code
  const message = error instanceof Error ? error.message : String(error)
  if (errno === 'ENOSPC') return new ExrError('ERR_DISK_FULL', `${message}. Free some space`, { cause: error })
  return new ExrError('ERR_INTERNAL', `Unexpected failure: ${message}. Run again with EXR_DEBUG=1 and report it`, {
    cause: error,
  })
}

function plainOf(error: unknown) {
  return toPlainError(toExrError(error), 'ERR_INTERNAL')
}

function causeOf(error: Error): string {
  return error.cause instanceof Error ? `\nCaused by: ${error.cause.stack}${causeOf(error.cause)}` : ''
}
