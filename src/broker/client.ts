import type * as Kafka from '@platformatic/kafka'
import { type ErrorCode, ExrError } from '../errors.ts'
import { loadPart } from '../parts.ts'
import type { BrokerSettings } from './settings.ts'

/** Loads the client on first use. Throws ERR_FEATURE_UNAVAILABLE where it is not installed. */
export function loadKafka(): Promise<typeof Kafka> {
  return loadPart(() => import('@platformatic/kafka'))
}

/** What every connection is made with: what a VAST Event Broker takes too, which is why nothing is made by itself. */
export function clientOptions({ brokers, tls, sasl }: BrokerSettings): Kafka.BaseOptions {
  return {
    clientId: 'exr-inspector',
    bootstrapBrokers: [...brokers],
    autocreateTopics: false,
    connectTimeout: 5_000,
    timeout: 30_000,
    retries: 5,
    retryDelay: 500,
    ...(tls !== null && { tls: tls.ca === null ? {} : { ca: tls.ca } }),
    ...(sasl !== null && { sasl }),
  }
}

type Found = Error & { findBy?: (property: string, value: unknown) => Error | null }

/** A failure of the client as ours: ERR_BROKER_AUTH, ERR_BROKER_TOPIC, else ERR_BROKER. Never holds a password. */
export function brokerError(error: unknown, { brokers }: BrokerSettings, doing: string): ExrError {
  if (error instanceof ExrError) return error
  const at = brokers.join(', ')
  const failed = (code: ErrorCode, found: string) =>
    new ExrError(code, `Could not ${doing} at ${at}: ${found}`, { cause: error })
  const id = (name: string) => (error as Found).findBy?.('apiId', name) ?? null
  const isMissing = id('UNKNOWN_TOPIC_OR_PARTITION') !== null || /^Unknown topic /.test((error as Error).message)
  if (isMissing) {
    return failed('ERR_BROKER_TOPIC', 'there is no such topic. Make it first; topics are not made by themselves.')
  }
  const isRefused =
    isBelow(error, 'PLT_KFK_AUTHENTICATION') ||
    ['TOPIC_AUTHORIZATION_FAILED', 'GROUP_AUTHORIZATION_FAILED', 'SASL_AUTHENTICATION_FAILED'].some((name) => id(name))
  if (isRefused) return failed('ERR_BROKER_AUTH', 'it refused. Check EXR_KAFKA_USERNAME and what that user may do.')
  return failed('ERR_BROKER', `${reasonsOf(error).join('; ')}. Check --brokers and the network.`)
}

/** What went wrong in the client's words, innermost last. */
function reasonsOf(error: unknown): string[] {
  if (error instanceof AggregateError && error.errors.length > 0) return [...new Set(error.errors.flatMap(reasonsOf))]
  if (!(error instanceof Error)) return [String(error)]
  const below = error.cause === undefined ? [] : reasonsOf(error.cause)
  return below.length > 0 ? below : [error.message.replace(/\.$/, '')]
}

/** Whether an error of this code is among what a failure is made of: a refusal comes wrapped as one of the network. */
function isBelow(error: unknown, code: string): boolean {
  if (!(error instanceof Error)) return false
  if ((error as NodeJS.ErrnoException).code === code || isBelow(error.cause, code)) return true
  return error instanceof AggregateError && error.errors.some((each) => isBelow(each, code))
}
