import { createHash } from 'node:crypto'
import { ExrError } from '../errors.ts'
import type { FunctionSettings, VastSettings } from '../settings/function.ts'
import type { S3Settings } from '../source/s3-settings.ts'

/** Where one event's object is read and its result is stored, after what the event itself says. */
export interface Endpoints {
  readonly s3: S3Settings
  readonly catalogUrl: string | null
  readonly vast: VastSettings
  /** Equal for equal endpoints and keys, and tells neither. */
  readonly key: string
}

/** Hosts that events may name: any of them (a library call is trusted), or those of a list. */
export type EventEndpoints = 'any' | readonly string[]

const S3_FIELDS = {
  s3_endpoint: 'endpoint',
  s3_region: 'region',
  s3_access_key: 'accessKeyId',
  s3_secret_key: 'secretAccessKey',
} as const
const VAST_FIELDS = {
  vastdb_endpoint: 'endpoint',
  vastdb_region: 'region',
  vastdb_access_key: 'accessKey',
  vastdb_secret_key: 'secretKey',
  vastdb_bucket: 'bucket',
  vastdb_schema: 'schema',
} as const

/**
 * The settings with the event's own fields on top. Throws ERR_OPTION_INVALID when the event names an endpoint,
 * a key or a bucket for results and may not, or names a host that is not on the list.
 */
export function endpointsFor(
  settings: FunctionSettings,
  fields: Readonly<Record<string, unknown>>,
  allowed: EventEndpoints,
): Endpoints {
  const s3 = pick(fields, S3_FIELDS)
  const vast = pick(fields, VAST_FIELDS)
  const names = [...Object.keys(s3), ...Object.keys(vast)]
  if (names.length > 0) refuse(allowed, [s3['endpoint'], vast['endpoint']])
  // Another endpoint is another cluster: what belongs to the configured one does not apply to it.
  const elsewhere = vast['endpoint'] === undefined ? {} : ({ dataEndpoints: [], trino: null, search: 'scan' } as const)
  const merged = { ...settings.vast, ...elsewhere, ...vast }
  const hasOwnCatalog = Object.keys(vast).length > 0 && merged.bucket !== null
  const endpoints = {
    s3: { ...settings.s3, ...s3 },
    vast: merged,
    catalogUrl: hasOwnCatalog ? `vast://${merged.bucket}/${merged.schema}` : settings.catalogUrl,
  }
  return { ...endpoints, key: createHash('sha256').update(JSON.stringify(endpoints)).digest('hex') }
}

function pick(
  fields: Readonly<Record<string, unknown>>,
  names: Readonly<Record<string, string>>,
): Record<string, string> {
  const picked: Record<string, string> = {}
  for (const [field, name] of Object.entries(names)) {
    const value = fields[field]
    if (typeof value === 'string' && value !== '') picked[name] = value
  }
  return picked
}

function refuse(allowed: EventEndpoints, endpoints: readonly (string | undefined)[]): void {
  if (allowed === 'any') return
  if (allowed.length === 0) {
    throw new ExrError(
      'ERR_OPTION_INVALID',
      'The event names its own endpoint or keys, and this server takes none. Set EXR_ALLOWED_ENDPOINTS to the hosts it may name.',
    )
  }
  for (const endpoint of endpoints) {
    if (endpoint === undefined) continue
    const host = URL.canParse(endpoint) ? new URL(endpoint).host : endpoint
    if (!allowed.includes(host) && !allowed.includes(host.replace(/:\d+$/, ''))) {
      throw new ExrError(
        'ERR_OPTION_INVALID',
        `Expected one of EXR_ALLOWED_ENDPOINTS for the event's endpoint but received ${host}`,
      )
    }
  }
}
