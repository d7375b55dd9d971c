import { ExrError } from '../../errors.ts'

/** Ways of putting a picture on a terminal. */
export const PROTOCOLS = ['kitty', 'iterm', 'sixel', 'blocks'] as const
export type Protocol = (typeof PROTOCOLS)[number]

type Env = Readonly<Record<string, string | undefined>>

/**
 * What this terminal can, by what it says of itself in the environment; half blocks where it says nothing, and inside a
 * multiplexer, which hands on no pictures. Throws ERR_OPTION_INVALID for a way that there is not.
 */
export function protocolFor(asked: string | true, env: Env): Protocol {
  if (asked !== true) {
    const known = PROTOCOLS.find((protocol) => protocol === asked)
    if (known !== undefined) return known
    throw new ExrError(
      'ERR_OPTION_INVALID',
      `Expected one of ${PROTOCOLS.join(', ')} for --image but received ${asked}`,
    )
  }
  const { TERM = '', TERM_PROGRAM: program = '' } = env
  if (env['TMUX'] || /^(screen|tmux)/.test(TERM)) return 'blocks'
  if (env['KITTY_WINDOW_ID'] || /kitty|ghostty/.test(TERM) || program === 'ghostty') return 'kitty'
  if (/^(iTerm\.app|WezTerm|vscode)$/.test(program) || env['LC_TERMINAL'] === 'iTerm2') return 'iterm'
  return /^(foot|mlterm|contour|yaft)|sixel/.test(TERM) ? 'sixel' : 'blocks'
}
