import { rename, rm, writeFile } from 'node:fs/promises'
import { dirname, extname, join } from 'node:path'
import { ExrError } from '../errors.ts'
import { writeImage } from '../oiio/write-image.ts'
import { type Picture8, png } from './png.ts'

/** Formats that pictures are written in, by extension. */
const PICTURE_EXTENSIONS = ['.png', '.jpg', '.jpeg', '.webp']

/** Before anything is decoded. Throws ERR_OPTION_INVALID for a path in no format that pictures are written in. */
export function checkPicturePath(path: string): void {
  if (PICTURE_EXTENSIONS.includes(extname(path).toLowerCase())) return
  const message = `Expected a file name that ends in ${PICTURE_EXTENSIONS.join(', ')} but received ${path}`
  throw new ExrError('ERR_OPTION_INVALID', message)
}

/**
 * Writes a picture beside its place and then moves it there, so that nobody sees half of one. PNG is our own: OpenImageIO, which
 * writes the others, takes longer to load than a thumbnail to make.
 * Throws ERR_OPTION_INVALID for another extension, ERR_NATIVE_UNAVAILABLE, and ERR_SINK when it cannot be written.
 */
export async function writePicture(path: string, picture: Picture8): Promise<void> {
  checkPicturePath(path)
  const extension = extname(path).toLowerCase()
  const fresh = join(dirname(path), `.${process.pid}-${Date.now()}${extension}`)
  try {
    if (extension === '.png') await writeFile(fresh, await png(picture))
    else await writeImage(fresh, picture)
    await rename(fresh, path)
  } catch (error) {
    await rm(fresh, { force: true })
    if (error instanceof ExrError) throw error
    const reason = (error as Error).message.replaceAll(fresh, path)
    throw new ExrError('ERR_SINK', `Cannot write ${path}: ${reason}`, { cause: error })
  }
}
