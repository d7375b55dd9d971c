import { EXIT } from './exit-codes.ts'

interface Interrupts {
  /** Fires at the first Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal
  /** Exit code that tells which signal it was; null when there was none. */
  exitCode(): number | null
  /** Gives the signals back to Node. */
  release(): void
}

/** Turns the first SIGINT or SIGTERM into a request to finish; the second ends the process at once. */
export function catchInterrupts(onFirst: () => void): Interrupts {
  const controller = new AbortController()
  let code: number | null = null
  const handle = (exitCode: number) => () => {
    if (code !== null) process.exit(exitCode)
    code = exitCode
    onFirst()
    controller.abort()
  }
  const onInterrupt = handle(EXIT.interrupted)
  const onTerminate = handle(EXIT.terminated)
  process.on('SIGINT', onInterrupt)
  process.on('SIGTERM', onTerminate)
  return {
    signal: controller.signal,
    exitCode: () => code,
    release() {
      process.off('SIGINT', onInterrupt)
      process.off('SIGTERM', onTerminate)
    },
  }
}

/** Does something that the first Ctrl-C or SIGTERM gives up: its signal ends it, also on a server that works for it. */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const interrupts = catchInterrupts(() => undefined)
  try {
    return await work(interrupts.signal)
  } finally {
    interrupts.release()
  }
}
