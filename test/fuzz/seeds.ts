import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { corpusDir, corpusFiles, farmDir, farmFamilies, fixturePath, fixtures } from '../paths.ts'
import { type FuzzInput, mutate } from './mutate.ts'
import { Random } from './random.ts'

/** Headers longer than this are cut: the mutations of a megabyte would say little and cost much. */
const MAX_SEED_BYTES = 32 * 1024

/** Every fixture, one frame of each farm family, and the corpus when asked for and present. */
export function readSeeds(withCorpus: boolean): FuzzInput[] {
  const paths = [
    ...fixtures().map(({ file }) => fixturePath(file)),
    ...farmFamilies().map(({ files }) => join(farmDir(), files[0]!)),
    ...(withCorpus ? corpusFiles().map((file) => join(corpusDir()!, file)) : []),
  ]
  return paths.map(readStart)
}

/** Case number `index` of a run: a seed file, mutated. The same for the same seed files and numbers. */
export function fuzzCase(seeds: readonly FuzzInput[], seed: number, index: number): FuzzInput {
  const random = new Random(seed, index)
  return mutate(random.pick(seeds), random.pick(seeds), random)
}

function readStart(path: string): FuzzInput {
  const file = openSync(path, 'r')
  try {
    const fileSize = fstatSync(file).size
    const bytes = new Uint8Array(Math.min(fileSize, MAX_SEED_BYTES))
    readSync(file, bytes, 0, bytes.length, 0)
    return { bytes, fileSize }
  } finally {
    closeSync(file)
  }
}
