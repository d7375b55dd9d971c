import { linkSync, mkdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
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
 * and page cache of one farm.
 */
export function largeFarm(folder: string, count: number): void {
  const files = farmFamilies().flatMap((family) => family.files)
  const made = new Set<string>()
  for (let index = 0; index < count; index++) {
    const file = files[index % files.length]!
    const target = join(folder, `show${Math.floor(index / files.length)}`, file)
    const parent = dirname(target)
    if (!made.has(parent)) mkdirSync(parent, { recursive: true })
    made.add(parent)
    linkSync(join(farmDir(), file), target)
  }
}
