import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** Fixtures are made once before the first test, and again only when their writer changes. */
export default function setup(): void {
  execFileSync(fileURLToPath(new URL('fixtures/make.sh', import.meta.url)), { stdio: ['ignore', 'inherit', 'inherit'] })
}
