import { checkName } from '../../broker/index.ts'
import { openCatalog } from '../../catalog/open.ts'
import { type ConsumeCounts, consume, consumeMetrics } from '../../farm/index.ts'
import type { CheckOption } from '../../inspect/options.ts'
import { parseSampling } from '../../inspect/sampling.ts'
import type { Logger } from '../../log.ts'
import { kafkaSettings } from '../../settings/kafka.ts'
import { parseDuration, parseWhole, unexpected } from '../../settings/parse.ts'
import { s3SettingsFrom } from '../../settings/s3.ts'
import { toolVersion } from '../../settings/version.ts'
import { checkPolicy } from '../../tasks/validation.ts'
import type { CatalogFlags } from '../catalog-flags.ts'
import type { CliContext } from '../context.ts'
import { EXIT } from '../exit-codes.ts'
import { count, plural } from '../format/units.ts'
import { inspectionOptions } from '../inspection-flags.ts'
import { catchInterrupts } from '../interrupts.ts'
import { compileLate } from '../late-compiler.ts'
import { policyWish } from '../policy-flags.ts'
import { serveMetrics } from './metrics-server.ts'

export interface ConsumeFlags extends CatalogFlags {
  readonly brokers?: string
  readonly topic: string
  readonly group: string
  readonly deadLetter?: string
  readonly below?: readonly string[]
  readonly batch?: string
  readonly batchWait?: string
  readonly session?: string
  readonly idleExit?: string
  readonly metrics?: string
  readonly jobs?: string
  readonly isolate?: string
  readonly catalogMemory?: string
  readonly limit?: readonly string[]
  readonly check?: CheckOption
  readonly firstRead?: string
  readonly validate?: true | string
  readonly stats?: true | string
  readonly deepStats?: true
  readonly hash?: true
  readonly foldCase?: true
  readonly quiet?: true
  readonly json?: true
}

const WRITER_THREADS = 1
const FILES_SHOWN = 20

export async function runConsume(flags: ConsumeFlags, context: CliContext): Promise<void> {
  compileLate(context)
  const config = context.config({
    catalog: flags.catalog,
    jobs: flags.jobs,
    isolate: flags.isolate,
    catalogMemory: flags.catalogMemory,
    wait: flags.wait,
  })
  const broker = kafkaSettings((name) => context.env[name], flags.brokers)
  const topic = checkName(flags.topic, '--topic')
  const group = checkName(flags.group, '--group')
  const deadLetterTopic = flags.deadLetter === undefined ? null : checkName(flags.deadLetter, '--dead-letter')
  const below = (flags.below ?? []).map(checkRoot)
  const s3 = s3SettingsFrom((name) => context.env[name])
  const { args: _, ...policy } = policyWish([], flags)
  await checkPolicy({ validate: policy.validate, policyPath: policy.policyPath ?? null }, { s3 })
  if (typeof flags.stats === 'string') parseSampling(flags.stats, '--stats')
  const inspect = {
    ...(await inspectionOptions(flags, context.env)),
    ...policy,
    ...(flags.stats !== undefined && { stats: true }),
    ...(typeof flags.stats === 'string' && { sample: flags.stats }),
    ...(flags.deepStats && { deepStats: true }),
    ...(flags.hash && { hash: true as const }),
  }
  const catalog = await openCatalog(config.catalog, {
    foldCase: flags.foldCase === true,
    vast: config.vast,
    threads: WRITER_THREADS,
    fileMode: config.catalogMode,
    ...(config.catalogWaitMs !== null && { waitMs: config.catalogWaitMs }),
    ...(config.catalogMemoryBytes !== null && { memoryLimit: config.catalogMemoryBytes }),
  })
  const interrupts = catchInterrupts(() => context.note('Finishing what was begun. Press Ctrl-C again to end at once.'))
  const metrics = flags.metrics === undefined ? undefined : await consumeMetrics()
  const server = metrics && (await serveMetrics(flags.metrics!, metrics))
  try {
    const counts = await consume({
      broker,
      topic,
      group,
      deadLetterTopic,
      below,
      catalog,
      s3,
      inspect,
      jobs: config.jobs,
      foldCase: flags.foldCase === true,
      ...(config.isolation && { isolation: config.isolation }),
      ...(flags.batch !== undefined && { batchMessages: parseWhole(flags.batch, '--batch', 1, 1024) }),
      ...(flags.batchWait !== undefined && { batchWaitMs: parseDuration(flags.batchWait, '--batch-wait') }),
      ...(flags.session !== undefined && { sessionMs: parseDuration(flags.session, '--session') }),
      idleMs: flags.idleExit === undefined ? null : parseDuration(flags.idleExit, '--idle-exit'),
      stop: interrupts.signal,
      toolVersion: toolVersion(),
      log: noteLogger(context, flags),
      ...(metrics && { watcher: metrics.watcher }),
    })
    if (counts.failed + counts.deadLetters > 0) context.exitWith(EXIT.someFilesFailed)
    await report(counts, flags, context)
  } finally {
    server?.close()
    interrupts.release()
    await catalog.close()
  }
}

async function report(counts: ConsumeCounts, flags: ConsumeFlags, context: CliContext): Promise<void> {
  const { messages, stored, updated, removed, skipped, failed, incomplete, deadLetters, batches, rebalances } = counts
  if (flags.json) {
    const shown = { messages, stored, updated, removed, skipped, failed, incomplete, dead_letters: deadLetters }
    return context.printData(`${JSON.stringify({ ...shown, batches, rebalances }, null, 2)}\n`)
  }
  if (flags.quiet && failed + deadLetters === 0) return
  const parts = [
    [stored, 'new'],
    [updated, 'seen again'],
    [removed, 'gone'],
    [skipped, 'skipped'],
    [incomplete, 'incomplete'],
    [failed, 'failed, in ingest_errors'],
    [deadLetters, flags.deadLetter === undefined ? 'never to be done' : `on ${flags.deadLetter}`],
  ] as const
  const told = parts.filter(([number]) => number > 0).map(([number, what]) => `${count(number)} ${what}`)
  await context.print(`${[plural(messages, 'message'), ...told].join('; ')}\n`)
}

/** A line for each thing that a person who runs consumers looks for. */
function noteLogger(context: CliContext, { quiet }: ConsumeFlags): Logger {
  let files = 0
  const told = (fields: object, message: string) => {
    const { code, path } = fields as { readonly code?: string; readonly path?: string }
    if (path !== undefined && ++files > FILES_SHOWN) {
      if (files === FILES_SHOWN + 1) context.note('More files that failed: exr-inspector query broken-frames')
      return
    }
    context.note(code === undefined ? message : `exr-inspector: ${message} [${code}]`)
  }
  return { debug() {}, info: quiet ? () => {} : told, warn: told, error: told }
}

function checkRoot(root: string): string {
  if (/^(?:\/|s3:\/\/[^/]+\/)/.test(root)) return root
  throw unexpected('an absolute folder or s3://bucket/prefix', '--below', root)
}
