/**
 * Runs a range of cases in a process of its own, so that a crash or a hang is seen from outside. Before each case it
 * writes the case's number to the progress file: what stands there when the process dies is the guilty one.
 */
import { openSync, writeFileSync, writeSync } from 'node:fs'
import type { WorkerJob, WorkerReport } from './jobs.ts'
import { fuzzCase, readSeeds } from './seeds.ts'
import { TARGETS } from './targets.ts'

const job: WorkerJob = JSON.parse(process.argv[2]!)
const seeds = readSeeds(job.corpus)
const run = TARGETS[job.target]
const progress = openSync(job.progressFile, 'w')
const number = Buffer.alloc(8)
const report: WorkerReport = { failures: [], slowestMs: 0, slowestCase: -1, peakRssMiB: 0 }

for (let index = job.from; index < job.to; index++) {
  number.writeDoubleLE(index)
  writeSync(progress, number, 0, 8, 0)
  const input = fuzzCase(seeds, job.seed, index)
  const start = process.cpuUsage()
  try {
    await run(input)
  } catch (error) {
    report.failures.push({ index, message: error instanceof Error ? (error.stack ?? error.message) : String(error) })
  }
  const { user, system } = process.cpuUsage(start)
  const ms = (user + system) / 1000
  if (ms > report.slowestMs) {
    report.slowestMs = ms
    report.slowestCase = index
  }
}
report.peakRssMiB = Math.round(process.resourceUsage().maxRSS / 1024)
writeFileSync(job.reportFile, JSON.stringify(report))
