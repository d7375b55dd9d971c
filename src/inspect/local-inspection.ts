import type { SpecAnswer } from '../oiio/ask.ts'
import type { OpenedFile } from '../oiio/local-files.ts'
import { toFileError } from '../source/file-error.ts'
import type { FilePath } from '../source/file-path.ts'
import { KnownBytes } from '../source/ranges.ts'
import type { ByteRange } from '../source/source.ts'
import { buildPayload } from './build-payload.ts'
import { FileReader } from './file-reader.ts'
import type { Inspection, InspectRequest } from './inspection.ts'
import type { ResolvedInspectOptions } from './options.ts'
import type { Payload } from './payload.ts'
import { inspectSteps } from './steps.ts'
import { Stopwatch } from './stopwatch.ts'

interface LocalOptions extends Pick<Inspection, 'stopAtLimit' | 'memory'> {
  /** The file, where it was opened already. */
  readonly opened?: OpenedFile | null
}

/** What OpenImageIO is to be asked. */
export type Question = Extract<InspectRequest, { readonly kind: 'specs' }>

/** One local file under inspection: open until its payload is made or it fails. */
export class LocalInspection {
  readonly #file: FilePath
  readonly #options: ResolvedInspectOptions
  readonly #watch: Stopwatch | null
  readonly #reader: FileReader
  readonly #inspection: Inspection
  readonly #steps: ReturnType<typeof inspectSteps>

  /**
   * Opens the file and reads its first bytes into `buffer`, which must not be used for another file before this one is
   * done. With `stopAtLimit`, `advance` throws LimitReached for a header beyond a limit; with `memory`, payloads share
   * frozen facts. Throws ERR_SOURCE_*.
   */
  constructor(
    file: FilePath,
    buffer: Uint8Array,
    options: ResolvedInspectOptions,
    { stopAtLimit = false, memory, opened = null }: LocalOptions = {},
  ) {
    this.#file = file
    this.#options = options
    this.#watch = options.timings ? new Stopwatch() : null
    try {
      this.#reader = new FileReader(file, opened)
    } catch (error) {
      throw toFileError(error, file)
    }
    this.#watch?.lap('open')
    const { identity } = this.#reader
    this.#inspection = { identity, known: new KnownBytes(), stopAtLimit, memory, spec: null, peeked: [] }
    this.#steps = inspectSteps(this.#inspection, options, (step) => this.#watch?.lap(step))
    const start = this.#reader.takeStart()
    if (start !== null) this.#inspection.known.add(0, start)
    else this.#guard(() => this.#read(buffer.subarray(0, Math.min(identity.sizeBytes, buffer.length)), 0))
  }

  /** Bytes read so far; held until the payload is made. */
  get bytesRead(): number {
    return this.#reader.bytes
  }

  /** Goes on until the payload is made or OpenImageIO has to be asked. Closes the file when it is done or throws. */
  advance(): { readonly payload: Payload } | Question {
    return this.#guard(() => {
      for (;;) {
        const next = this.#steps.next()
        if (next.done === true) {
          const payload = buildPayload(this.#inspection, next.value, this.#options)
          this.#reader.closeUnchanged()
          this.#watch?.lap('payload')
          if (this.#watch !== null) payload.timings_us = this.#timings(this.#watch)
          return { payload }
        }
        if (next.value.kind === 'specs') return next.value
        if (next.value.kind === 'peek') {
          this.#inspection.peeked = this.#peek(next.value.ranges)
          continue
        }
        const { start, endExclusive } = next.value.range
        this.#read(new Uint8Array(endExclusive - start), start)
      }
    })
  }

  /** Takes the answer to the question of the last `advance`. */
  answer(spec: SpecAnswer): this {
    this.#inspection.spec = spec
    this.#watch?.lap('oiio')
    return this
  }

  /** Into one piece of memory: a leader has at most 44 bytes. */
  #peek(ranges: readonly ByteRange[]): Uint8Array[] {
    const memory = new Uint8Array(ranges.reduce((sum, { start, endExclusive }) => sum + endExclusive - start, 0))
    let used = 0
    const found = ranges.map(({ start, endExclusive }) => {
      const target = memory.subarray(used, used + endExclusive - start)
      used += target.length
      return this.#reader.read(target, start)
    })
    this.#watch?.lap('read')
    return found
  }

  #read(target: Uint8Array, start: number): void {
    this.#inspection.known.add(start, this.#reader.read(target, start))
    this.#watch?.lap('read')
  }

  #timings(watch: Stopwatch): Record<string, number> {
    return { ...watch.timings(), requests: this.#reader.requests, bytes: this.#reader.bytes }
  }

  #guard<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      this.#reader.close()
      throw toFileError(error, this.#file)
    }
  }
}
