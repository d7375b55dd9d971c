import { type BigIntStats, closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { readDerived } from '../native/derived.ts'
import type { DerivedSource } from '../native/types.ts'
import { toFileError } from '../source/file-error.ts'
import { type FilePath, toFilePath } from '../source/file-path.ts'
import { assertUnchanged, fileIdentity, OPEN_FLAGS } from '../source/file-stat.ts'
import { KnownBytes } from '../source/ranges.ts'
import type { ByteRange } from '../source/source.ts'
import { buildPayload } from './build-payload.ts'
import { oiioStatus } from './oiio-status.ts'
import { type InspectOptions, type ResolvedInspectOptions, resolveInspectOptions } from './options.ts'
import type { Payload } from './payload.ts'
import { type Inspection, inspectSteps, type SpecAnswer } from './steps.ts'
import { Stopwatch } from './stopwatch.ts'

/** First reads land here: nothing in a payload points into it, so each file may overwrite the one before. */
let firstRead = new Uint8Array(0)

/**
 * Inspects one local file on the calling thread: what pool workers do, and command-line tools for a single file.
 * Throws ERR_SOURCE_* when the file cannot be read, ERR_EXR_MAGIC, ERR_EXR_TRUNCATED and ERR_SOURCE_EMPTY when it is
 * not an OpenEXR file, ERR_OPTION_INVALID for a bad option. Everything else is in the payload.
 */
export function inspectFileSync(
  location: string | URL | Uint8Array,
  options: InspectOptions | ResolvedInspectOptions = {},
): Payload {
  const resolved = resolveInspectOptions(options)
  const file = toFilePath(location)
  const watch = new Stopwatch()
  let fd: number | undefined
  try {
    fd = openSync(file.path, OPEN_FLAGS)
    const stat = fstatSync(fd, { bigint: true })
    const reader = new FileReader(fd)
    watch.lap('open')
    const payload = inspectOpenFile(reader, stat, file, resolved, watch)
    assertUnchanged(stat, fstatSync(fd, { bigint: true }), file)
    if (resolved.timings) {
      payload.timings_us = { ...watch.timings(), requests: reader.requests, bytes: reader.bytes }
    }
    return payload
  } catch (error) {
    throw toFileError(error, file)
  } finally {
    if (fd !== undefined) closeSync(fd)
  }
}

function inspectOpenFile(
  reader: FileReader,
  stat: BigIntStats,
  file: FilePath,
  options: ResolvedInspectOptions,
  watch: Stopwatch,
): Payload {
  const identity = fileIdentity(stat, file)
  const known = new KnownBytes()
  const length = Math.min(identity.sizeBytes, options.firstReadBytes)
  if (firstRead.length < length) firstRead = new Uint8Array(length)
  known.add(0, reader.read(firstRead.subarray(0, length), 0))
  watch.lap('read')

  const inspection: Inspection = { identity, known, spec: null }
  const steps = inspectSteps(inspection, options, (step) => watch.lap(step))
  for (;;) {
    const next = steps.next()
    if (next.done === true) {
      const payload = buildPayload(identity, known, next.value, options)
      watch.lap('payload')
      return payload
    }
    if (next.value.kind === 'bytes') {
      known.add(next.value.range.start, reader.readRange(next.value.range))
      watch.lap('read')
    } else {
      inspection.spec = askSync(next.value.source)
      watch.lap('oiio')
    }
  }
}

function askSync(source: DerivedSource): SpecAnswer {
  const status = oiioStatus()
  if (!status.ok) return { available: false, error: status.error }
  return { available: true, version: status.version, spec: readDerived(source) }
}

/** Reads at offsets, counting. */
class FileReader {
  requests = 0
  bytes = 0
  readonly #fd: number

  constructor(fd: number) {
    this.#fd = fd
  }

  /** Fills `target` from `start`; what comes back is shorter only where the file ends. */
  read(target: Uint8Array, start: number): Uint8Array {
    let filled = 0
    while (filled < target.length) {
      const count = readSync(this.#fd, target, filled, target.length - filled, start + filled)
      if (count === 0) break
      filled += count
    }
    this.requests += 1
    this.bytes += filled
    return target.subarray(0, filled)
  }

  readRange({ start, endExclusive }: ByteRange): Uint8Array {
    return this.read(new Uint8Array(endExclusive - start), start)
  }
}
