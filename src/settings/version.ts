import { createRequire } from 'node:module'

/** Version of this package. */
export function toolVersion(): string {
  const manifest = createRequire(import.meta.url)('#package') as { version: string }
  return manifest.version
}
