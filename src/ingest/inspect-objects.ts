import pLimit from 'p-limit'
import { inspectObject } from '../inspect/inspect-object.ts'
import type { ResolvedInspectOptions } from '../inspect/options.ts'
import { connectS3, type S3Connection } from '../source/s3-client.ts'
import { parseS3Url } from '../source/s3-url.ts'
import type { Collector } from './collector.ts'
import type { InspectSettings } from './tasks.ts'

/** What the first reads of objects under way may hold together in one thread: memory is the bound, not a count. */
const MEMORY_BYTES = 64 * 1024 * 1024

let connection: Promise<S3Connection> | undefined

/** Inspects many objects at a time over one connection pool per thread. */
export async function inspectObjects(
  locations: readonly string[],
  options: ResolvedInspectOptions,
  settings: InspectSettings,
  collector: Collector,
): Promise<void> {
  connection ??= connectS3(settings.s3)
  const s3 = await connection
  const limit = pLimit(Math.max(1, Math.floor(MEMORY_BYTES / options.firstReadBytes)))
  await limit.map(locations, async (location) => {
    const startedMs = performance.now()
    const startedUs = BigInt(Date.now()) * 1000n
    try {
      const { payload } = await inspectObject(s3, parseS3Url(location), options)
      collector.add(payload, startedUs, startedMs)
    } catch (error) {
      collector.fail(location, error, startedUs)
    }
  })
}
