import { addon } from './addon.ts'

/**
 * Has OpenImageIO write a picture in the format that the path's extension names: 8-bit sRGB, three or four channels, row by
 * row from the upper left corner. Throws ERR_NATIVE_UNAVAILABLE, and what OpenImageIO says of a file that it cannot write.
 */
export function writeImage(
  path: string,
  picture: { readonly width: number; readonly height: number; readonly channels: 3 | 4; readonly bytes: Uint8Array },
): Promise<void> {
  const { width, height, channels, bytes } = picture
  return addon().writeImage(path, width, height, channels, bytes)
}
