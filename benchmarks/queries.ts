// How long does each named query take over 1,000,000 files, and how much memory?
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { farmDir } from '../test/paths.ts'
import { copyFiles } from '../test/server/explorer/many.ts'
import { check, cli, type Outcome, product, type Row, timedProgram, withFolder } from './frame.ts'

/** Of every sequence a frame is missing. `EXR_BENCH_FILES` sets another number to try it with; `EXR_BENCH_CATALOG` names a catalog that is kept. */
const FILES = Number(process.env['EXR_BENCH_FILES'] ?? 1_000_000)
const ROUNDS = 3

/** What queries are given that must be told something, and what keeps answers to what somebody reads. */
const GIVEN: Readonly<Record<string, (file: string) => readonly string[]>> = {
  'similar-renders': (file) => [`file=${file}`],
  'attribute-values': () => ['name=software'],
  shots: () => ['template=**/farm/{copy}/{show}/{shot}/**', 'by=show,shot'],
  'recently-changed': () => ['since=2026-01-01'],
  'channel-composition': () => ['all=Z'],
}

/** Says at the end what the process took at most, in KiB. */
const SAY_PEAK = `data:text/javascript,${encodeURIComponent(`
  import { readFileSync, writeSync } from 'node:fs'
  process.on('exit', () => writeSync(2, 'PEAK ' + /VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'latin1'))[1]))
`)}`

export function run(): Promise<Outcome> {
  return withFolder(async (folder) => {
    const { QUERIES } = await product<typeof import('../src/queries/all.ts')>('queries/all')
    const url = process.env['EXR_BENCH_CATALOG'] ?? join(folder, 'catalog.duckdb')
    const isMade = existsSync(url)
    const looks = [
      '--stats',
      '--deep-stats',
      '--hash',
      '--validate',
      'all',
      '--quiet',
      '--jobs',
      '1',
      '--ignore',
      '*.1017.exr',
    ]
    if (!isMade) timedProgram(process.execPath, [cli, 'ingest', farmDir(), '--catalog', url, ...looks])
    const ask = (args: readonly string[]) => {
      const start = performance.now()
      const run = spawnSync(process.execPath, ['--import', SAY_PEAK, cli, ...args, '--catalog', url], {
        encoding: 'utf8',
        maxBuffer: 1 << 30,
      })
      const ms = performance.now() - start
      check(run.status === 0, `${args.join(' ')}: ${run.stderr}`)
      return { ms, stdout: run.stdout, peakMiB: Number(/PEAK (\d+)/.exec(run.stderr)?.[1]) / 1024 }
    }
    const count = () => {
      const { stdout } = ask(['sql', 'SELECT count(*) AS n, min(file_path) AS path FROM live_files', '--json'])
      return (JSON.parse(stdout) as [{ n: number; path: string }])[0]
    }
    if (!isMade) await copyFiles(url, 'farm', Math.ceil(FILES / count().n) - 1, { everything: true })
    const { n, path } = count()
    check(n >= FILES, `${n} files`)
    const rows: Row[] = []
    let highest = 0
    for (const name of Object.keys(QUERIES)) {
      const given = (GIVEN[name]?.(path) ?? []).flatMap((value) => ['-p', value])
      const asked = Array.from({ length: ROUNDS }, () => ask(['query', name, ...given, '--format', 'ndjson']))
      highest = Math.max(highest, ...asked.map(({ peakMiB }) => peakMiB))
      const times = asked.map(({ ms }) => ms / 1000).sort((a, b) => a - b)
      const answers = asked[0]!.stdout.split('\n').length - 1
      rows.push({ name: `${name}, ${answers} rows`, unit: 's', median: times[1]!, p99: times.at(-1)!, rounds: ROUNDS })
      console.log(
        name,
        times.map((time) => time.toFixed(1)).join(' '),
        asked.map(({ peakMiB }) => peakMiB.toFixed(0)).join(' '),
      )
    }
    rows.push({ name: 'resident memory of the process, at most', unit: 'MiB', median: highest })
    return {
      input: { files: n, rounds: ROUNDS },
      rows,
      leavesOut: [
        'a first look after the machine was started',
        'an engine in front of a VAST DataBase',
        'hashes and statistics of pixels, where the catalog has none',
      ],
    }
  })
}
