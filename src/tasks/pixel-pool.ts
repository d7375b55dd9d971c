import { CHILD_MEMORY_BYTES } from '../oiio/memory-limit.ts'
import { displayPath } from '../source/file-path.ts'
import { openPool, type RunOptions } from '../workers/index.ts'
import { workerFile } from '../workers/worker-file.ts'
import type { PixelAnswers, PixelNews, PixelTask, PixelWorkerData } from './pixel-task.ts'

interface PixelPoolOptions extends PixelWorkerData {
  /** Child processes at most. Default: the cores this process may use. */
  readonly jobs?: number
  /** One child is started at once and stays without work. Default: they start as work comes. */
  readonly keepsOne?: boolean
  readonly onProgress?: (news: PixelNews) => void
}

/** Child processes that work on pixels: a decoder that crashes ends one of them, and its file is an error like any other. */
interface PixelPool {
  /** Throws what the task throws, ERR_NATIVE_CRASH, ERR_NATIVE_TIMEOUT, ERR_WORKER_DIED, ERR_ABORTED. */
  ask<Kind extends PixelTask['kind']>(
    task: Extract<PixelTask, { kind: Kind }>,
    options?: Pick<RunOptions, 'signal'>,
  ): Promise<PixelAnswers[Kind]>
  /** May be called twice. */
  close(): Promise<void>
}

/** Children start with the first task. */
export function openPixelPool({ jobs, keepsOne = false, onProgress, ...workerData }: PixelPoolOptions = {}): PixelPool {
  const limits = { memoryBytes: CHILD_MEMORY_BYTES, ...workerData }
  const pool = openPool<PixelTask, PixelAnswers[keyof PixelAnswers][]>({
    worker: workerFile('#pixel-worker'),
    workerData: limits,
    isolation: 'process',
    batchSize: 1,
    keepsOne,
    nameOf: ({ location }) => (typeof location === 'string' ? location : displayPath(location)),
    ...(jobs !== undefined && { maxWorkers: jobs }),
    ...(onProgress !== undefined && { onNews: (news) => onProgress(news as PixelNews) }),
  })
  return {
    async ask(task, options = {}) {
      const [answer] = await pool.ask(task, options)
      return answer as never
    },
    close: () => pool.close(),
  }
}
