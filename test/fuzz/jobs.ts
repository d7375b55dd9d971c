import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { TargetName } from './targets.ts'

/** Cases [from, to) of one target, as the worker process gets them. */
export interface WorkerJob {
  readonly target: TargetName
  readonly seed: number
  readonly from: number
  readonly to: number
  readonly corpus: boolean
  readonly progressFile: string
  readonly reportFile: string
}

export interface WorkerReport {
  failures: CaseFailure[]
  slowestMs: number
  slowestCase: number
  peakRssMiB: number
}

export interface CaseFailure {
  readonly index: number
  readonly message: string
}

export interface FuzzPlan {
  readonly target: TargetName
  readonly seed: number
  readonly cases: number
  readonly corpus: boolean
}

export interface FuzzResult extends WorkerReport {
  readonly cases: number
}

/** One input may take this much of a core, in milliseconds. Not wall time: other processes must not decide. */
export const SLOW_MS = 1000
/** No progress for this much of a core, or for this long, is a hang; the process is killed. */
const HANG_CPU_MS = 20_000
const HANG_WALL_MS = 300_000
/** Cases of one process: few enough to show memory that is never given back as a rise over processes. */
const CASES_PER_PROCESS = 50_000

/** Runs all cases; a process that dies or hangs costs one case, and the next goes on behind it. */
export async function fuzz(plan: FuzzPlan, onProgress: (done: number) => void = () => {}): Promise<FuzzResult> {
  const folder = mkdtempSync(join(tmpdir(), 'exr-fuzz-'))
  const total: FuzzResult = { cases: plan.cases, failures: [], slowestMs: 0, slowestCase: -1, peakRssMiB: 0 }
  try {
    for (let from = 0; from < plan.cases; ) {
      const to = Math.min(plan.cases, from + CASES_PER_PROCESS)
      const files = { progressFile: join(folder, `progress-${from}`), reportFile: join(folder, `report-${from}`) }
      const death = await runWorker({ ...plan, ...files, from, to })
      if (death === null) {
        merge(total, JSON.parse(readFileSync(files.reportFile, 'utf8')))
        from = to
      } else {
        const guilty = readProgress(files.progressFile)
        if (guilty === null) throw new Error(`The fuzz process did not start: ${death}`)
        total.failures.push({ index: guilty, message: death })
        from = guilty + 1
      }
      onProgress(from)
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  return total
}

/** Null after a clean end, else how the process died. */
async function runWorker(job: WorkerJob): Promise<string | null> {
  const worker = fileURLToPath(new URL('worker.ts', import.meta.url))
  const child = spawn(process.execPath, ['--import', 'tsx', worker, JSON.stringify(job)], {
    stdio: ['ignore', 'inherit', 'pipe'],
  })
  let errors = ''
  child.stderr.on('data', (text) => {
    errors = (errors + text).slice(-4000)
  })
  const watchdog = watch(child, job)
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve) => {
    child.on('close', (...end) => resolve(end))
  })
  clearInterval(watchdog)
  if (code === 0) return null
  const why = signal === 'SIGKILL' ? 'killed: no progress, or out of memory' : `died: ${signal ?? code}`
  return `${why}\n${errors}`
}

function watch(child: ChildProcess, job: WorkerJob): NodeJS.Timeout {
  let last: number | null = null
  let since = { wall: Date.now(), cpu: cpuMs(child.pid!) }
  return setInterval(() => {
    const now = readProgress(job.progressFile)
    const at = { wall: Date.now(), cpu: cpuMs(child.pid!) }
    if (now !== last) {
      last = now
      since = at
    } else if (at.cpu - since.cpu > HANG_CPU_MS || at.wall - since.wall > HANG_WALL_MS) {
      child.kill('SIGKILL')
    }
  }, 500)
}

/** Core time of a process by the kernel's count (proc(5): utime and stime, 100 a second); 0 where there is no /proc. */
function cpuMs(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
    return (Number(fields[11]) + Number(fields[12])) * 10
  } catch {
    return 0
  }
}

/** The case that was begun last; null before the first. */
function readProgress(file: string): number | null {
  try {
    const bytes = readFileSync(file)
    return bytes.length === 8 ? bytes.readDoubleLE() : null
  } catch {
    return null
  }
}

function merge(total: FuzzResult, report: WorkerReport): void {
  total.failures.push(...report.failures)
  total.peakRssMiB = Math.max(total.peakRssMiB, report.peakRssMiB)
  if (report.slowestMs > total.slowestMs) {
    total.slowestMs = report.slowestMs
    total.slowestCase = report.slowestCase
  }
}
