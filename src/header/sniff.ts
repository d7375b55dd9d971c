import { natives } from './natives.ts'

/** Beginnings of files that turn up where an EXR should be, in Latin-1, and what they are. */
const BEGINNINGS: readonly (readonly [beginning: string, what: string])[] = [
  ['\x89PNG\r\n', 'a PNG image'],
  ['\xff\xd8\xff', 'a JPEG image'],
  ['II*\0', 'a TIFF image'],
  ['MM\0*', 'a TIFF image'],
  ['GIF8', 'a GIF image'],
  ['SDPX', 'a DPX image'],
  ['XPDS', 'a DPX image'],
  ['#?RADIANCE', 'a Radiance HDR image'],
  ['8BPS', 'a Photoshop document'],
  ['RIFF', 'a RIFF file, such as WebP or AVI'],
  ['\x1f\x8b', 'gzip data: unpack it first'],
  ['\x28\xb5\x2f\xfd', 'zstd data: unpack it first'],
  ['BZh', 'bzip2 data: unpack it first'],
  ['\xfd7zXZ', 'xz data: unpack it first'],
  ['PK\x03\x04', 'a ZIP archive: unpack it first'],
  ['%PDF', 'a PDF document'],
  ['\0\0\0\0', 'zeros: a copy that reserved its space was interrupted, or the disk lost it'],
  ['\x01\x31\x2f\x76', 'an OpenEXR file with its bytes in reverse order'],
]

const LFS = 'version https://git-lfs.github.com/'
const ANNEX = '/annex/objects/'

/** What bytes that are no OpenEXR file are instead, as far as their beginning tells; null for none that is known. */
export function sniff(prefix: Uint8Array): string | null {
  const text = natives.latin1Of(prefix)(0, Math.min(prefix.length, 512))
  if (text.startsWith(LFS)) return 'a Git LFS pointer to it: `git lfs pull` in its repository gets the file itself'
  if (text.startsWith(ANNEX)) return 'a git-annex pointer to it: `git annex get` in its repository gets the file itself'
  const known = BEGINNINGS.find(([beginning]) => text.startsWith(beginning))
  if (known !== undefined) return known[1]
  if (text.slice(4, 8) === 'ftyp') return 'a QuickTime or MP4 file'
  const start = text.trimStart().toLowerCase()
  if (start.startsWith('<!doctype html') || start.startsWith('<html')) {
    return 'an HTML page: a server answered with a page, perhaps an error, instead of the file'
  }
  if (start.startsWith('<?xml'))
    return 'an XML document: an object store may have answered with an error instead of the file'
  return null
}
