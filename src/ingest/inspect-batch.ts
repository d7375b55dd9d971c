import { ExrError } from '../errors.ts'
import { inspectFilesSync } from '../inspect/inspect-file.ts'
import { type ResolvedInspectOptions, resolveInspectOptions } from '../inspect/options.ts'
import { isS3Url } from '../source/s3-url.ts'
import { Collector } from './collector.ts'
import type { InspectAnswer, InspectSettings } from './tasks.ts'

/** Inspects files and encodes what was found; a worker thread calls it. Never throws for a bad file. */
export async function inspectBatch(locations: readonly string[], settings: InspectSettings): Promise<InspectAnswer> {
  const options = resolveInspectOptions({ foldCase: settings.foldCase })
  const collector = new Collector()
  inspectFiles(
    locations.filter((location) => !isS3Url(location)),
    options,
    collector,
  )
  const objects = locations.filter(isS3Url)
  if (objects.length > 0) {
    const { inspectObjects } = await import('./inspect-objects.ts')
    await inspectObjects(objects, options, settings, collector)
  }
  return collector.finish(settings)
}

/** Files are inspected side by side, so each is booked with its share of the time. */
function inspectFiles(files: readonly string[], options: ResolvedInspectOptions, collector: Collector): void {
  const startedMs = performance.now()
  const startedUs = BigInt(Date.now()) * 1000n
  const results = inspectFilesSync(files, options)
  const shareMs = (performance.now() - startedMs) / files.length
  for (const [index, result] of results.entries()) {
    if (result.ok) {
      collector.add(result.value, startedUs, performance.now() - shareMs)
    } else {
      const { code, message, details } = result.error
      collector.fail(files[index]!, new ExrError(code, message, { details }), startedUs)
    }
  }
}
