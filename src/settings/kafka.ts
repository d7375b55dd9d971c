import { readFileSync } from 'node:fs'
import { ExrError } from '../errors.ts'
import { parseChoice, parseList } from './parse.ts'
import { type Lookup, SettingsReader } from './reader.ts'

const MECHANISMS = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const

/** How to reach a Kafka broker, as somebody set it. */
export interface KafkaSettings {
  readonly brokers: readonly string[]
  readonly tls: { readonly ca: string | null } | null
  readonly sasl: {
    readonly mechanism: (typeof MECHANISMS)[number]
    readonly username: string
    readonly password: string
  } | null
}

/** Reads the `EXR_KAFKA_*` variables; `--brokers` wins. Throws ERR_OPTION_INVALID, and never shows a password. */
export function kafkaSettings(lookup: Lookup, flag: string | undefined): KafkaSettings {
  const read = new SettingsReader(lookup)
  const brokers = flag === undefined ? read.list('EXR_KAFKA_BROKERS') : parseList(flag)
  if (brokers.length === 0) throw invalid('Expected host:port of a broker for --brokers (EXR_KAFKA_BROKERS)')
  const odd = brokers.find((broker) => !/^(?:\[[0-9a-f:.]+\]|[^\s:/@]+):\d{1,5}$/i.test(broker))
  if (odd !== undefined)
    throw invalid(`Expected host:port, as in broker.studio:9092, for --brokers but received ${odd}`)
  const isEncrypted = read.flag('EXR_KAFKA_TLS')
  const ca = read.text('EXR_KAFKA_CA')
  const username = read.text('EXR_KAFKA_USERNAME')
  const mechanism = parseChoice(read.text('EXR_KAFKA_SASL'), 'EXR_KAFKA_SASL', MECHANISMS)
  const isHere = brokers.every((broker) => /^(?:127\.|localhost:|\[::1\]:)/.test(broker))
  if (username !== undefined && mechanism === 'PLAIN' && !isEncrypted && !isHere) {
    throw invalid('PLAIN sends the password as it is: set EXR_KAFKA_TLS=true, or EXR_KAFKA_SASL=SCRAM-SHA-512')
  }
  return {
    brokers,
    tls: isEncrypted ? { ca: ca === undefined ? null : readCa(ca) } : null,
    sasl: username === undefined ? null : { mechanism, username, password: read.text('EXR_KAFKA_PASSWORD') ?? '' },
  }
}

function readCa(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new ExrError('ERR_OPTION_INVALID', `Expected a readable file for EXR_KAFKA_CA but received ${path}`, {
      cause,
    })
  }
}

function invalid(message: string): ExrError {
  return new ExrError('ERR_OPTION_INVALID', message)
}
