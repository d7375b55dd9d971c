import { rename, rm } from 'node:fs/promises'
import { dirname, extname, join } from 'node:path'
import { ExrError } from '../errors.ts'
import { addon } from './addon.ts'

/** 8-bit sRGB, row by row from the upper left corner; four channels are red, green, blue and alpha. */
export interface Picture8 {
  readonly width: number
  readonly height: number
  readonly channels: 3 | 4
  readonly bytes: Uint8Array
}

/** Formats that pictures are written in, by extension. */
const PICTURE_EXTENSIONS = ['.png', '.jpg', '.jpeg', '.webp']

/**
 * Writes a picture beside its place and then moves it there, so that nobody sees half of one.
 * Throws ERR_OPTION_INVALID for another extension, ERR_NATIVE_UNAVAILABLE, and ERR_SINK when it cannot be written.
 */
export async function writePicture(path: string, { width, height, channels, bytes }: Picture8): Promise<void> {
  const extension = extname(path).toLowerCase()
  if (!PICTURE_EXTENSIONS.includes(extension)) {
    const message = `Expected a file name that ends in ${PICTURE_EXTENSIONS.join(', ')} but received ${path}`
    throw new ExrError('ERR_OPTION_INVALID', message)
  }
  const fresh = join(dirname(path), `.${process.pid}-${Date.now()}${extension}`)
  try {
    await addon().writeImage(fresh, width, height, channels, bytes)
    await rename(fresh, path)
  } catch (error) {
    await rm(fresh, { force: true })
    if (error instanceof ExrError) throw error
    throw new ExrError('ERR_SINK', `Cannot write ${path}: ${(error as Error).message}`, { cause: error })
  }
}
