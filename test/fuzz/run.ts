/**
 * Mutated headers through the codec, the native addon, and the whole way to a catalog's columns: no crash, no hang,
 * bounded memory. Mutated files through the decoding of pixels in child processes, which may crash, but are named.
 *
 *   npm run fuzz -- [--seed N] [--codec CASES] [--addon CASES] [--payload CASES] [--pixels CASES] [--no-corpus]
 *   npm run fuzz -- --only CASE --target codec|addon|payload [--seed N] [--no-corpus]
 *
 * The same seed and the same seed files give the same cases. A guilty input is saved to a temporary file; `--only`
 * runs that one case in this process and shows its stack.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type FuzzPlan, type FuzzResult, fuzz, SLOW_MS } from './jobs.ts'
import { fuzzPixels } from './pixels.ts'
import { fuzzCase, readSeeds } from './seeds.ts'
import { TARGETS, type TargetName } from './targets.ts'

/** A header costs kilobytes; far above what either target ever needs, far below what a believed claim would take. */
const MAX_RSS_MIB = 1024

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    codec: { type: 'string', default: '200000' },
    addon: { type: 'string', default: '20000' },
    payload: { type: 'string', default: '20000' },
    pixels: { type: 'string', default: '20000' },
    'no-corpus': { type: 'boolean', default: false },
    only: { type: 'string' },
    target: { type: 'string', default: 'codec' },
  },
})
const seed = Number(values.seed)
const corpus = !values['no-corpus']
execFileSync(fileURLToPath(new URL('../fixtures/make.sh', import.meta.url)), { stdio: 'inherit' })

if (values.only === undefined) {
  const plans: FuzzPlan[] = [
    { target: 'codec', seed, cases: Number(values.codec), corpus },
    { target: 'addon', seed, cases: Number(values.addon), corpus },
    { target: 'payload', seed, cases: Number(values.payload), corpus },
  ]
  let bad = 0
  for (const plan of plans) bad += report(plan, await fuzz(plan))
  const { unnamed, ...pixels } = await fuzzPixels(seed, Number(values.pixels))
  console.log(`pixels: ${values.pixels} files of seed ${seed}: ${unnamed.length} problems, ${JSON.stringify(pixels)}`)
  for (const problem of unnamed.slice(0, 20)) console.log(`  ${problem}`)
  process.exitCode = bad + unnamed.length > 0 ? 1 : 0
} else {
  const index = Number(values.only)
  const target = values.target as TargetName
  console.log(`case ${index} of seed ${seed}, saved as ${save(target, index)}`)
  await TARGETS[target](fuzzCase(readSeeds(corpus), seed, index))
  console.log('nothing wrong')
}

/** Prints what happened; the number of broken promises. */
function report({ target, corpus }: FuzzPlan, result: FuzzResult): number {
  const { cases, failures, slowestMs, slowestCase, peakRssMiB } = result
  const problems = failures.map(({ index, message }) => `case ${index} (${save(target, index)}): ${message}`)
  if (slowestMs > SLOW_MS)
    problems.push(`case ${slowestCase} (${save(target, slowestCase)}): took ${Math.round(slowestMs)} ms of a core`)
  if (peakRssMiB > MAX_RSS_MIB) problems.push(`memory rose to ${peakRssMiB} MiB`)
  console.log(
    `${target}: ${cases} cases of seed ${seed}${corpus ? '' : ' without corpus'}: ${problems.length} problems, ` +
      `slowest ${slowestMs.toFixed(1)} ms of a core (case ${slowestCase}), at most ${peakRssMiB} MiB`,
  )
  for (const problem of problems.slice(0, 20)) console.log(`  ${problem.replaceAll('\n', '\n    ')}`)
  if (problems.length > 20) console.log(`  and ${problems.length - 20} more`)
  return problems.length
}

/** The input as a file for other programs; its path. */
function save(target: TargetName, index: number): string {
  const path = join(mkdtempSync(join(tmpdir(), 'exr-fuzz-case-')), `${target}-${seed}-${index}.exr`)
  writeFileSync(path, fuzzCase(readSeeds(corpus), seed, index).bytes)
  return path
}
