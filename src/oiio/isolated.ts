import { openPool } from '../workers/index.ts'
import { workerFile } from '../workers/worker-file.ts'
import type { AskOiio, SpecAnswer } from './ask.ts'
import { CHILD_MEMORY_BYTES } from './memory-limit.ts'
import type { DerivedSource } from './types.ts'

/** OpenImageIO in child processes. */
export interface IsolatedOiio {
  /** Throws ERR_NATIVE_CRASH and ERR_NATIVE_TIMEOUT for the file that is to blame, ERR_ABORTED, ERR_WORKER_DIED. */
  readonly ask: AskOiio
  /** Ends the children. May be called twice. */
  close(): Promise<void>
}

/** What `openIsolatedOiio` may be told. */
interface IsolatedOiioOptions {
  /** Children at most. Default: the cores this process may use. */
  readonly maxWorkers?: number
  /** How long in ms a child without work stays. Default 30,000. */
  readonly idleMs?: number
  /** How long in ms OpenImageIO may take for one file. Default 300,000. */
  readonly itemTimeoutMs?: number
}

/** Starts no child before the first question; idle ones do not keep the process alive. */
export function openIsolatedOiio(options: IsolatedOiioOptions = {}): IsolatedOiio {
  const pool = openPool<DerivedSource, SpecAnswer[]>({
    ...options,
    worker: workerFile('#oiio-worker'),
    workerData: { memoryBytes: CHILD_MEMORY_BYTES },
    isolation: 'process',
    batchSize: 1,
    nameOf: ({ name }) => name,
  })
  return {
    async ask(source, signal) {
      const [answer] = await pool.ask(source, signal ? { signal } : {})
      return answer!
    },
    close: () => pool.close(),
  }
}

let shared: IsolatedOiio | undefined

/** The children that all callers share who have nobody to close them. */
export function sharedIsolatedOiio(): IsolatedOiio {
  shared ??= openIsolatedOiio()
  return shared
}
