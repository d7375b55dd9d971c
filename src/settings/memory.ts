import { totalmem } from 'node:os'

/** Memory this process and its children may use together: the control group's limit where there is one, else the machine's. */
export function memoryLimitBytes(): number {
  const limit = process.constrainedMemory?.() ?? 0
  // Without a limit the system answers 0, or a number no machine has.
  return limit > 0 && limit < totalmem() ? limit : totalmem()
}
