import { type InspectOptions, type ResolvedInspectOptions, wantsPixels } from '../inspect/options.ts'

/**
 * How many of some threads inspect. Whoever takes what they found, to store it or to hand it out, has as much to do with a header as they have,
 * and is one of several; pixels and policies leave it little to do.
 */
export function inspectorsOf(jobs: number, inspect: InspectOptions | ResolvedInspectOptions = {}): number {
  return wantsPixels(inspect) || inspect.validate === true ? jobs : Math.max(1, jobs - 1)
}
