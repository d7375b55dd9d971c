import { readSpecs, readSpecsAsync } from './index.ts'
import type { DerivedPart, DerivedSource, NativeSpec } from './types.ts'

/**
 * What OpenImageIO adds to a header that was read already, on the calling thread. Costs half of `readSpecs`, which
 * makes objects of everything OpenImageIO knows. Throws ERR_NATIVE_UNAVAILABLE.
 */
export function readDerived(source: DerivedSource): NativeSpec<DerivedPart> {
  return readSpecs([source])[0]!
}

/** The same on a libuv thread. Throws ERR_NATIVE_UNAVAILABLE and ERR_ABORTED. */
export async function readDerivedAsync(
  source: DerivedSource,
  signal?: AbortSignal | null,
): Promise<NativeSpec<DerivedPart>> {
  const [spec] = await readSpecsAsync([source], signal)
  return spec!
}
