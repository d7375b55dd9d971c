import { poolData } from '../workers/task.ts'
import { addon, pixelsAddon } from './addon.ts'

/** What a child process may take beyond what it has when it starts; headers need a few MiB. */
export const CHILD_MEMORY_BYTES = 2 * 2 ** 30

/**
 * Limits the memory that this child process may write to what it has now and `memoryBytes` of its `poolData`: an allocation
 * that a file's claims blow up fails at once, as an error of that file, instead of driving the machine out of memory. A
 * watch on resident memory would come too late. Does nothing in a thread, without the addon, and where the system
 * has no such limit. What it has includes the addon's libraries, so it says what it will do.
 */
export function limitChildMemory(work: 'headers' | 'pixels'): void {
  const { memoryBytes } = (poolData() ?? {}) as { readonly memoryBytes?: number }
  if (memoryBytes === undefined || process.send === undefined) return
  try {
    const { limitMemory } = work === 'pixels' ? pixelsAddon() : addon()
    limitMemory(memoryBytes)
  } catch {
    // Without the addon no native code runs here.
  }
}
