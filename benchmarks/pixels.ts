// How fast are pixels decoded, counted and hashed, against oiiotool --stats and OpenEXR's own decoding in the same run?
import { execFileSync, spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import {
  check,
  cli,
  type Outcome,
  product,
  projectRoot,
  quantile,
  type Row,
  type Target,
  timedProgram,
  withFolder,
} from './frame.ts'

const WIDTH = 4096
const HEIGHT = 2160
const MEGAPIXELS = (WIDTH * HEIGHT) / 1e6
const ROUNDS = 5
/** At least so many times as fast as oiiotool on one core. */
const TARGETS: Readonly<Record<string, number>> = { none: 3, zip: 3, zips: 3, piz: 2, dwaa: 2 }
const CASES = [
  ['none', 'half'],
  ['zips', 'half'],
  ['zip', 'half'],
  ['piz', 'half'],
  ['dwaa', 'half'],
  ['pxr24', 'half'],
  ['none', 'float'],
  ['zip', 'float'],
] as const
const LAYERS = 15

export function run(): Promise<Outcome> {
  return withFolder(measure)
}

async function measure(folder: string): Promise<Outcome> {
  const rows: Row[] = []
  for (const [compression, type] of CASES) rows.push(...(await compressionRows(folder, compression, type)))
  rows.push(...(await layerRows(folder)), ...thumbnailRows(folder))
  return {
    input: { width: WIDTH, height: HEIGHT, channels: 4, pixels: 'uniform noise', rounds: ROUNDS },
    rows,
    leavesOut: [
      'times are processor times of all threads, best of the rounds; the thumbnail has its wall time too',
      'the decode alone is our own without results: reading the file and crossing to C++ are in it, as in the statistics',
      'files are in the page cache; of oiiotool the time of starting is in it, about 0.1 s',
      'without compression the decode is no more than a copy out of the page cache, beside which any counting is much',
      'noise is the worst case for inflate and for the counters of percentiles; renders are faster',
    ],
  }
}

async function compressionRows(folder: string, compression: string, type: string): Promise<Row[]> {
  const { analysePixels } = await product<typeof import('../src/pixels/analyse.ts')>('pixels/analyse')
  const { openPixelFile } = await product<typeof import('../src/pixels/pixel-file.ts')>('pixels/pixel-file')
  const { layoutOf } = await product<typeof import('../src/pixels/layout.ts')>('pixels/layout')
  const { runPass } = await product<typeof import('../src/pixels/pass.ts')>('pixels/pass')
  const { fileSource } = await product<typeof import('../src/source/file.ts')>('source/file')
  const path = join(folder, `${compression}-${type}.exr`)
  writeNoise(path, WIDTH, HEIGHT, ['-d', type, '--compression', compression])
  const source = fileSource(path)
  const file = await openPixelFile(source)
  const layout = layoutOf(file, 0)
  if (!layout.canDecode) throw new Error(layout.reason)
  const { stats } = await analysePixels(source, { stats: true })
  check(stats?.parts[0]?.channels[0]?.count === WIDTH * HEIGHT, `${path}: not every sample was counted`)
  const best = await inTurns({
    decode: () => cpuOf(() => runPass(file, 0, layout, {})),
    stats: () => cpuOf(() => analysePixels(source, { stats: true })),
    hash: () => cpuOf(() => runPass(file, 0, layout, { hash: 0 })),
    loop: async () => (JSON.parse(timedProgram(loopProgram, [path]).stdout) as number[])[0]!,
    oiiotool: async () => cpuOfProgram('oiiotool', ['--threads', '1', '--stats', path]),
  })
  await source.close()
  rmSync(path)
  const rate = (name: string, ms: number): Row => ({
    name: `${compression} ${type}: ${name}`,
    unit: 'Mpix/s',
    median: (MEGAPIXELS * 1000) / ms,
  })
  const ratio = (name: string, unit: string, median: number, target?: Target): Row => ({
    name: `${compression} ${type}: ${name}`,
    unit,
    median,
    ...(target !== undefined && { target }),
  })
  const added = (ms: number) => 100 * (ms / best.decode - 1)
  const target = type === 'half' ? TARGETS[compression] : undefined
  return [
    rate('decode alone', best.decode),
    rate("OpenEXR's own decode alone", best.loop),
    rate('statistics', best.stats),
    ratio(
      'statistics against oiiotool --stats',
      'x',
      best.oiiotool / best.stats,
      target === undefined ? undefined : { atLeast: target },
    ),
    ratio('statistics add to the decode', '%', added(best.stats), { atMost: 35 }),
    ratio("statistics add to OpenEXR's own decode", '%', 100 * (best.stats / best.loop - 1), { atMost: 35 }),
    ratio('hashing adds to the decode', '%', added(best.hash), { atMost: 10 }),
  ]
}

/** One layer of fifteen with four channels each: as parts of their own, and side by side in one part. */
async function layerRows(folder: string): Promise<Row[]> {
  const { analysePixels } = await product<typeof import('../src/pixels/analyse.ts')>('pixels/analyse')
  const { fileSource } = await product<typeof import('../src/source/file.ts')>('source/file')
  const layers = Array.from({ length: LAYERS }, (_, i) => `layer${i}`)
  const namesOf = (layer: string) => ['R', 'G', 'B', 'A'].map((name) => `${layer}.${name}`)
  const [width, height] = [WIDTH / 2, HEIGHT / 2]
  const rows: Row[] = []
  for (const way of ['parts', 'one part, none', 'one part, zip']) {
    const path = join(folder, 'layers.exr')
    const isOne = way.startsWith('one')
    const noise = ['--pattern', NOISE, `${width}x${height}`]
    const images = isOne
      ? [...noise, String(LAYERS * 4), '--chnames', layers.flatMap(namesOf).join(',')]
      : [...layers.flatMap((layer) => [...noise, '4', '--chnames', namesOf(layer).join(',')]), '--siappendall']
    execFileSync('oiiotool', [
      ...images,
      '-d',
      'half',
      '--compression',
      way.endsWith('none') ? 'none' : 'zip',
      '-o',
      path,
    ])
    const source = fileSource(path)
    const { stats } = await analysePixels(source, { stats: true, layer: 'layer7' })
    check(stats?.parts.flatMap(({ channels }) => channels).length === 4, `${path}: not four channels were counted`)
    const best = await inTurns({
      all: () => cpuOf(() => analysePixels(source, { stats: true })),
      layer: () => cpuOf(() => analysePixels(source, { stats: true, layer: 'layer7' })),
    })
    await source.close()
    rmSync(path)
    rows.push({
      name: `4 of ${LAYERS * 4} channels, ${way}: share of the time of all`,
      unit: '%',
      median: (100 * best.layer) / best.all,
      // One chunk of one part holds all of its channels: packed, they have to be unpacked together.
      ...(way !== 'one part, zip' && { target: { atMost: 15 } }),
    })
  }
  return rows
}

function thumbnailRows(folder: string): Row[] {
  const path = join(folder, 'frame.exr')
  writeNoise(path, WIDTH, HEIGHT, ['-d', 'half', '--compression', 'zip'])
  const args = [cli, 'thumbnail', path, '-o', join(folder, 'frame.png'), '--size', '512']
  // Node.js reads the certificates that this names whenever it starts, before anything of ours.
  delete process.env['NODE_EXTRA_CA_CERTS']
  const wall = Array.from({ length: ROUNDS }, () => timedProgram(process.execPath, args).ms)
  const cpu = Array.from({ length: ROUNDS }, () => cpuOfProgram(process.execPath, args))
  rmSync(path)
  return [
    {
      name: 'thumbnail of a zip frame, process included',
      unit: 'ms',
      median: quantile(wall, 0),
      target: { atMost: 250 },
    },
    { name: 'the same, processor time', unit: 'ms', median: quantile(cpu, 0) },
  ]
}

const NOISE = 'noise:type=uniform:min=0:max=1:mono=0'
const loopProgram = join(projectRoot, 'build/tools/pixel-loop')

/** A frame of uniform noise in R, G, B and A. */
export function writeNoise(path: string, width: number, height: number, options: readonly string[]): void {
  execFileSync('oiiotool', ['--pattern', NOISE, `${width}x${height}`, '4', ...options, '-o', path])
}

/** The best of each, taken in turns so that a busy moment of the machine hits no one alone. */
async function inTurns<Name extends string>(work: Record<Name, () => Promise<number>>): Promise<Record<Name, number>> {
  const names = Object.keys(work) as Name[]
  const best = Object.fromEntries(names.map((name) => [name, Infinity])) as Record<Name, number>
  for (let round = 0; round < ROUNDS; round++) {
    for (const name of names) best[name] = Math.min(best[name], await work[name]())
  }
  return best
}

/** Processor time of this process in milliseconds, all threads. */
async function cpuOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

/** Processor time of a program from its start to its end. */
function cpuOfProgram(command: string, args: readonly string[]): number {
  const run = spawnSync('bash', ['-c', 'TIMEFORMAT="%U %S"; time "$@" >/dev/null', 'bash', command, ...args], {
    encoding: 'utf8',
  })
  const seconds = run.stderr.trim().split('\n').at(-1)!.split(' ').map(Number)
  check(run.status === 0 && seconds.length === 2, `${command} ended with ${run.status}: ${run.stderr.slice(-500)}`)
  return 1000 * (seconds[0]! + seconds[1]!)
}
