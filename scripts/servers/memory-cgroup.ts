import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A control group with a bound on the memory of all its processes together, as a container has. */
export interface MemoryCgroup {
  /** Where a process writes its id to enter. */
  readonly procsFile: string
  /** Most bytes that were in use at once. */
  peakBytes(): number
  /** Times the kernel ended a process in it. */
  kills(): number
  /** When its processes have ended. */
  remove(): void
}

const ROOT = '/sys/fs/cgroup'

/** Makes a group of this machine's kind (version 2 or 1). Null, with the reason printed, where none can be made. */
export function makeMemoryCgroup(name: string, limitBytes: number): MemoryCgroup | null {
  try {
    return existsSync(join(ROOT, 'cgroup.controllers')) ? version2(name, limitBytes) : version1(name, limitBytes)
  } catch (error) {
    console.warn(`SKIPPED: no memory cgroup can be made here (${error instanceof Error ? error.message : error}).`)
    return null
  }
}

function version2(name: string, limitBytes: number): MemoryCgroup {
  const folder = join(ROOT, name)
  mkdirSync(folder)
  const read = (file: string) => readFileSync(join(folder, file), 'utf8')
  writeFileSync(join(folder, 'memory.max'), String(limitBytes))
  if (existsSync(join(folder, 'memory.swap.max'))) writeFileSync(join(folder, 'memory.swap.max'), '0')
  return {
    procsFile: join(folder, 'cgroup.procs'),
    peakBytes: () => (existsSync(join(folder, 'memory.peak')) ? Number(read('memory.peak')) : Number.NaN),
    kills: () => Number(/^oom_kill (\d+)$/m.exec(read('memory.events'))?.[1] ?? 0),
    remove: () => rmdirSync(folder),
  }
}

function version1(name: string, limitBytes: number): MemoryCgroup {
  const folder = join(ROOT, 'memory', name)
  mkdirSync(folder)
  const read = (file: string) => readFileSync(join(folder, file), 'utf8')
  writeFileSync(join(folder, 'memory.limit_in_bytes'), String(limitBytes))
  return {
    procsFile: join(folder, 'cgroup.procs'),
    peakBytes: () => Number(read('memory.max_usage_in_bytes')),
    kills: () => Number(/^oom_kill (\d+)$/m.exec(read('memory.oom_control'))?.[1] ?? 0),
    remove: () => rmdirSync(folder),
  }
}
