const [CELL_WIDTH, LINE_HEIGHT, MARGIN] = [8, 18, 14]

/** Colours on a dark ground, by the number that switches them on. */
const COLOURS: Readonly<Record<number, string>> = {
  31: '#ff7b72',
  32: '#7ee787',
  33: '#e3b341',
  34: '#79c0ff',
  35: '#d2a8ff',
  36: '#76e3ea',
}
const [GROUND, TEXT, DIM] = ['#0d1117', '#e6edf3', '#8b949e']

interface Look {
  readonly colour: string | null
  readonly isBold: boolean
  readonly isDim: boolean
}
const PLAIN: Look = { colour: null, isBold: false, isDim: false }

/**
 * What a program wrote to a terminal, as a picture: text that can be selected, in the reader's own monospaced font, every piece
 * stretched to its columns. Throws for a control sequence that is no colour, bold or dim.
 */
export function terminalSvg(output: string, columns: number): string {
  const [typed = ''] = output.split('\n', 1)
  const lines = output.replace(/\n+$/, '').split('\n')
  let look = PLAIN
  const texts: string[] = []
  lines.forEach((line, row) => {
    let column = 0
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what starts a control sequence
    for (const piece of line.split(/(\u001b\[[\d;]*m)/)) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: the same
      const codes = /^\u001b\[([\d;]*)m$/.exec(piece)?.[1]
      if (codes !== undefined) {
        for (const code of codes.split(';')) look = after(look, Number(code))
        continue
      }
      // biome-ignore lint/suspicious/noControlCharactersInRegex: the same
      if (/[\u0000-\u001f]/.test(piece)) throw new Error(`No picture of ${JSON.stringify(piece)}`)
      // Words apart from the blanks between them: stretched blanks would move the words.
      for (const { 0: word, index } of piece.matchAll(/\S+(?: \S+)*/g)) {
        texts.push(text(word, column + [...piece.slice(0, index)].length, row, look))
      }
      column += [...piece].length
    }
  })
  const [width, height] = [columns * CELL_WIDTH + 2 * MARGIN, lines.length * LINE_HEIGHT + 2 * MARGIN]
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="13" fill="${TEXT}" xml:space="preserve">
<title>${escaped(typed)}</title>
<rect width="${width}" height="${height}" rx="8" fill="${GROUND}"/>
${texts.join('\n')}
</svg>
`
}

function after(look: Look, code: number): Look {
  if (code === 0) return PLAIN
  if (code === 1) return { ...look, isBold: true }
  if (code === 2) return { ...look, isDim: true }
  if (code === 22) return { ...look, isBold: false, isDim: false }
  if (code === 39) return { ...look, colour: null }
  const colour = COLOURS[code]
  if (colour === undefined) throw new Error(`No picture of the look ${code}`)
  return { ...look, colour }
}

function text(word: string, column: number, row: number, { colour, isBold, isDim }: Look): string {
  const fill = colour ?? (isDim ? DIM : null)
  const place = `x="${MARGIN + column * CELL_WIDTH}" y="${MARGIN + row * LINE_HEIGHT + 13}"`
  const length = `textLength="${[...word].length * CELL_WIDTH}" lengthAdjust="spacingAndGlyphs"`
  const looks = `${fill === null ? '' : ` fill="${fill}"`}${isBold ? ' font-weight="bold"' : ''}`
  return `<text ${place} ${length}${looks}>${escaped(word)}</text>`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
