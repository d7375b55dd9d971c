/** A small picture as a terminal takes it: 8 bits a channel, not premultiplied, rows from the top. */
export interface Picture {
  readonly width: number
  readonly height: number
  /** R, G, B, A of each pixel. */
  readonly rgba: Uint8Array
}

/** The picture in at most `width` x `height` pixels with its proportions, by averaging; never larger than it is. */
export function fitPicture(picture: Picture, width: number, height: number): Picture {
  const scale = Math.min(1, width / picture.width, height / picture.height)
  const fitted = {
    width: Math.max(1, Math.floor(picture.width * scale)),
    height: Math.max(1, Math.floor(picture.height * scale)),
  }
  if (fitted.width === picture.width && fitted.height === picture.height) return picture
  const rgba = new Uint8Array(fitted.width * fitted.height * 4)
  for (let y = 0; y < fitted.height; y++) {
    const [top, bottom] = span(y, fitted.height, picture.height)
    for (let x = 0; x < fitted.width; x++) {
      const [left, right] = span(x, fitted.width, picture.width)
      rgba.set(average(picture, left, right, top, bottom), (y * fitted.width + x) * 4)
    }
  }
  return { ...fitted, rgba }
}

function span(index: number, count: number, of: number): [number, number] {
  const start = Math.floor((index * of) / count)
  return [start, Math.max(start + 1, Math.floor(((index + 1) * of) / count))]
}

function average({ width, rgba }: Picture, left: number, right: number, top: number, bottom: number): number[] {
  const sums = [0, 0, 0, 0]
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      for (let channel = 0; channel < 4; channel++) sums[channel]! += rgba[(y * width + x) * 4 + channel]!
    }
  }
  const pixels = (right - left) * (bottom - top)
  return sums.map((sum) => Math.round(sum / pixels))
}
