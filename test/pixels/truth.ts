import { readFileSync } from 'node:fs'
import { analysePixels } from '../../src/pixels/analyse.ts'
import type { FileHashes, FileStats } from '../../src/pixels/types.ts'
import { fileSource } from '../../src/source/file.ts'
import { pythonWith, runPython } from '../python-env.ts'

/** OpenEXR 3.5, which shares no code with the library the addon decodes with, and numpy. */
export const python: string | null = pythonWith('OpenEXR==3.5.3', 'numpy==2.2.6')

export interface Truth {
  readonly count: number
  readonly mean: number | null
  readonly stddev: number | null
  /** Mean of the absolute values: what rounding is measured against where values cancel each other. */
  readonly magnitude: number
  readonly percentiles: Readonly<Record<string, number>> | null
  readonly [name: string]: unknown
}

/** Per file and part the facts of each channel; null for files that the Python module does not read. */
export function truthOf(paths: readonly string[]): Record<string, Record<string, Truth>[] | null> {
  const script = readFileSync(new URL('./truth.py', import.meta.url), 'utf8')
  // The module prints warnings of its own before.
  const lines = runPython(python!, script, JSON.stringify(paths)).trim().split('\n')
  return JSON.parse(lines.at(-1)!)
}

export async function statsOfFile(path: string, options = {}): Promise<FileStats> {
  const source = fileSource(path)
  try {
    return (await analysePixels(source, { stats: true, ...options })).stats!
  } finally {
    await source.close()
  }
}

export async function hashesOfFile(path: string, algorithm: 'xxh3-128' | 'sha-256' = 'xxh3-128'): Promise<FileHashes> {
  const source = fileSource(path)
  try {
    return (await analysePixels(source, { hash: algorithm })).hashes!
  } finally {
    await source.close()
  }
}
