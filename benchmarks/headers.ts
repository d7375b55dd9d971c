// How long does a payload take, compared with what OpenImageIO alone, other programs and Python need for the header?
import { cpus } from 'node:os'
import { join } from 'node:path'
import { farmFiles, totalBytes } from './farm.ts'
import { check, type Outcome, product, projectRoot, quantile, type Row, row, timedProgram, times } from './frame.ts'

const ROUNDS = 9
/** A pool pays for its threads once; so many rounds of the farm are one call. */
const REPEATS = 20

export async function run(): Promise<Outcome> {
  const { inspectFileSync } = await product<typeof import('../src/inspect/inspect-file.ts')>('inspect/inspect-file')
  const { inspectMany } = await product<typeof import('../src/pool/index.ts')>('pool/index')
  const files = farmFiles()
  const threads = cpus().length
  const perFile = 1000 / files.length

  const parts = files.reduce((sum, file) => sum + inspectFileSync(file).parts.length, 0)
  const bare = (count: number) => bareLoop(files, count, parts)
  const single = await times(ROUNDS, 2, () => {
    for (const file of files) inspectFileSync(file)
  })
  const each = files.map((file) => timeOf(() => inspectFileSync(file)))
  const many = Array.from({ length: REPEATS }, () => files).flat()
  const pooled = await times(ROUNDS, 1, async () => {
    let seen = 0
    for await (const { payload } of inspectMany(many, { maxThreads: threads, ordered: false })) seen += payload ? 1 : 0
    check(seen === many.length, `inspectMany gave ${seen} payloads of ${many.length} files`)
  })
  const loop = bare(1)
  const loops = bare(threads)
  const python = pythonLoop(files, parts)

  const rows: Row[] = [
    row('payload, one thread', 'us/file', single, perFile),
    {
      name: 'payload, one thread, single files',
      unit: 'us/file',
      median: quantile(each, 0.5) * 1000,
      p99: quantile(each, 0.99) * 1000,
    },
    row(`payload, inspectMany on ${threads} threads`, 'us/file', pooled, perFile / REPEATS),
    row('bare C++ loop, one thread', 'us/file', loop, perFile),
    row(`bare C++ loop, ${threads} threads`, 'us/file', loops, perFile),
    row('exrheader, one process for all', 'us/file', programTimes('exrheader', [], files), perFile),
    row('iinfo -v, one process for all', 'us/file', programTimes('iinfo', ['-v', '-a'], files), perFile),
    ...(python ? [row('Python OpenImageIO, one process', 'us/file', python, perFile)] : []),
    ratio('payload / bare C++ loop, one thread', single, loop, { atMost: 2 }),
    ratio(
      `inspectMany / bare C++ loop, ${threads} threads`,
      pooled.map((ms) => ms / REPEATS),
      loops,
      { atMost: 2 },
    ),
    ...(python ? [ratio('Python / payload, per core', python, single, { atLeast: 12 })] : []),
  ]
  return {
    input: { files: files.length, parts, bytes: totalBytes(files) },
    rows,
    leavesOut: [
      'cold disks and networks: every file is in the page cache',
      'process start of exrheader, iinfo and Python is inside their time, once for all files',
      'the bare loop reads the ImageSpec of every part and throws it away; the payload holds every attribute as stored, hashes the header and judges chunk tables',
    ],
  }
}

function timeOf(work: () => unknown): number {
  const start = performance.now()
  work()
  return performance.now() - start
}

function ratio(name: string, above: readonly number[], below: readonly number[], target: Row['target']): Row {
  return { name, unit: 'times', median: quantile(above, 0.5) / quantile(below, 0.5), ...(target ? { target } : {}) }
}

/** Wall time of each round over all files, in milliseconds. */
function bareLoop(files: readonly string[], threads: number, parts: number): number[] {
  const program = join(projectRoot, 'build/tools/header-loop')
  const { stdout } = timedProgram(program, [String(threads), String(ROUNDS + 2)], files.join('\n'))
  const result: { rounds: number[]; parts: number } = JSON.parse(stdout)
  check(result.parts === parts, `the bare loop saw ${result.parts} parts, the payloads ${parts}`)
  return result.rounds.slice(2)
}

function programTimes(command: string, args: readonly string[], files: readonly string[]): number[] {
  return [1, 2, 3].map(() => timedProgram(command, [...args, ...files]).ms)
}

/** Null, and a word about it, where Python has no OpenImageIO. */
function pythonLoop(files: readonly string[], parts: number): number[] | null {
  try {
    const script = join(projectRoot, 'benchmarks/python_reader.py')
    const { stdout } = timedProgram('/usr/bin/python3', [script, '5'], files.join('\n'))
    const result: { rounds: number[]; parts: number } = JSON.parse(stdout)
    check(result.parts === parts, `Python saw ${result.parts} parts, the payloads ${parts}`)
    return result.rounds.slice(1)
  } catch (error) {
    console.warn(`Skipped: the comparison with Python (package python3-openimageio): ${error}`)
    return null
  }
}
