import { STORAGE_TYPES, type StorageType } from './format.ts'
import type { ExrHeader, HeaderPart } from './model.ts'

/**
 * How a part's chunks are laid out. In a single-part file without deep data the version flags decide and a `type`
 * attribute is only a remark; else the `type` attribute does. Null when it is missing or unknown there.
 */
export function storageOf(header: ExrHeader, part: HeaderPart): StorageType | null {
  if (!header.flags.multiPart) {
    if (header.flags.tiled) return 'tiledimage'
    if (!header.flags.nonImage) return 'scanlineimage'
  }
  const type = part.get('type')?.value
  if (type?.kind !== 'string') return null
  return STORAGE_TYPES.find((known) => known === type.value) ?? null
}

/** Whether pixels of this storage have any number of samples; false when it is unknown. */
export function isDeep(storage: StorageType | null): boolean {
  return storage === 'deepscanline' || storage === 'deeptile'
}

/** Whether chunks of this storage are tiles; false when it is unknown. */
export function isTiled(storage: StorageType | null): boolean {
  return storage === 'tiledimage' || storage === 'deeptile'
}
