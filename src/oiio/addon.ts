import { createRequire } from 'node:module'
import { ExrError } from '../errors.ts'
import type { NativePassRequest, NativePixelPass } from './pixel-types.ts'
import type { NativePart, NativeReader, NativeRefusal, NativeSource } from './types.ts'

/** One result as C++ makes it; native/to_js.cc builds these. */
export type AddonSpec =
  | { status: 'ok'; reader: NativeReader; refusals: NativeRefusal[]; parts: NativePart[]; message: string }
  | { status: 'refused'; refusals: NativeRefusal[] }
  | { status: 'needs-bytes'; reader: NativeReader; refusals: NativeRefusal[]; start: number; endExclusive: number }
  | { status: 'unreadable'; refusals: NativeRefusal[]; errno: number }

/** What native/addon.cc exports. */
interface Addon {
  versions(): { oiio: string; libraries: string }
  readSpecs(sources: readonly NativeSource[], readLimitBytes: number): AddonSpec[]
  /** Whether the system knows such a limit; see native/process_limits.h. */
  limitMemory(bytes: number): boolean
  readSpecsAsync(sources: readonly NativeSource[], readLimitBytes: number): Promise<AddonSpec[]>
  hashBytes(algorithm: 0 | 1, bytes: Uint8Array): string
  writeImage(path: string, width: number, height: number, channels: number, bytes: Uint8Array): Promise<void>
  PixelPass: new (request: NativePassRequest) => NativePixelPass
}

let loaded: { addon: Addon } | { error: ExrError } | undefined

/**
 * The native addon, loaded at the first call: OpenImageIO and its libraries cost about 0.2 s to load.
 * Throws ERR_NATIVE_UNAVAILABLE, the same at every call, when it is not built or its libraries are not installed.
 */
export function addon(): Addon {
  loaded ??= load()
  if ('error' in loaded) throw loaded.error
  return loaded.addon
}

function load(): { addon: Addon } | { error: ExrError } {
  try {
    return { addon: createRequire(import.meta.url)('#addon') as Addon }
  } catch (cause) {
    return { error: new ExrError('ERR_NATIVE_UNAVAILABLE', unavailable(cause), { cause }) }
  }
}

function unavailable(cause: unknown): string {
  const remedy =
    'Install cmake, make, g++, pkg-config and the OpenImageIO headers (Debian: libopenimageio-dev), ' +
    'then build it: npm rebuild exr-inspector (in a clone: npm run build:addon).'
  const { code, message } = cause as NodeJS.ErrnoException
  if (code !== 'MODULE_NOT_FOUND' && code !== 'ERR_PACKAGE_IMPORT_NOT_DEFINED') {
    return `The native addon cannot be loaded: ${message.split('\n')[0]}. ${remedy}`
  }
  if (!message.includes('#addon')) return `The native addon is not built. ${remedy}`
  return (
    'The native addon is not beside this code, which a bundler seems to have moved. ' +
    'Keep the package out of the bundle: esbuild --external:exr-inspector (docs/guides/bundling.md).'
  )
}
