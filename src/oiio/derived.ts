import { readSpecs, readSpecsAsync } from './index.ts'
import type { DerivedPart, DerivedSource, NativeSpec } from './types.ts'

/**
 * What OpenImageIO adds to headers that were read already, in order, on the calling thread. Costs half of `readSpecs`,
 * which makes objects of everything OpenImageIO knows. Throws ERR_NATIVE_UNAVAILABLE.
 */
export function readDerived(sources: readonly DerivedSource[]): NativeSpec<DerivedPart>[] {
  return readSpecs(sources)
}

/** The same on a libuv thread. Throws ERR_NATIVE_UNAVAILABLE and ERR_ABORTED. */
export function readDerivedAsync(
  sources: readonly DerivedSource[],
  signal?: AbortSignal | null,
): Promise<NativeSpec<DerivedPart>[]> {
  return readSpecsAsync(sources, signal)
}
