import { inspectFileSync } from '../inspect/inspect-file.ts'
import { resolveInspectOptions } from '../inspect/options.ts'
import { isS3Url } from '../source/s3-url.ts'
import { Collector } from './collector.ts'
import type { InspectAnswer, InspectSettings } from './tasks.ts'

/** Inspects files and encodes what was found; a worker thread calls it. Never throws for a bad file. */
export async function inspectBatch(locations: readonly string[], settings: InspectSettings): Promise<InspectAnswer> {
  const options = resolveInspectOptions({ foldCase: settings.foldCase })
  const collector = new Collector()
  for (const location of locations) {
    if (isS3Url(location)) continue
    const startedMs = performance.now()
    const startedUs = BigInt(Date.now()) * 1000n
    try {
      collector.add(inspectFileSync(location, options), startedUs, startedMs)
    } catch (error) {
      collector.fail(location, error, startedUs)
    }
  }
  const objects = locations.filter(isS3Url)
  if (objects.length > 0) {
    const { inspectObjects } = await import('./inspect-objects.ts')
    await inspectObjects(objects, options, settings, collector)
  }
  return collector.finish(settings)
}
