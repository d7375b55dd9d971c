import { png } from '../../pixels/png.ts'
import { fitPicture, type Picture } from './image.ts'
import type { Protocol } from './protocol.ts'

const ESC = '\u001b'
/** Pixels of a usual cell of a terminal, for pictures that are told in pixels. */
const CELL = { width: 8, height: 16 } as const
const ROWS = 24

/** What to send to a terminal of `columns` so that it shows the picture, ending with a line feed. */
export async function encodePicture(picture: Picture, protocol: Protocol, columns: number): Promise<string> {
  if (protocol === 'blocks') return blocks(fitPicture(picture, columns, ROWS * 2))
  const fitted = fitPicture(picture, columns * CELL.width, ROWS * CELL.height)
  return { kitty, iterm, sixel }[protocol](fitted)
}

/** Two pixels a cell: the upper as the colour of a half block, the lower as what is behind it. */
function blocks({ width, height, rgba }: Picture): string {
  const color = (x: number, y: number) => {
    const at = (y * width + x) * 4
    return y < height ? `2;${rgba[at]};${rgba[at + 1]};${rgba[at + 2]}` : null
  }
  let text = ''
  for (let y = 0; y < height; y += 2) {
    for (let x = 0; x < width; x++) {
      const below = color(x, y + 1)
      text += `${ESC}[38;${color(x, y)}${below === null ? '' : `;48;${below}`}m▀`
    }
    text += `${ESC}[0m\n`
  }
  return text
}

/** Kitty's graphics protocol: RGBA in pieces of 4096 characters. */
function kitty({ width, height, rgba }: Picture): string {
  const pieces =
    Buffer.from(rgba)
      .toString('base64')
      .match(/.{1,4096}/g) ?? []
  const texts = pieces.map((piece, index) => {
    const more = index < pieces.length - 1 ? 1 : 0
    const head = index === 0 ? `a=T,f=32,s=${width},v=${height},m=${more}` : `m=${more}`
    return `${ESC}_G${head};${piece}${ESC}\\`
  })
  return `${texts.join('')}\n`
}

/** iTerm2's inline images: a file in a format it knows. */
async function iterm({ width, height, rgba }: Picture): Promise<string> {
  const file = await png({ width, height, channels: 4, bytes: rgba })
  return `${ESC}]1337;File=inline=1;size=${file.length};width=${width}px;height=${height}px:${file.toString('base64')}\u0007\n`
}

const LEVELS = 6

/** DEC sixels over a cube of 6 x 6 x 6 colours; six rows a band, one colour of the band after the other. */
function sixel({ width, height, rgba }: Picture): string {
  const level = (value: number) => Math.round((value / 255) * (LEVELS - 1))
  const color = (x: number, y: number) => {
    const at = (y * width + x) * 4
    return (level(rgba[at]!) * LEVELS + level(rgba[at + 1]!)) * LEVELS + level(rgba[at + 2]!)
  }
  const percent = (index: number) => Math.round((index * 100) / (LEVELS - 1))
  let text = `${ESC}Pq"1;1;${width};${height}`
  for (let index = 0; index < LEVELS ** 3; index++) {
    const [r, g, b] = [Math.floor(index / LEVELS ** 2), Math.floor(index / LEVELS) % LEVELS, index % LEVELS]
    text += `#${index};2;${percent(r)};${percent(g)};${percent(b)}`
  }
  for (let top = 0; top < height; top += 6) {
    const bits = new Map<number, Uint8Array>()
    for (let y = top; y < Math.min(top + 6, height); y++) {
      for (let x = 0; x < width; x++) {
        const index = color(x, y)
        const row = bits.get(index) ?? new Uint8Array(width)
        row[x]! |= 1 << (y - top)
        bits.set(index, row)
      }
    }
    const bands = [...bits].map(
      ([index, row]) => `#${index}${[...row].map((six) => String.fromCharCode(63 + six)).join('')}`,
    )
    text += `${bands.join('$')}-`
  }
  return `${text}${ESC}\\\n`
}
