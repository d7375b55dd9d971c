// How fast are pixels decoded, counted and hashed, against oiiotool --stats in the same run?
import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { check, type Outcome, product, type Row, withFolder } from './frame.ts'

const WIDTH = 4096
const HEIGHT = 2160
const MEGAPIXELS = (WIDTH * HEIGHT) / 1e6
const ROUNDS = 3
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

export function run(): Promise<Outcome> {
  return withFolder(measure)
}

async function measure(folder: string): Promise<Outcome> {
  const { analysePixels } = await product<typeof import('../src/pixels/analyse.ts')>('pixels/analyse')
  const { openPixelFile } = await product<typeof import('../src/pixels/pixel-file.ts')>('pixels/pixel-file')
  const { layoutOf } = await product<typeof import('../src/pixels/layout.ts')>('pixels/layout')
  const { runPass } = await product<typeof import('../src/pixels/pass.ts')>('pixels/pass')
  const { fileSource } = await product<typeof import('../src/source/file.ts')>('source/file')
  const rows: Row[] = []
  for (const [compression, type] of CASES) {
    const path = join(folder, `${compression}-${type}.exr`)
    const noise = ['--pattern', 'noise:type=uniform:min=0:max=1:mono=0', `${WIDTH}x${HEIGHT}`, '4']
    execFileSync('oiiotool', [...noise, '-d', type, '--compression', compression, '-o', path])
    const source = fileSource(path)
    const file = await openPixelFile(source)
    const layout = layoutOf(file, 0)
    if (!layout.canDecode) throw new Error(layout.reason)
    const oiiotool = () => execFileSync('oiiotool', ['--threads', '1', '--stats', path], { stdio: 'pipe' })
    const work = {
      decode: () => runPass(file, 0, layout, {}),
      stats: () => analysePixels(source, { stats: true }),
      hash: () => runPass(file, 0, layout, { hash: 0 }),
      oiiotool: async () => oiiotool(),
    }
    const { stats } = await work.stats()
    check(stats?.parts[0]?.channels[0]?.count === WIDTH * HEIGHT, `${path}: not every sample was counted`)
    // In turns, and the best of each, so that a busy moment of the machine hits no one alone.
    const best = { decode: Infinity, stats: Infinity, hash: Infinity, oiiotool: Infinity }
    for (let round = 0; round < ROUNDS; round++) {
      for (const name of Object.keys(work) as (keyof typeof work)[]) {
        const start = performance.now()
        await work[name]()
        best[name] = Math.min(best[name], performance.now() - start)
      }
    }
    await source.close()
    rmSync(path)
    const title = `${compression} ${type}`
    const target = type === 'half' ? TARGETS[compression] : undefined
    rows.push(
      { name: `${title}: decode alone`, unit: 'Mpix/s', median: (MEGAPIXELS * 1000) / best.decode },
      { name: `${title}: statistics`, unit: 'Mpix/s', median: (MEGAPIXELS * 1000) / best.stats },
      {
        name: `${title}: statistics against oiiotool --stats`,
        unit: 'x',
        median: best.oiiotool / best.stats,
        ...(target !== undefined && { target: { atLeast: target } }),
      },
      {
        name: `${title}: statistics add to the decode`,
        unit: '%',
        median: 100 * (best.stats / best.decode - 1),
        target: { atMost: 35 },
      },
      {
        name: `${title}: hashing adds to the decode`,
        unit: '%',
        median: 100 * (best.hash / best.decode - 1),
        target: { atMost: 10 },
      },
    )
  }
  return {
    input: { width: WIDTH, height: HEIGHT, channels: 4, pixels: 'uniform noise', rounds: ROUNDS },
    rows,
    leavesOut: [
      'the decode alone is our own without results, not a C++ program: reading the file and crossing to C++ are in it',
      'files are in the page cache; oiiotool is timed as a process, of which starting is about 0.1 s',
      'noise is the worst case for inflate and for the counters of percentiles; renders are faster',
    ],
  }
}
