/**
 * Does the function live in its shipped memory? `npx tsx scripts/function-memory.ts [frames] [limit MiB] [concurrency]`
 * runs it in a control group of 1 GiB, sends 2,000 frames with three manifests of 1.2 MB each at concurrency 32, with
 * files among them that are small to store and large to read, and prints what became of them. Needs `npm run build`,
 * and root for the control group.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadFunction } from './servers/bounded-function.ts'
import { makeMemoryCgroup } from './servers/memory-cgroup.ts'

const [frames = 2_000, limitMiB = 1_024, concurrency = 32] = process.argv.slice(2).map(Number)
const cgroup = makeMemoryCgroup(`exr-inspector-${process.pid}`, limitMiB * 2 ** 20)
if (cgroup === null) process.exit(3)
const folder = mkdtempSync(join(tmpdir(), 'exr-function-memory-'))
try {
  const result = await loadFunction({
    cgroup,
    frames,
    manifestBytes: 1_200_000,
    concurrency,
    poisonEvery: Number(process.env['EXR_POISON_EVERY'] ?? 250),
    catalog: join(folder, 'catalog.duckdb'),
  })
  console.log(JSON.stringify({ frames, limitMiB, concurrency, ...result, kills: cgroup.kills() }, null, 2))
  const isGood = result.restarts === 0 && result.probes.late === 0 && result.frameAnswers['204'] === frames
  process.exitCode = isGood ? 0 : 1
} finally {
  rmSync(folder, { recursive: true, force: true })
  cgroup.remove()
}
