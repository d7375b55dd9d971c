import { linkSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { decodeHeader } from '../src/header/index.ts'
import { farmDir, farmFamilies } from '../test/paths.ts'

/** Frames of the generated farm, absolute paths in a fixed order. */
export function farmFiles(): string[] {
  return farmFamilies().flatMap(({ files }) => files.map((file) => join(farmDir(), file)))
}

export function totalBytes(files: readonly string[]): number {
  return files.reduce((sum, file) => sum + statSync(file).size, 0)
}

/**
 * The farm again and again below `folder` until there are `count` files, as hard links: many paths for the disk space
 * and page cache of one farm. The copies of a frame have one header, which flatters whoever remembers headers.
 */
export function largeFarm(folder: string, count: number): void {
  fill(folder, count, (source, target) => linkSync(source, target))
}

/** The same with bytes of its own in each file: time code and the end of some texts are new in every frame, as on a real farm. */
export function differingFarm(folder: string, count: number): void {
  const frames = new Map(farmFiles().map((file) => [file, changeable(readFileSync(file))]))
  fill(folder, count, (source, target, index) => {
    const { bytes, texts, userData } = frames.get(source)!
    for (const at of texts) bytes.write(String(index).padStart(DIGITS, '0'), at, 'latin1')
    for (const at of userData) bytes.writeUInt32LE(index, at)
    writeFileSync(target, bytes)
  })
}

/** Every EXR below a folder, in the order of their paths. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.exr'))
    .map((name) => join(folder, name))
    .sort()
}

function fill(folder: string, count: number, make: (source: string, target: string, index: number) => void): void {
  const files = farmFamilies().flatMap((family) => family.files)
  const made = new Set<string>()
  for (let index = 0; index < count; index++) {
    const file = files[index % files.length]!
    const target = join(folder, `show${Math.floor(index / files.length)}`, file)
    const parent = dirname(target)
    if (!made.has(parent)) mkdirSync(parent, { recursive: true })
    made.add(parent)
    make(join(farmDir(), file), target, index)
  }
}

const DIGITS = 8
/** Dates and hashes have so many bytes at least; names of programs and people that all frames share mostly fewer. */
const DATE_BYTES = 16
/** Texts that are new in every frame, beside the time code. */
const NEW_TEXTS = 4

/** A file in memory, and where it may be told from its copies. */
interface Frame {
  readonly bytes: Buffer
  readonly texts: readonly number[]
  /** Of time codes: any value is one. */
  readonly userData: readonly number[]
}

/** Frames of one shot come from one program. */
function isProgram(name: string): boolean {
  return /software|version|colorspace/i.test(name)
}

function changeable(bytes: Buffer): Frame {
  const attributes = decodeHeader(bytes).parts.flatMap((part) => part.attributes)
  const ends = (type: string, ofBytes: number, least = ofBytes) =>
    attributes
      .filter((attribute) => attribute.type === type && attribute.byteLength >= least && !isProgram(attribute.name))
      .map(({ valueOffset, byteLength }) => valueOffset + byteLength - ofBytes)
  return { bytes, texts: ends('string', DIGITS, DATE_BYTES).slice(0, NEW_TEXTS), userData: ends('timecode', 4) }
}
