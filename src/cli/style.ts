import { stripVTControlCharacters, styleText } from 'node:util'

type Paint = (text: string) => string

/** Colours for one stream; every function returns its text unchanged where colour is off. */
export interface Style {
  readonly enabled: boolean
  readonly bold: Paint
  readonly dim: Paint
  readonly red: Paint
  readonly green: Paint
  readonly yellow: Paint
  readonly cyan: Paint
}

type Env = Readonly<Record<string, string | undefined>>

/**
 * FORCE_COLOR decides where it is set (`0` and `false` turn colour off), then NO_COLOR, then whether the stream is a
 * terminal that knows colours.
 */
export function usesColor(stream: { readonly isTTY?: boolean }, env: Env): boolean {
  const force = env['FORCE_COLOR']
  if (force !== undefined) return force !== '0' && force !== 'false'
  if (env['NO_COLOR']) return false
  return stream.isTTY === true && env['TERM'] !== 'dumb'
}

export function styleFor(stream: { readonly isTTY?: boolean }, env: Env): Style {
  const enabled = usesColor(stream, env)
  const paint = (format: Parameters<typeof styleText>[0]): Paint =>
    enabled ? (text) => styleText(format, text, { validateStream: false }) : (text) => text
  return {
    enabled,
    bold: paint('bold'),
    dim: paint('dim'),
    red: paint('red'),
    green: paint('green'),
    yellow: paint('yellow'),
    cyan: paint('cyan'),
  }
}

/** Columns that `text` takes on a terminal: colours take none, East Asian characters and emoji two. */
export function displayWidth(text: string): number {
  let width = 0
  for (const char of stripVTControlCharacters(text)) width += charWidth(char.codePointAt(0) ?? 0)
  return width
}

export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)))
}

export function padStart(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - displayWidth(text))) + text
}

function charWidth(code: number): number {
  if (code > 0x2ff && /^\p{M}$/u.test(String.fromCodePoint(code))) return 0
  const wide =
    (code >= 0x1100 && code <= 0x115f) ||
    (code >= 0x2e80 && code <= 0xa4cf) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) ||
    (code >= 0xff00 && code <= 0xff60) ||
    (code >= 0x1f300 && code <= 0x1faff) ||
    (code >= 0x20000 && code <= 0x3fffd)
  return wide ? 2 : 1
}
