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

/** Limits what this process may take; both addons can, so that none is loaded for it alone. See native/process_limits.h. */
interface LimitsMemory {
  /** Whether the system knows such a limit. */
  limitMemory(bytes: number): boolean
}

/** What native/addon.cc exports. */
interface Addon extends LimitsMemory {
  versions(): { oiio: string; libraries: string }
  readSpecs(sources: readonly NativeSource[], readLimitBytes: number): AddonSpec[]
  readSpecsAsync(sources: readonly NativeSource[], readLimitBytes: number): Promise<AddonSpec[]>
  /** See `openLocalFiles`. */
  openFiles(paths: readonly (string | Uint8Array)[], buffer: Uint8Array, eachBytes: number, facts: BigInt64Array): void
  closeUnchanged(descriptor: number): boolean
  closeFile(descriptor: number): void
  writeImage(path: string, width: number, height: number, channels: number, bytes: Uint8Array): Promise<void>
}

/** What native/pixels/pixels_addon.cc exports. */
interface PixelsAddon extends LimitsMemory {
  hashBytes(algorithm: 0 | 1, bytes: Uint8Array): string
  PixelPass: new (request: NativePassRequest) => NativePixelPass
}

interface Addons {
  readonly '#addon': Addon
  readonly '#pixels': PixelsAddon
}

const loaded = new Map<keyof Addons, Addons[keyof Addons] | ExrError>()

/**
 * The addon that asks OpenImageIO, loaded at the first call: OpenImageIO and its libraries cost about 0.2 s to load.
 * Throws ERR_NATIVE_UNAVAILABLE, the same at every call, when it is not built or its libraries are not installed.
 */
export function addon(): Addon {
  return loadedOnce('#addon')
}

/** The addon that decodes pixels, which needs nothing but OpenEXR and is loaded in a few milliseconds. Throws the same. */
export function pixelsAddon(): PixelsAddon {
  return loadedOnce('#pixels')
}

function loadedOnce<Name extends keyof Addons>(name: Name): Addons[Name] {
  const known = loaded.get(name) ?? load(name)
  loaded.set(name, known)
  if (known instanceof ExrError) throw known
  return known as Addons[Name]
}

function load(name: keyof Addons): Addons[keyof Addons] | ExrError {
  try {
    return createRequire(import.meta.url)(name) as Addons[keyof Addons]
  } catch (cause) {
    return new ExrError('ERR_NATIVE_UNAVAILABLE', unavailable(name, cause), { cause })
  }
}

function unavailable(name: keyof Addons, cause: unknown): string {
  const remedy =
    'Install cmake, make, g++, pkg-config and the OpenImageIO headers (Debian: libopenimageio-dev), ' +
    'then build it: npm rebuild exr-inspector (in a clone: npm run build:addon).'
  const { code, message } = cause as NodeJS.ErrnoException
  if (code !== 'MODULE_NOT_FOUND' && code !== 'ERR_PACKAGE_IMPORT_NOT_DEFINED') {
    return `The native addon cannot be loaded: ${message.split('\n')[0]}. ${remedy}`
  }
  if (!message.includes(name)) return `The native addon is not built. ${remedy}`
  return (
    'The native addon is not beside this code, which a bundler seems to have moved. ' +
    'Keep the package out of the bundle: esbuild --external:exr-inspector (docs/guides/bundling.md).'
  )
}
