import { setFlagsFromString } from 'node:v8'
import type { CliContext } from './context.ts'

/** V8 of Node 20, on which the figures were taken; later ones have a compiler between the quick and the thorough one. */
const MEASURED = /^11\./

/**
 * Has V8 optimize what runs often for long, and inline less of it: for commands that run the same code for many files. Each
 * thread compiles the code by itself, which takes up to a fifth of the CPU of an ingest of 10,000 files; less of it is a tenth less
 * in all, a quarter less of an inspection of 4,320, and no slower code at 40,000 (docs/reference/performance.md). Of the
 * whole process: not where that is somebody else's.
 */
export function compileLate({ ownsProcess }: Pick<CliContext, 'ownsProcess'>): void {
  if (!ownsProcess || !MEASURED.test(process.versions.v8)) return
  setFlagsFromString('--interrupt-budget=500000')
  setFlagsFromString('--max-inlined-bytecode-size-cumulative=400')
}
