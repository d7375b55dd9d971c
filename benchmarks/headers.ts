// How long does a payload take, compared with what OpenImageIO alone, other programs and Python need for the header?
import { cpus } from 'node:os'
import { join } from 'node:path'
import { differingFarm, filesBelow, totalBytes } from './farm.ts'
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
  withFolder,
} from './frame.ts'

const ROUNDS = 7
/** Files, which all differ. */
const FILES = 4320
/** Files that are encoded together. */
const BATCH = 256
/** Rounds of the farm until the code is compiled for good. */
const WARM_UP = 3
/** A pool pays for its threads once; so many rounds of the farm are one call. */
const REPEATS = 6

export function run(): Promise<Outcome> {
  return withFolder(async (folder) => {
    differingFarm(folder, FILES)
    return measure(filesBelow(folder))
  })
}

async function measure(files: readonly string[]): Promise<Outcome> {
  const { inspectFileSync, inspectRuns } =
    await product<typeof import('../src/inspect/inspect-file.ts')>('inspect/inspect-file')
  const { inspectMany } = await product<typeof import('../src/tasks/inspect-many.ts')>('tasks/inspect-many')
  const { DEFAULT_LIMITS, HeaderMemory } = await product<typeof import('../src/header/index.ts')>('header/index')
  const { BatchEncoder } = await product<typeof import('../src/tables/index.ts')>('tables/index')
  const threads = cpus().length
  const perFile = 1000 / files.length

  const parts = files.reduce((sum, file) => sum + inspectFileSync(file).parts.length, 0)
  const readAll = () => {
    for (const file of files) inspectFileSync(file)
  }
  const memory = new HeaderMemory(DEFAULT_LIMITS.channels)
  /** What a worker of an ingest does, from opening to columns; or only to payloads. */
  const readBatches = (encodes: boolean) => {
    let seen = 0
    for (let start = 0; start < files.length; start += BATCH) {
      const encoder = new BatchEncoder({ runId: 'benchmark', foldCase: false })
      for (const results of inspectRuns(files.slice(start, start + BATCH), {}, undefined, null, memory)) {
        for (const result of results) {
          if (!('ok' in result && result.ok)) continue
          seen += result.value.parts.length
          if (encodes) encoder.add({ payload: result.value, inspectedAtUs: 0n, durationUs: 0 })
        }
      }
      if (encodes) check(encoder.finish().failures.length === 0, 'a file could not be encoded')
    }
    check(seen === parts, `batches had ${seen} parts of ${parts}`)
  }
  const many = Array.from({ length: REPEATS }, () => files).flat()
  const readPooled = async () => {
    let seen = 0
    for await (const { payload } of inspectMany(many, { maxThreads: threads, ordered: false })) seen += payload ? 1 : 0
    check(seen === many.length, `inspectMany gave ${seen} payloads of ${many.length} files`)
  }
  for (let round = 0; round < WARM_UP; round++) {
    readAll()
    readBatches(true)
  }
  const each = files.slice(0, 1000).map((file) => timeOf(() => inspectFileSync(file)))

  // In turns, so that whatever else the machine does falls on all of them alike.
  const single: number[] = []
  const payloads: number[] = []
  const columns: number[] = []
  const pooled: number[] = []
  const loop: number[] = []
  const loops: number[] = []
  const python: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    single.push(await cpuOf(readAll))
    payloads.push(await cpuOf(() => readBatches(false)))
    columns.push(await cpuOf(() => readBatches(true)))
    loop.push(bareLoop(files, 1, parts))
    python.push(...pythonLoop(files, parts))
    pooled.push((await cpuOf(readPooled)) / REPEATS)
    loops.push(bareLoop(files, threads, parts))
  }

  const rows: Row[] = [
    row('payload, file by file', 'us/file', single, perFile),
    {
      name: 'payload, file by file, wall time of single files',
      unit: 'us/file',
      median: quantile(each, 0.5) * 1000,
      p99: quantile(each, 0.99) * 1000,
    },
    row('payloads of batches', 'us/file', payloads, perFile),
    row('columns of batches', 'us/file', columns, perFile),
    row(`payloads of inspectMany, ${threads} threads`, 'us/file', pooled, perFile),
    row('bare C++ loop, one thread', 'us/file', loop, perFile),
    row(`bare C++ loop, ${threads} threads`, 'us/file', loops, perFile),
    row('exrheader, one process for all, wall time', 'us/file', programTimes('exrheader', [], files), perFile),
    row('iinfo -v, one process for all, wall time', 'us/file', programTimes('iinfo', ['-v', '-a'], files), perFile),
    ...(python.length > 0 ? [row('Python OpenImageIO, one process, wall time', 'us/file', python, perFile)] : []),
    ratio('columns / bare C++ loop, one thread', columns, loop, { atMost: 2 }),
    ratio('payloads of batches / bare C++ loop, one thread', payloads, loop, { atMost: 3 }),
    ratio(`payloads of inspectMany / bare C++ loop, ${threads} threads`, pooled, loops, { atMost: 3 }),
    ...(python.length > 0 ? [ratio('Python / payloads of batches', python, payloads)] : []),
  ]
  return {
    input: { files: files.length, parts, bytes: totalBytes(files) },
    rows,
    leavesOut: [
      'times are CPU of the whole process, garbage collection and compilers included, but where wall time is named',
      'cold disks and networks: every file is in the page cache',
      'process start of exrheader, iinfo and Python is inside their time, once for all files',
      'the bare loop reads the ImageSpec of every part and throws it away; the payload holds every attribute as stored, hashes the header and judges chunk tables',
    ],
  }
}

/** Milliseconds of CPU of this process, all its threads. */
async function cpuOf(work: () => unknown): Promise<number> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

function timeOf(work: () => unknown): number {
  const start = performance.now()
  work()
  return performance.now() - start
}

/** The median of the ratios of each round. */
function ratio(name: string, above: readonly number[], below: readonly number[], target?: Target): Row {
  const ratios = above.map((value, round) => value / below[round]!)
  return { name, unit: 'times', median: quantile(ratios, 0.5), rounds: ratios.length, ...(target && { target }) }
}

/** CPU over all files in milliseconds: the middle of three rounds of one process, after one that does not count. */
function bareLoop(files: readonly string[], threads: number, parts: number): number {
  const program = join(projectRoot, 'build/tools/header-loop')
  const { stdout } = timedProgram(program, [String(threads), '4'], files.join('\n'))
  const result: { cpu: number[]; parts: number } = JSON.parse(stdout)
  check(result.parts === parts, `the bare loop saw ${result.parts} parts, the payloads ${parts}`)
  return quantile(result.cpu.slice(1), 0.5)
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
