import type { Command } from 'commander'
import { parseNumber, parseWhole } from '../../settings/parse.ts'
import type { EmulatorOptions } from '../../vastdb-emulator/index.ts'
import type { CliContext } from '../context.ts'
import { catchInterrupts } from '../interrupts.ts'

interface EmulatorFlags {
  readonly host: string
  readonly port: string
  readonly data?: string
  readonly bucket: readonly string[]
  readonly accessKey: string
  readonly secretKey: string
  readonly serverVersion: string
  readonly transactionTimeout: string
  readonly fault: readonly string[]
  readonly faultSeed: string
  readonly record?: string
}

const DEFAULT_KEY = 'test'
const DEFAULT_BUCKET = 'vastdb'
const LOOPBACK = /^(?:127\.|localhost$|::1$)/

export function configure(command: Command, context: CliContext): void {
  const collect = (value: string, previous: readonly string[]) => [...previous, value]
  command
    .option('--host <address>', 'address to bind', '127.0.0.1')
    .option('--port <number>', 'port to bind, 0 for a free one', '9090')
    .option('--data <directory>', 'keep data here; without it everything is in memory')
    .option('--bucket <name>', `bucket to offer, repeatable; default: ${DEFAULT_BUCKET}`, collect, [])
    .option('--access-key <key>', 'access key clients must use', DEFAULT_KEY)
    .option('--secret-key <key>', 'secret key clients must sign with', DEFAULT_KEY)
    .option('--server-version <version>', 'version the Server header names', '5.5.0.1')
    .option('--transaction-timeout <seconds>', 'roll back transactions that are idle for longer', '600')
    .option('--fault <rule>', 'make requests fail, repeatable: see below', collect, [])
    .option('--fault-seed <number>', 'seed of the random faults', '1')
    .option('--record <file>', 'write every request to a file, one JSON object a line, without signatures')
    .addHelpText(
      'after',
      `
A developer's server of the VAST DataBase protocol on DuckDB, not a database to
run a studio on.
Standard output is the environment that points a client at it:
docs/guides/vast-emulator.md.

A fault rule is one of slow-down, reset-before, reset-after, cut=BYTES and
latency=MS, then [:PROBABILITY][@COMMANDS]:

  exr-inspector vast-emulator --data ./vast-data
  exr-inspector vast-emulator --fault slow-down:0.2 --fault cut=1000:0.05@data`,
    )
    .action(async (flags: EmulatorFlags) => runEmulator(flags, context))
}

async function runEmulator(flags: EmulatorFlags, context: CliContext): Promise<void> {
  const { environmentLines, openRecorder, parseFaultRule, startEmulator } = await import(
    '../../vastdb-emulator/index.ts'
  )
  const buckets = flags.bucket.length > 0 ? flags.bucket : [DEFAULT_BUCKET]
  const options: EmulatorOptions = {
    host: flags.host,
    port: parseWhole(flags.port, '--port', 0, 65_535),
    dataDirectory: flags.data ?? null,
    buckets,
    accessKey: flags.accessKey,
    secretKey: flags.secretKey,
    version: flags.serverVersion,
    transactionTimeoutMs: parseNumber(flags.transactionTimeout, '--transaction-timeout', 0) * 1000,
    faults: flags.fault.map(parseFaultRule),
    faultSeed: parseWhole(flags.faultSeed, '--fault-seed', 0),
  }
  const recorder = flags.record === undefined ? null : await openRecorder(flags.record)
  const emulator = await startEmulator(recorder ? { ...options, onRequest: recorder.record } : options)
  const interrupts = catchInterrupts(() => context.note('Stopping'))
  const stopped = new Promise<void>((resolve) => interrupts.signal.addEventListener('abort', () => resolve()))
  const lines = environmentLines({
    endpoint: emulator.endpoint,
    accessKey: flags.accessKey,
    secretKey: flags.secretKey === DEFAULT_KEY ? DEFAULT_KEY : null,
    bucket: buckets[0]!,
  })
  await context.print(`${lines.join('\n')}\n`)
  context.note(`VAST DataBase emulator on ${emulator.endpoint}, data ${flags.data ? `in ${flags.data}` : 'in memory'}`)
  if (flags.secretKey === DEFAULT_KEY && !LOOPBACK.test(flags.host)) {
    context.note(`Anybody who reaches ${flags.host} can use it: set --access-key and --secret-key`)
  }
  await stopped
  await emulator.close()
  await recorder?.close()
  interrupts.release()
}
