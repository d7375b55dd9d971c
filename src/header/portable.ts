import { DEFAULT_MAX_MANIFEST_BYTES, type IdManifestGroup, readManifestWith } from './id-manifest.ts'
import type { HeaderAttribute } from './model.ts'
import { inflate } from './natives.ts'
import { unzlib } from './unzlib.ts'

/** The entry `exr-inspector/header`, for browsers too: what unpacks id manifests comes along only where they are read. */
export * from './index.ts'

/** See `readIdManifest` of the codec; the same in browsers. */
export function readIdManifest(attribute: HeaderAttribute, maxBytes = DEFAULT_MAX_MANIFEST_BYTES): IdManifestGroup[] {
  return readManifestWith(inflate ?? unzlib, attribute, maxBytes)
}
