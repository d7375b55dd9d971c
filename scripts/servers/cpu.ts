import { readFileSync } from 'node:fs'

/** Clock ticks of a second, as the kernel tells times to programs. */
const TICKS = 100

/** Seconds of CPU that a process and its threads have taken; 0 once it has ended. */
export function cpuSeconds(pid: number | undefined): number {
  try {
    // The name, in brackets, may hold anything.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ')
    return (Number(fields[11]) + Number(fields[12])) / TICKS
  } catch {
    return 0
  }
}

/** Seconds of CPU that everything on this machine has taken. */
export function machineCpuSeconds(): number {
  const [user, nice, system, , , irq, softIrq] = readFileSync('/proc/stat', 'utf8')
    .split('\n', 1)[0]!
    .split(/\s+/)
    .slice(1)
    .map(Number)
  return (user! + nice! + system! + irq! + softIrq!) / TICKS
}
