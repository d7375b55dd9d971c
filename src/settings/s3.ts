import { type Lookup, SettingsReader } from './reader.ts'

/** Object store settings that somebody set; what is left out keeps the default of the reader of objects. */
export interface S3Variables {
  readonly endpoint?: string
  readonly region?: string
  readonly accessKeyId?: string
  readonly secretAccessKey?: string
  readonly sessionToken?: string
  readonly caBundle?: string
  readonly pathStyle?: boolean
  readonly verifyTls?: boolean
  readonly connectTimeoutMs?: number
  readonly readTimeoutMs?: number
  readonly maxSockets?: number
}

/** Reads the `S3_*` variables, then the AWS SDK's own. Throws ERR_OPTION_INVALID, naming the variable. */
export function s3SettingsFrom(lookup: Lookup): S3Variables {
  const read = new SettingsReader(lookup)
  const given = {
    endpoint: read.text('S3_ENDPOINT'),
    region: read.isSet('S3_REGION') ? read.text('S3_REGION') : undefined,
    accessKeyId: read.text('S3_ACCESS_KEY'),
    secretAccessKey: read.text('S3_SECRET_KEY'),
    sessionToken: read.text('S3_SESSION_TOKEN'),
    caBundle: read.text('S3_CA_BUNDLE'),
    pathStyle: read.isSet('S3_PATH_STYLE') ? read.flag('S3_PATH_STYLE') : undefined,
    verifyTls: read.isSet('S3_VERIFY_TLS') ? read.flag('S3_VERIFY_TLS') : undefined,
    connectTimeoutMs: read.isSet('S3_CONNECT_TIMEOUT_MS') ? read.number('S3_CONNECT_TIMEOUT_MS') : undefined,
    readTimeoutMs: read.isSet('S3_READ_TIMEOUT_MS') ? read.number('S3_READ_TIMEOUT_MS') : undefined,
    maxSockets: read.isSet('S3_MAX_SOCKETS') ? read.number('S3_MAX_SOCKETS') : undefined,
  }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as S3Variables
}
