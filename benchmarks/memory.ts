// How much memory does the ingest of 200,000 files need, and does it grow with their number?
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { largeFarm } from './farm.ts'
import { check, cli, type Outcome, withFolder } from './frame.ts'

const FILES = 200_000

export function run(): Promise<Outcome> {
  return withFolder(async (folder) => {
    largeFarm(join(folder, 'renders'), FILES)
    const samples = await residentMiB([cli, 'ingest', join(folder, 'renders'), '--catalog', join(folder, 'c.duckdb')])
    const quarter = Math.floor(samples.length / 4)
    check(quarter >= 2, `only ${samples.length} samples`)
    const second = Math.max(...samples.slice(quarter, 2 * quarter))
    const last = Math.max(...samples.slice(3 * quarter))
    return {
      input: { files: FILES, samples: samples.length },
      rows: [
        { name: 'peak resident memory', unit: 'MiB', median: Math.max(...samples), target: { atMost: 600 } },
        { name: 'last quarter / second quarter', unit: 'times', median: last / second, target: { atMost: 1.15 } },
      ],
      leavesOut: ['the page cache', 'memory between two samples, which are 100 ms apart'],
    }
  })
}

/** Resident memory of a Node.js program, all its threads included, from start to end. */
function residentMiB(args: readonly string[]): Promise<number[]> {
  const child = spawn(process.execPath, args, { stdio: 'ignore' })
  const samples: number[] = []
  const timer = setInterval(() => {
    const kib = /VmRSS:\s+(\d+) kB/.exec(statusOf(child.pid!))?.[1]
    if (kib !== undefined) samples.push(Number(kib) / 1024)
  }, 100)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => {
      clearInterval(timer)
      if (code === 0) resolve(samples)
      else reject(new Error(`ingest ended with ${code}`))
    })
  })
}

function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8')
  } catch {
    return ''
  }
}
