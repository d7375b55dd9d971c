import { ExrError } from '../errors.ts'
import type { S3Settings } from './s3-client.ts'

/** Value of a setting by name; undefined or empty where it is not set. */
export type Lookup = (name: string) => string | undefined

/**
 * Object store settings by their environment names: `S3_*`, then the AWS SDK's own. Reads nothing itself.
 * Throws ERR_OPTION_INVALID, naming the variable.
 */
export function s3SettingsFrom(lookup: Lookup): S3Settings {
  const text = (...names: string[]) =>
    names.map((name) => lookup(name)).find((value) => value !== undefined && value !== '')
  const given = {
    endpoint: text('S3_ENDPOINT', 'AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL'),
    region: text('S3_REGION', 'AWS_REGION'),
    accessKeyId: text('S3_ACCESS_KEY', 'AWS_ACCESS_KEY_ID'),
    secretAccessKey: text('S3_SECRET_KEY', 'AWS_SECRET_ACCESS_KEY'),
    sessionToken: text('S3_SESSION_TOKEN', 'AWS_SESSION_TOKEN'),
    caBundle: text('S3_CA_BUNDLE', 'AWS_CA_BUNDLE'),
    pathStyle: flag('S3_PATH_STYLE', text('S3_PATH_STYLE')),
    verifyTls: flag('S3_VERIFY_TLS', text('S3_VERIFY_TLS')),
    connectTimeoutMs: wholeNumber('S3_CONNECT_TIMEOUT_MS', text('S3_CONNECT_TIMEOUT_MS')),
    readTimeoutMs: wholeNumber('S3_READ_TIMEOUT_MS', text('S3_READ_TIMEOUT_MS')),
    maxSockets: wholeNumber('S3_MAX_SOCKETS', text('S3_MAX_SOCKETS')),
  }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as S3Settings
}

function flag(name: string, value: string | undefined): boolean | undefined {
  if (value === undefined) return undefined
  if (['1', 'true', 'yes', 'on'].includes(value.toLowerCase())) return true
  if (['0', 'false', 'no', 'off'].includes(value.toLowerCase())) return false
  throw new ExrError('ERR_OPTION_INVALID', `Expected true or false for ${name} but received ${value}`)
}

function wholeNumber(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined
  const number = Number(value)
  if (Number.isInteger(number) && number >= 1 && number <= 600_000) return number
  throw new ExrError('ERR_OPTION_INVALID', `Expected a whole number from 1 to 600000 for ${name} but received ${value}`)
}
