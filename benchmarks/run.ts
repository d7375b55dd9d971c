/**
 * Runs benchmarks, prints a table, and writes benchmarks/results/<name>.json.
 *
 *   npm run bench [-- [name...] [--no-build] [--dry]]
 *
 * `--no-build` takes dist and the addon as they are; `--dry` writes no results. Each benchmark runs in a process of
 * its own. Ends with exit code 1 when a benchmark fails or misses its target.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import Table from 'cli-table3'
import { type BenchmarkModule, type Machine, machine, type Outcome, projectRoot, type Row } from './frame.ts'

const here = join(projectRoot, 'benchmarks')

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'no-build': { type: 'boolean', default: false },
    dry: { type: 'boolean', default: false },
    here: { type: 'boolean', default: false },
  },
})

if (values.here) await runHere(positionals[0]!)
else process.exitCode = runAll(positionals.length > 0 ? positionals : benchmarkNames())

function runAll(names: readonly string[]): number {
  const unknown = names.find((name) => !benchmarkNames().includes(name))
  if (unknown !== undefined) {
    console.error(`No benchmark ${unknown}. There are: ${benchmarkNames().join(', ')}`)
    return 2
  }
  if (!values['no-build']) execFileSync('npm', ['run', '--silent', 'build'], { cwd: projectRoot, stdio: 'inherit' })
  execFileSync(join(projectRoot, 'test/fixtures/make.sh'), { stdio: 'inherit' })
  let failed = 0
  for (const name of names) {
    const flags = values.dry ? ['--dry'] : []
    const args = ['--expose-gc', '--import', 'tsx', fileURLToPath(import.meta.url), '--here', name, ...flags]
    const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' })
    if (status !== 0) failed += 1
  }
  return failed > 0 ? 1 : 0
}

async function runHere(name: string): Promise<void> {
  const { run }: BenchmarkModule = await import(join(here, `${name}.ts`))
  console.log(`\n${name}: ${questionOf(name)}`)
  const at = machine()
  if (at.load > at.cores)
    console.warn(`The machine is busy (load ${at.load} on ${at.cores} cores): expect high figures`)
  const outcome = await run()
  print(outcome)
  if (!values.dry) write(name, at, outcome)
  process.exitCode = outcome.rows.every(isMet) ? 0 : 1
}

/** Files whose first line is a question. */
function benchmarkNames(): string[] {
  return readdirSync(here)
    .filter((file) => file.endsWith('.ts') && questionOf(file.slice(0, -3)) !== null)
    .map((file) => file.slice(0, -3))
}

function questionOf(name: string): string | null {
  const [first = ''] = readFileSync(join(here, `${name}.ts`), 'utf8').split('\n', 1)
  return /^\/\/ (.*\?)$/.exec(first)?.[1] ?? null
}

function print({ input, rows, leavesOut }: Outcome): void {
  const table = new Table({
    head: ['', 'median', 'p99', 'unit', 'target', ''],
    colAligns: ['left', 'right', 'right', 'left', 'left', 'left'],
    style: { head: [], border: [] },
  })
  for (const row of rows) {
    table.push([
      row.name,
      figure(row.median),
      row.p99 === undefined ? '' : figure(row.p99),
      row.unit,
      targetText(row),
      row.target ? (isMet(row) ? 'met' : 'MISSED') : '',
    ])
  }
  console.log(
    Object.entries(input)
      .map(([name, value]) => `${name} ${value}`)
      .join(', '),
  )
  console.log(table.toString())
  for (const line of leavesOut) console.log(`Leaves out: ${line}`)
}

function write(name: string, at: Machine, { input, rows, leavesOut }: Outcome): void {
  const rounded = rows.map(({ median, p99, ...rest }) => ({
    ...rest,
    median: Number(median.toPrecision(4)),
    ...(p99 === undefined ? {} : { p99: Number(p99.toPrecision(4)) }),
  }))
  const result = { name, question: questionOf(name), machine: at, input, rows: rounded, leavesOut }
  mkdirSync(join(here, 'results'), { recursive: true })
  writeFileSync(join(here, 'results', `${name}.json`), `${JSON.stringify(result, null, 2)}\n`)
}

function figure(value: number): string {
  if (value >= 1000) return Math.round(value).toLocaleString('en-US')
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3)
}

function targetText({ target }: Row): string {
  if (target?.atMost !== undefined) return `<= ${target.atMost.toLocaleString('en-US')}`
  if (target?.atLeast !== undefined) return `>= ${target.atLeast.toLocaleString('en-US')}`
  return ''
}

function isMet({ median, target }: Row): boolean {
  return (
    median <= (target?.atMost ?? Number.POSITIVE_INFINITY) && median >= (target?.atLeast ?? Number.NEGATIVE_INFINITY)
  )
}
