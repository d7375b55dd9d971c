import { frameBytes, manifests, partsBytes } from '../../test/large-frames.ts'
import type { Objects } from './static-s3.ts'

/** Files that are small to store and large to read. */
export const POISON_KEYS = ['poison/text.exr', 'poison/parts.exr', 'poison/control.exr', 'poison/control-in-limit.exr']

const MIB = 2 ** 20

/**
 * Frames `frame.N.exr` with three manifests of so many bytes each, and the poisonous files. Ten frames in a row have the
 * same manifests, as frames of a shot do.
 */
export function poisonFrames(manifestBytes: number): Objects {
  const poison = new Map<string, Buffer>()
  const made = new Map<number, Buffer>()
  const base = frameBytes([...manifests(manifestBytes, 'shot'), { name: 'frame', text: '00000000' }])
  const seedPlaces = [...placesOf(base, '/world/')]
  const framePlace = base.lastIndexOf('00000000')
  return (key) => {
    if (POISON_KEYS.includes(key)) {
      const known = poison.get(key) ?? makePoison(key)
      poison.set(key, known)
      return known
    }
    const frame = Number(/^frame\.(\d+)\.exr$/.exec(key)?.[1] ?? Number.NaN)
    if (Number.isNaN(frame)) return undefined
    const known = made.get(frame) ?? makeFrame(base, seedPlaces, framePlace, frame)
    made.clear()
    made.set(frame, known)
    return known
  }
}

function makeFrame(base: Buffer, seedPlaces: readonly number[], framePlace: number, frame: number): Buffer {
  const bytes = Buffer.from(base)
  const shot = String(Math.floor(frame / 10)).padStart(4, '0')
  for (const place of seedPlaces) bytes.write(shot, place + '/world/'.length, 'latin1')
  bytes.write(String(frame).padStart(8, '0'), framePlace, 'latin1')
  return bytes
}

function* placesOf(bytes: Buffer, text: string): Generator<number> {
  for (let place = bytes.indexOf(text); place !== -1; place = bytes.indexOf(text, place + 1)) yield place
}

function makePoison(key: string): Buffer {
  if (key === 'poison/text.exr') return frameBytes([{ name: 'text', text: 'x'.repeat(63 * MIB) }])
  if (key === 'poison/parts.exr') return partsBytes(65_535)
  const size = key === 'poison/control.exr' ? 63 : 15
  return frameBytes([{ name: 'text', text: '\u0001'.repeat(size * MIB) }])
}
