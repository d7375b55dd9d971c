import { readFileSync } from 'node:fs'
import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3'
import { loadPart } from '../parts.ts'
import type { RetryPolicy } from '../workers/retry.ts'
import type { S3Settings } from './s3-settings.ts'

/** A client with the timeouts and limits that reads need; `close` frees its sockets and may be called twice. */
export interface S3Connection {
  readonly client: S3Client
  /** The SDK's module, for its commands: nothing but `connectS3` loads it. */
  readonly sdk: typeof import('@aws-sdk/client-s3')
  /** For messages: endpoint or region, never keys. */
  readonly name: string
  readonly readTimeoutMs: number
  readonly maxAttempts: number
  close(): void
}

/** How one read of a connection is tried again. */
export function retryPolicy({ maxAttempts }: Pick<S3Connection, 'maxAttempts'>): RetryPolicy {
  return { maxTries: maxAttempts, maxTimeMs: Number.POSITIVE_INFINITY, baseMs: 200, longestWaitMs: 4_000 }
}

const WARNING_SWITCH = 'AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'

/** Loads the code of `connectS3`. Throws ERR_FEATURE_UNAVAILABLE where it is not installed. */
export function loadS3() {
  return loadPart(() =>
    Promise.all([
      import('@aws-sdk/client-s3'),
      import('@smithy/node-http-handler'),
      import('node:http'),
      import('node:https'),
    ]),
  )
}

/**
 * Loads the AWS SDK on first use: a session that reads only files never pays for it. Throws ERR_FEATURE_UNAVAILABLE where
 * it is not installed.
 */
export async function connectS3(settings: S3Settings = {}): Promise<S3Connection> {
  const [sdk, { NodeHttpHandler }, http, https] = await loadS3()
  const maxSockets = settings.maxSockets ?? 64
  const readTimeoutMs = settings.readTimeoutMs ?? 10_000
  const agentOptions = { keepAlive: true, maxSockets }
  const config: S3ClientConfig = {
    region: settings.region ?? 'us-east-1',
    forcePathStyle: settings.pathStyle ?? settings.endpoint !== undefined,
    // Several stores know neither the checksum headers nor the trailers that newer SDKs add by default.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // One attempt: bodies can break after the SDK's own retries are over, so reads are retried whole, in one place.
    maxAttempts: 1,
    requestHandler: new NodeHttpHandler({
      connectionTimeout: settings.connectTimeoutMs ?? 5_000,
      httpAgent: new http.Agent(agentOptions),
      httpsAgent: new https.Agent({
        ...agentOptions,
        rejectUnauthorized: settings.verifyTls ?? true,
        ...(settings.caBundle === undefined ? {} : { ca: readFileSync(settings.caBundle) }),
      }),
      // The SDK would print a warning about a full socket pool; waiting for a socket is what we want.
      socketAcquisitionWarningTimeout: 2 ** 31 - 1,
    }),
  }
  if (settings.endpoint !== undefined) config.endpoint = settings.endpoint
  if (settings.accessKeyId !== undefined && settings.secretAccessKey !== undefined) {
    config.credentials = {
      accessKeyId: settings.accessKeyId,
      secretAccessKey: settings.secretAccessKey,
      ...(settings.sessionToken === undefined ? {} : { sessionToken: settings.sessionToken }),
    }
  }
  const client = withoutVersionWarning(() => new sdk.S3Client(config))
  return {
    client,
    sdk,
    name: settings.endpoint ?? `S3 in ${config.region}`,
    readTimeoutMs,
    maxAttempts: settings.maxAttempts ?? 3,
    close: () => client.destroy(),
  }
}

/** The SDK's constructor prints advice about old Node versions; this is its documented switch, set for that moment only. */
function withoutVersionWarning<T>(construct: () => T): T {
  const before = process.env[WARNING_SWITCH]
  process.env[WARNING_SWITCH] = 'true'
  try {
    return construct()
  } finally {
    if (before === undefined) delete process.env[WARNING_SWITCH]
    else process.env[WARNING_SWITCH] = before
  }
}
