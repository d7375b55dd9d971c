import { createRequire } from 'node:module'
import { ExrError } from '../errors.ts'

/**
 * Path of a worker's module, by its name under `imports` of this package's package.json. Throws ERR_FEATURE_UNAVAILABLE
 * where a bundle of somebody's program holds this code without the files that its threads and processes start from.
 */
export function workerFile(name: `#${string}`): string {
  try {
    return createRequire(import.meta.url).resolve(name)
  } catch (cause) {
    const message =
      `There is no file for the worker ${name} beside this code, which a bundler seems to have moved. Keep the package out ` +
      'of the bundle and installed beside it: esbuild --external:exr-inspector (docs/guides/bundling.md)'
    throw new ExrError('ERR_FEATURE_UNAVAILABLE', message, { cause })
  }
}
