// How much memory do pixels take beyond the process's own, on a frame of 16,384 x 16,384 and on one of 200 channels?
import { spawnSync } from 'node:child_process'
import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { deflateSync } from 'node:zlib'
import { check, type Outcome, projectRoot, type Row, withFolder } from './frame.ts'

const FRAMES = [
  { name: '16,384 x 16,384, 4 channels', width: 16_384, height: 16_384, channels: 4 },
  { name: '4096 x 2160, 200 channels', width: 4096, height: 2160, channels: 200 },
] as const
const ROWS_A_CHUNK = 16
const MIB = 2 ** 20
/** Beside two chunks. */
const BOUND_MIB = 96

export function run(): Promise<Outcome> {
  return withFolder(async (folder) => {
    const small = join(folder, 'small.exr')
    writeFrame(small, 64, 64, 4)
    const rows: Row[] = []
    for (const { name, width, height, channels } of FRAMES) {
      const path = join(folder, 'large.exr')
      const chunkMib = (ROWS_A_CHUNK * width * channels * 2) / MIB
      writeFrame(path, width, height, channels)
      rows.push({
        name: `${name}: beyond a small frame, chunks of ${chunkMib} MiB`,
        unit: 'MiB',
        median: peakOf([small, path], width * height * channels) - peakOf([small], 64 * 64 * 4),
        target: { atMost: BOUND_MIB + 2 * chunkMib },
      })
      rmSync(path)
    }
    return {
      input: { compression: 'zip', type: 'half', work: 'statistics, hashes and whole-frame checks' },
      rows,
      leavesOut: [
        'peaks are VmHWM of a process of its own, less that of a process that looks at a small frame alone',
        'every chunk holds the same rows: how samples differ does not change what is allocated',
      ],
    }
  })
}

/** Most resident memory of a process that looks at the files in turn, in MiB; checks that the last was seen whole. */
function peakOf(paths: readonly string[], samples: number): number {
  const script = `
    import { readFileSync } from 'node:fs'
    const { analysePixels } = await import(${JSON.stringify(join(projectRoot, 'dist/pixels/analyse.js'))})
    const { fileSource } = await import(${JSON.stringify(join(projectRoot, 'dist/source/file.js'))})
    let seen = 0
    for (const path of ${JSON.stringify(paths)}) {
      const source = fileSource(path)
      const { stats } = await analysePixels(source, { stats: true, hash: 'xxh3-128' })
      seen = stats.parts[0].channels.reduce((sum, { count }) => sum + count, 0)
      await source.close()
    }
    const [, peak] = /VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))
    console.log(JSON.stringify({ seen, peakKib: Number(peak) }))`
  const run = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })
  check(run.status === 0, `the process ended with ${run.status}: ${run.stderr.slice(-500)}`)
  const { seen, peakKib } = JSON.parse(run.stdout) as { seen: number; peakKib: number }
  check(seen === samples, `${seen} of ${samples} samples were seen`)
  return peakKib / 1024
}

/** A zip frame of half channels, written chunk by chunk: never more than one chunk in memory. */
function writeFrame(path: string, width: number, height: number, channels: number): void {
  const int = (...numbers: number[]) => Buffer.from(Int32Array.from(numbers).buffer)
  const float = (...numbers: number[]) => Buffer.from(Float32Array.from(numbers).buffer)
  const attribute = (name: string, type: string, data: Buffer) =>
    Buffer.concat([Buffer.from(`${name}\0${type}\0`), int(data.length), data])
  const names = channels === 4 ? ['A', 'B', 'G', 'R'] : Array.from({ length: channels }, (_, i) => `c${1000 + i}`)
  const list = names.map((name) => Buffer.concat([Buffer.from(`${name}\0`), int(1, 0, 1, 1)]))
  const window = int(0, 0, width - 1, height - 1)
  const header = Buffer.concat([
    int(20000630, 2),
    attribute('channels', 'chlist', Buffer.concat([...list, Buffer.from([0])])),
    attribute('compression', 'compression', Buffer.from([3])),
    attribute('dataWindow', 'box2i', window),
    attribute('displayWindow', 'box2i', window),
    attribute('lineOrder', 'lineOrder', Buffer.from([0])),
    attribute('pixelAspectRatio', 'float', float(1)),
    attribute('screenWindowCenter', 'v2f', float(0, 0)),
    attribute('screenWindowWidth', 'float', float(1)),
    Buffer.from([0]),
  ])
  const chunks = Math.ceil(height / ROWS_A_CHUNK)
  const packed = Array.from({ length: 2 }, (_, isLast) => {
    const rows = isLast ? height - (chunks - 1) * ROWS_A_CHUNK : ROWS_A_CHUNK
    const bytes = Buffer.alloc(rows * width * channels * 2)
    for (let i = 0; i < bytes.length; i++) bytes[i] = 128 + (i % 7)
    return deflateSync(bytes, { level: 1 })
  })
  const of = (chunk: number) => packed[chunk === chunks - 1 ? 1 : 0]!
  const table = new BigUint64Array(chunks)
  let at = header.length + 8 * chunks
  for (let i = 0; i < chunks; i++) {
    table[i] = BigInt(at)
    at += 8 + of(i).length
  }
  const file = openSync(path, 'w')
  writeSync(file, header)
  writeSync(file, Buffer.from(table.buffer))
  for (let i = 0; i < chunks; i++) writeSync(file, Buffer.concat([int(i * ROWS_A_CHUNK, of(i).length), of(i)]))
  closeSync(file)
}
