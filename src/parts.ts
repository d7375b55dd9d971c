import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { ExrError } from './errors.ts'

/** What those may leave out who only inspect, and the packages it needs: the optional peers of package.json. */
export const OPTIONAL_PARTS = {
  'catalogs in DuckDB': ['@duckdb/node-api', '@duckdb/node-bindings'],
  'objects in S3': ['@aws-sdk/client-s3', '@smithy/node-http-handler'],
  'the HTTP server': ['fastify', 'pino', 'prom-client'],
  'topics of a broker': ['@platformatic/kafka'],
  'models of similarity': ['onnxruntime-node'],
  'traces to a collector': [
    '@opentelemetry/api',
    '@opentelemetry/context-async-hooks',
    '@opentelemetry/core',
    '@opentelemetry/exporter-trace-otlp-http',
    '@opentelemetry/resources',
    '@opentelemetry/sdk-trace-base',
  ],
} as const

/** One of the parts that may be absent. */
export type OptionalPart = keyof typeof OPTIONAL_PARTS

/**
 * What `load` imports. Throws ERR_FEATURE_UNAVAILABLE, with the command that installs it, when the packages of an
 * optional part are not there.
 */
export async function loadPart<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load()
  } catch (error) {
    throw missingPart(error) ?? error
  }
}

/** An import that failed for the lack of an optional part's package as an error of ours; null for any other error. */
export function missingPart(error: unknown): ExrError | null {
  const { code, message } = (error ?? {}) as NodeJS.ErrnoException
  if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') return null
  const name = /Cannot find (?:package|module) '([^']+)'/.exec(message)?.[1]
  const part = (Object.keys(OPTIONAL_PARTS) as OptionalPart[]).find((key) =>
    OPTIONAL_PARTS[key].some((candidate) => name === candidate || name?.startsWith(`${candidate}/`)),
  )
  if (part === undefined) return null
  const problem = `There is no ${name} here, which ${part} need${part.startsWith('the ') ? 's' : ''}`
  return new ExrError('ERR_FEATURE_UNAVAILABLE', `${problem}. Install it: ${installCommand(part)}`, { cause: error })
}

/** The command that adds a part to this installation, in the versions that go with it. */
export function installCommand(part: OptionalPart): string {
  const require = createRequire(import.meta.url)
  const { peerDependencies } = require('#package') as { peerDependencies: Record<string, string> }
  const packages = OPTIONAL_PARTS[part].map((name) => `"${name}@${peerDependencies[name]}"`)
  const home = dirname(dirname(require.resolve('#package')))
  const isGlobal = basename(home) === 'node_modules' && !existsSync(join(dirname(home), 'package.json'))
  return `npm install ${isGlobal ? '--global ' : ''}${packages.join(' ')}`
}
