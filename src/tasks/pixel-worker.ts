import { ExrError } from '../errors.ts'
import { limitChildMemory } from '../oiio/memory-limit.ts'
import type { Picture8 } from '../pixels/png.ts'
import { openSource } from '../source/open.ts'
import type { ByteSource } from '../source/source.ts'
import { childTell } from '../workers/child-side.ts'
import { poolData, poolTask } from '../workers/task.ts'
import type {
  DiffAnswer,
  PixelAnswers,
  PixelLocation,
  PixelNews,
  PixelTask,
  PixelWorkerData,
  SeenBytes,
} from './pixel-task.ts'

const { s3 } = (poolData() ?? {}) as PixelWorkerData

limitChildMemory('pixels')

/** News are told at most this often. */
const TELL_EVERY_MS = 100

/** Works on pixels, where a crash of a decoder costs no more than this child process. One task at a time. */
export default poolTask(async (tasks: readonly PixelTask[], mark) => {
  const answers: PixelAnswers[keyof PixelAnswers][] = []
  for (const [index, task] of tasks.entries()) {
    mark(index)
    answers.push(await work(task, () => mark(index)))
    mark(null)
  }
  return answers
}, 'ERR_INTERNAL')

/** `onBatch` says that the task is alive, however long it takes. Code is loaded with the first task that needs it. */
function work(task: PixelTask, onBatch: () => void): Promise<PixelAnswers[keyof PixelAnswers]> {
  return withSource(task.location, async (source) => {
    const onProgress = progressOf(source.path, onBatch)
    switch (task.kind) {
      case 'analyse': {
        const { analysePixels } = await import('../pixels/analyse.ts')
        return analysePixels(source, { ...task.options, onProgress })
      }
      case 'diff':
        return withSource(task.other, (other) => diff(task, source, other, onProgress))
      case 'region': {
        const { readRegion } = await import('../pixels/region.ts')
        return readRegion(source, task.options)
      }
      case 'recode': {
        const { recodeFile } = await import('../pixels/recode.ts')
        return recodeFile(source, task.options)
      }
      case 'samples': {
        const { readSamples } = await import('../pixels/samples.ts')
        return readSamples(source, task.options)
      }
      case 'thumbnail': {
        if (task.expected !== undefined) await checkUnchanged(source, task.expected)
        const { makeThumbnail } = await import('../pixels/thumbnail.ts')
        const picture = await makeThumbnail(source, { ...task.options, onProgress })
        if (task.output !== null) await write(task.output, picture)
        return picture
      }
    }
  })
}

async function write(path: string, picture: Picture8): Promise<void> {
  const { writePicture } = await import('../pixels/write-picture.ts')
  await writePicture(path, picture)
}

async function checkUnchanged(source: ByteSource, expected: SeenBytes): Promise<void> {
  const { sizeBytes, mtimeUs, etag } = await source.identity()
  const isOther = <T>(now: T | null, before: T | null) => now !== null && before !== null && now !== before
  const changed = isOther(BigInt(sizeBytes), expected.sizeBytes)
  if (!changed && !isOther(mtimeUs, expected.mtimeUs) && !isOther(etag, expected.etag)) return
  throw new ExrError('ERR_SOURCE_CHANGED', `${source.path} was written since it was inspected. Ingest it again.`)
}

async function diff(
  { options, output }: Extract<PixelTask, { kind: 'diff' }>,
  source: ByteSource,
  other: ByteSource,
  onProgress: (done: number, total: number) => void,
): Promise<DiffAnswer> {
  const { diffFiles } = await import('../pixels/diff.ts')
  const { diff, map } = await diffFiles(source, other, { ...options, map: output !== null, onProgress })
  if (output === null || map === null) return { diff, top: null }
  const { heatMap } = await import('../pixels/heat-map.ts')
  const picture = heatMap(map)
  await write(output, picture)
  return { diff, top: picture.top }
}

async function withSource<T>(location: PixelLocation, use: (source: ByteSource) => Promise<T>): Promise<T> {
  const input = typeof location === 'string' ? location : { path: location }
  const { source } = await openSource(input, s3 === undefined ? {} : { s3 })
  try {
    return await use(source)
  } finally {
    await source.close()
  }
}

function progressOf(location: string, onBatch: () => void) {
  let last = 0
  return (chunksDone: number, chunks: number) => {
    onBatch()
    const now = performance.now()
    if (now - last < TELL_EVERY_MS) return
    last = now
    childTell({ location, chunksDone, chunks } satisfies PixelNews)
  }
}
