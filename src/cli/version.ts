import { createRequire } from 'node:module'

/** Version of this package. */
export function version(): string {
  const { version } = createRequire(import.meta.url)('#package') as { version: string }
  return version
}
