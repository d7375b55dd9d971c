import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

export const projectRoot = fileURLToPath(new URL('..', import.meta.url))
const generated = join(projectRoot, 'test/fixtures/generated')

/** What the fixture writer says of a file it wrote; the words are the format's. */
export interface FixtureFacts {
  readonly file: string
  /** What it exercises. */
  readonly what: string
  readonly bytes: number
  /** False where the bytes break a rule of the format or end too early. */
  readonly valid: boolean
  /** False where chunks are missing. */
  readonly complete: boolean
  /** Stable word for what is wrong; only when not valid. */
  readonly damage?: string
  readonly parts?: readonly FixturePart[]
}

/** Windows are [min x, min y, max x, max y], inclusive. */
export interface FixturePart {
  readonly name: string | null
  readonly type: string
  readonly compression: string
  readonly lineOrder: string
  readonly dataWindow: readonly [number, number, number, number]
  readonly displayWindow: readonly [number, number, number, number]
  /** Width, height, level mode, rounding mode. */
  readonly tiles: readonly [number, number, string, string] | null
  readonly view: string | null
  /** Name, pixel type, x sampling, y sampling; sorted by name. */
  readonly channels: readonly (readonly [string, string, number, number])[]
}

/** Frames that belong together; paths are relative to the farm's folder. */
export interface FarmFamily {
  readonly family: string
  readonly files: readonly string[]
}

/** Every fixture, in the order it was written. */
export function fixtures(): readonly FixtureFacts[] {
  return JSON.parse(readFileSync(fixturePath('manifest.json'), 'utf8'))
}

/** Absolute path of a fixture such as `compression-zip.exr`. */
export function fixturePath(name: string): string {
  return join(generated, 'files', name)
}

/** Bytes of a fixture, in memory of their own. */
export async function fixture(name: string): Promise<Uint8Array> {
  return new Uint8Array(await readFile(fixturePath(name)))
}

/** Folder of the generated farm: look-alike families of frames. */
export function farmDir(): string {
  return join(generated, 'farm')
}

export function farmFamilies(): readonly FarmFamily[] {
  return JSON.parse(readFileSync(join(farmDir(), 'farm.json'), 'utf8'))
}

/** Folder of public sample files beside the project (`EXR_CORPUS` names another); null where there is none. */
export function corpusDir(): string | null {
  const dir = process.env['EXR_CORPUS'] ?? resolve(projectRoot, '../shared/corpus')
  if (existsSync(dir)) return dir
  console.warn('SKIPPED: no public sample files beside the project, and EXR_CORPUS names none.')
  return null
}

/** Corpus files relative to its folder, sorted; empty without a corpus. */
export function corpusFiles(): string[] {
  const dir = corpusDir()
  return dir === null ? [] : exrFiles(dir)
}

/** Files of a folder that end in `.exr`, relative to it, sorted. */
export function exrFiles(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.exr'))
    .map((entry) => relative(dir, join(entry.parentPath, entry.name)))
    .sort()
}

/**
 * What starts a program that file permissions bind, also where the tests run as root: still root, so that it may enter a
 * private home with the checkout in it, but without root's right to read everything (util-linux's setpriv).
 */
export const withoutPrivileges: readonly string[] =
  process.getuid?.() === 0 ? ['setpriv', '--bounding-set=-all', '--inh-caps=-all', '--'] : []
