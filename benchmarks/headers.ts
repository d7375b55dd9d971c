// How long does a payload take, compared with what OpenImageIO alone, other programs and Python need for the header?
import { cpus } from 'node:os'
import { join } from 'node:path'
import { farmFiles, totalBytes } from './farm.ts'
import {
  check,
  type Outcome,
  product,
  projectRoot,
  quantile,
  type Row,
  row,
  type Target,
  timedProgram,
  times,
} from './frame.ts'

const ROUNDS = 9
/** Rounds of the farm until the code is compiled for good. */
const WARM_UP = 6
/** A pool pays for its threads once; so many rounds of the farm are one call. */
const REPEATS = 20

export async function run(): Promise<Outcome> {
  const { inspectFileSync } = await product<typeof import('../src/inspect/inspect-file.ts')>('inspect/inspect-file')
  const { inspectMany } = await product<typeof import('../src/tasks/inspect-many.ts')>('tasks/inspect-many')
  const files = farmFiles()
  const threads = cpus().length
  const perFile = 1000 / files.length

  const parts = files.reduce((sum, file) => sum + inspectFileSync(file).parts.length, 0)
  const readAll = () => {
    for (const file of files) inspectFileSync(file)
  }
  const many = Array.from({ length: REPEATS }, () => files).flat()
  const readPooled = async () => {
    let seen = 0
    for await (const { payload } of inspectMany(many, { maxThreads: threads, ordered: false })) seen += payload ? 1 : 0
    check(seen === many.length, `inspectMany gave ${seen} payloads of ${many.length} files`)
  }
  await times(WARM_UP, 0, readAll)
  const each = files.map((file) => timeOf(() => inspectFileSync(file)))

  // In turns, so that whatever else the machine does falls on all of them alike.
  const single: number[] = []
  const loop: number[] = []
  const pooled: number[] = []
  const loops: number[] = []
  const python: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    single.push(...(await times(1, 0, readAll)))
    loop.push(bareLoop(files, 1, parts))
    python.push(...pythonLoop(files, parts))
    pooled.push((await times(1, 0, readPooled))[0]! / REPEATS)
    loops.push(bareLoop(files, threads, parts))
  }

  const rows: Row[] = [
    row('payload, one thread', 'us/file', single, perFile),
    {
      name: 'payload, one thread, single files',
      unit: 'us/file',
      median: quantile(each, 0.5) * 1000,
      p99: quantile(each, 0.99) * 1000,
    },
    row(`payload, inspectMany on ${threads} threads`, 'us/file', pooled, perFile),
    row('bare C++ loop, one thread', 'us/file', loop, perFile),
    row(`bare C++ loop, ${threads} threads`, 'us/file', loops, perFile),
    row('exrheader, one process for all', 'us/file', programTimes('exrheader', [], files), perFile),
    row('iinfo -v, one process for all', 'us/file', programTimes('iinfo', ['-v', '-a'], files), perFile),
    ...(python.length > 0 ? [row('Python OpenImageIO, one process', 'us/file', python, perFile)] : []),
    ratio('payload / bare C++ loop, one thread', single, loop, { atMost: 2 }),
    ratio(`inspectMany / bare C++ loop, ${threads} threads`, pooled, loops, { atMost: 2 }),
    ...(python.length > 0 ? [ratio('Python / payload, per core', python, single, { atLeast: 12 })] : []),
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

/** The median of the ratios of each round. */
function ratio(name: string, above: readonly number[], below: readonly number[], target: Target): Row {
  const ratios = above.map((value, round) => value / below[round]!)
  return { name, unit: 'times', median: quantile(ratios, 0.5), rounds: ratios.length, target }
}

/** Wall time over all files in milliseconds: the middle of three rounds of one process, after one that does not count. */
function bareLoop(files: readonly string[], threads: number, parts: number): number {
  const program = join(projectRoot, 'build/tools/header-loop')
  const { stdout } = timedProgram(program, [String(threads), '4'], files.join('\n'))
  const result: { rounds: number[]; parts: number } = JSON.parse(stdout)
  check(result.parts === parts, `the bare loop saw ${result.parts} parts, the payloads ${parts}`)
  return quantile(result.rounds.slice(1), 0.5)
}

function programTimes(command: string, args: readonly string[], files: readonly string[]): number[] {
  return [1, 2, 3].map(() => timedProgram(command, [...args, ...files]).ms)
}

/** One wall time like that; none, and a word about it, where Python has no OpenImageIO. */
function pythonLoop(files: readonly string[], parts: number): number[] {
  let stdout: string
  try {
    stdout = timedProgram(
      '/usr/bin/python3',
      [join(projectRoot, 'benchmarks/python_reader.py'), '2'],
      files.join('\n'),
    ).stdout
  } catch (error) {
    console.warn(`Skipped: the comparison with Python (package python3-openimageio): ${error}`)
    return []
  }
  const result: { rounds: number[]; parts: number } = JSON.parse(stdout)
  check(result.parts === parts, `Python saw ${result.parts} parts, the payloads ${parts}`)
  return result.rounds.slice(1)
}
