import type { Picture8 } from './png.ts'

/** One place of a contact sheet. */
export interface SheetCell {
  /** Null for a frame that is not there or cannot be read. */
  readonly picture: Picture8 | null
  /** `whole` and `partial` have a picture; `missing` frames are gaps, `broken` ones cannot be read. */
  readonly state: 'whole' | 'partial' | 'missing' | 'broken'
  /** Digits and a minus sign, drawn below; anything else is left out. */
  readonly label: string
}

interface SheetOptions {
  readonly columns: number
  readonly cellWidth: number
  readonly cellHeight: number
}

/** Five columns a digit, seven bits each from the top. */
const GLYPHS: Readonly<Record<string, readonly number[]>> = {
  '0': [0x3e, 0x51, 0x49, 0x45, 0x3e],
  '1': [0x00, 0x42, 0x7f, 0x40, 0x00],
  '2': [0x42, 0x61, 0x51, 0x49, 0x46],
  '3': [0x21, 0x41, 0x45, 0x4b, 0x31],
  '4': [0x18, 0x14, 0x12, 0x7f, 0x10],
  '5': [0x27, 0x45, 0x45, 0x45, 0x39],
  '6': [0x3c, 0x4a, 0x49, 0x49, 0x30],
  '7': [0x01, 0x71, 0x09, 0x05, 0x03],
  '8': [0x36, 0x49, 0x49, 0x49, 0x36],
  '9': [0x06, 0x49, 0x49, 0x29, 0x1e],
  '-': [0x08, 0x08, 0x08, 0x08, 0x08],
}
const GLYPH_WIDTH = 6
const SCALE = 2
const LABEL_HEIGHT = 9 * SCALE
const GAP = 6
const PAPER = 0x18
const INK = 0xc0
const GAP_GREY = 0x24
const RED = [0xc8, 0x28, 0x28] as const
const YELLOW = [0xd8, 0xa8, 0x20] as const

/** Cells in rows from the upper left corner; gaps are grey, broken frames crossed out in red, partial ones framed in yellow. */
export function drawSheet(cells: readonly SheetCell[], options: SheetOptions): Picture8 {
  const { columns, cellWidth, cellHeight } = options
  const rows = Math.ceil(cells.length / columns)
  const width = GAP + Math.min(columns, Math.max(1, cells.length)) * (cellWidth + GAP)
  const height = GAP + rows * (cellHeight + LABEL_HEIGHT + GAP)
  const sheet = new Sheet(width, height)
  for (const [i, cell] of cells.entries()) {
    const x = GAP + (i % columns) * (cellWidth + GAP)
    const y = GAP + Math.floor(i / columns) * (cellHeight + LABEL_HEIGHT + GAP)
    drawCell(sheet, cell, x, y, options)
  }
  return { width, height, channels: 3, bytes: sheet.bytes }
}

function drawCell(
  sheet: Sheet,
  { picture, state, label }: SheetCell,
  x: number,
  y: number,
  options: SheetOptions,
): void {
  const { cellWidth, cellHeight } = options
  if (picture === null) sheet.fill(x, y, cellWidth, cellHeight, [GAP_GREY, GAP_GREY, GAP_GREY])
  else {
    const left = x + Math.floor((cellWidth - picture.width) / 2)
    sheet.put(picture, left, y + Math.floor((cellHeight - picture.height) / 2))
  }
  if (state === 'broken') sheet.cross(x, y, cellWidth, cellHeight, RED)
  if (state === 'partial') sheet.frame(x, y, cellWidth, cellHeight, YELLOW)
  const ink = state === 'broken' ? RED : state === 'partial' ? YELLOW : ([INK, INK, INK] as const)
  sheet.text(label, x, y + cellHeight + SCALE, state === 'missing' ? [0x70, 0x70, 0x70] : ink)
}

type Rgb = readonly [number, number, number]

/** Three bytes a pixel; what lies outside is left out. */
class Sheet {
  readonly bytes: Uint8Array
  readonly #width: number
  readonly #height: number

  constructor(width: number, height: number) {
    this.#width = width
    this.#height = height
    this.bytes = new Uint8Array(width * height * 3).fill(PAPER)
  }

  set(x: number, y: number, colour: Rgb): void {
    if (x >= 0 && y >= 0 && x < this.#width && y < this.#height) this.bytes.set(colour, (y * this.#width + x) * 3)
  }

  fill(x: number, y: number, width: number, height: number, colour: Rgb): void {
    for (let row = y; row < y + height; row++) for (let i = x; i < x + width; i++) this.set(i, row, colour)
  }

  put({ width, height, channels, bytes }: Picture8, x: number, y: number): void {
    for (let i = 0; i < width * height; i++) {
      const [r, g, b] = bytes.subarray(i * channels, i * channels + 3)
      this.set(x + (i % width), y + Math.floor(i / width), [r!, g!, b!])
    }
  }

  frame(x: number, y: number, width: number, height: number, colour: Rgb): void {
    this.fill(x, y, width, 2, colour)
    this.fill(x, y + height - 2, width, 2, colour)
    this.fill(x, y, 2, height, colour)
    this.fill(x + width - 2, y, 2, height, colour)
  }

  cross(x: number, y: number, width: number, height: number, colour: Rgb): void {
    this.frame(x, y, width, height, colour)
    for (let i = 0; i < width; i++) {
      const down = Math.floor((i * height) / width)
      this.fill(x + i, y + down, 2, 2, colour)
      this.fill(x + i, y + height - 1 - down, 2, 2, colour)
    }
  }

  text(text: string, x: number, y: number, colour: Rgb): void {
    let left = x
    for (const char of text) {
      const glyph = GLYPHS[char]
      if (glyph === undefined) continue
      for (const [column, bits] of glyph.entries()) {
        for (let row = 0; row < 7; row++) {
          if ((bits >> row) & 1) this.fill(left + column * SCALE, y + row * SCALE, SCALE, SCALE, colour)
        }
      }
      left += GLYPH_WIDTH * SCALE
    }
  }
}
