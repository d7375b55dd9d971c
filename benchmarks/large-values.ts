// How much memory does the ingest of 2,000 frames with three manifests of 1.2 MB each take, into either catalog?
import { type ChildProcess, spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { VastConnection } from '../src/catalog/open.ts'
import { frameBytes, type TextAttribute } from '../test/large-frames.ts'
import { check, cli, type Outcome, product, type Row, withFolder } from './frame.ts'

const FRAMES = 2_000
const MANIFEST_BYTES = 1_200_000
/** Values read back byte for byte; `verify` hashes all of them where they lie. */
const READ_BACK = 200
const SHAPES = [
  { name: 'manifests shared by 40 frames', framesEach: 40 },
  { name: 'every manifest another', framesEach: 1 },
]
const LINE = '"/world/set_forest/tree_00000000/trunk_geo/mesh":"00000000",'
const [TREE_AT, HASH_AT] = [LINE.indexOf('00000000'), LINE.lastIndexOf('00000000')]

export function run(): Promise<Outcome> {
  return withFolder(async (folder) => {
    const rows: Row[] = []
    for (const { name, framesEach } of SHAPES) {
      const frames = join(folder, 'frames')
      const hashes = writeShots(frames, framesEach)
      const embedded = join(folder, 'catalog.duckdb')
      rows.push(...(await measured(`DuckDB, ${name}`, frames, hashes, embedded, {})))
      const server = await startEmulator(join(folder, 'emulator'))
      try {
        rows.push(...(await measured(`VAST emulator, ${name}`, frames, hashes, 'vast://vastdb/exr', server.env)))
      } finally {
        server.process.kill()
      }
      for (const made of [frames, embedded, `${embedded}.values`, join(folder, 'emulator')])
        rmSync(made, { recursive: true, force: true })
    }
    return {
      input: { frames: FRAMES, manifestBytes: MANIFEST_BYTES, manifestsPerFrame: 3 },
      rows,
      leavesOut: [
        'the page cache, the emulator',
        'what a cluster does with the rows',
        `values but for ${READ_BACK} of each catalog: verify hashes all of them, they are not read back one by one`,
      ],
    }
  })
}

/** Ingests twice and reads some back: the second run must find nothing to do, and every value its own bytes. */
async function measured(
  name: string,
  frames: string,
  hashes: ReadonlySet<string>,
  catalog: string,
  env: Readonly<Record<string, string>>,
): Promise<Row[]> {
  const first = await ingest(frames, catalog, env)
  check(first.summary.inserted === FRAMES && first.summary.failed === 0, `${name}: ${JSON.stringify(first.summary)}`)
  const again = await ingest(frames, catalog, env)
  check(again.summary.unchanged === FRAMES, `${name}, again: ${JSON.stringify(again.summary)}`)
  const { openCatalog } = await product<typeof import('../src/catalog/open.ts')>('catalog/open')
  const open = await openCatalog(catalog, { readOnly: true, ...(env['VAST_DB_ENDPOINT'] && { vast: vastOf(env) }) })
  try {
    for (const sha256 of spread(hashes, READ_BACK)) {
      const found = createHash('sha256')
      for await (const piece of open.largeValue(sha256)) found.update(piece)
      check(found.digest('hex') === sha256, `${name}: ${sha256} is not what was written`)
    }
    const report = await open.verify()
    check(report.ok, `${name}: ${JSON.stringify(report.checks.filter(({ violations }) => violations > 0))}`)
  } finally {
    await open.close()
  }
  return [
    { name: `${name}: peak resident`, unit: 'MiB', median: first.peakMiB, target: { atMost: 1024 } },
    { name: `${name}: again, peak resident`, unit: 'MiB', median: again.peakMiB, target: { atMost: 1024 } },
    { name: `${name}: frames a second`, unit: 'files/s', median: FRAMES / first.seconds },
  ]
}

/** So many of them, evenly from all in the order of their hashes: the same ones of the same values. */
function spread(hashes: ReadonlySet<string>, count: number): string[] {
  const sorted = [...hashes].sort()
  const step = Math.max(1, sorted.length / count)
  return Array.from({ length: Math.min(count, sorted.length) }, (_, index) => sorted[Math.floor(index * step)]!)
}

/** Frames whose manifests change with every shot of so many frames; the SHA-256 of each manifest. */
function writeShots(folder: string, framesEach: number): ReadonlySet<string> {
  mkdirSync(folder, { recursive: true })
  const hashes = new Set<string>()
  let texts: TextAttribute[] = []
  for (let frame = 0; frame < FRAMES; frame++) {
    if (frame % framesEach === 0) {
      texts = ['a1b2c3d', 'b2c3d4e', 'c3d4e5f'].map((key) => ({
        name: `cryptomatte/${key}/manifest`,
        text: randomManifest(),
      }))
      for (const { text } of texts) hashes.add(createHash('sha256').update(text).digest('hex'))
    }
    const attributes = [...texts, { name: 'frame', text: String(frame) }]
    writeFileSync(join(folder, `beauty.${1001 + frame}.exr`), frameBytes(attributes))
  }
  return hashes
}

/** Object names and hashes at random, so that half of it is what no compression takes away. */
function randomManifest(): string {
  const lines = Math.floor(MANIFEST_BYTES / LINE.length)
  const text = Buffer.alloc(lines * LINE.length, LINE)
  const digits = Buffer.from(randomBytes(lines * 8).toString('hex'))
  for (let line = 0; line < lines; line++) {
    digits.copy(text, line * LINE.length + TREE_AT, line * 16, line * 16 + 8)
    digits.copy(text, line * LINE.length + HASH_AT, line * 16 + 8, line * 16 + 16)
  }
  return `{${text.toString('latin1').slice(0, -1)}}`
}

interface Ingested {
  readonly summary: { readonly inserted: number; readonly unchanged: number; readonly failed: number }
  readonly peakMiB: number
  readonly seconds: number
}

function ingest(frames: string, catalog: string, env: Readonly<Record<string, string>>): Promise<Ingested> {
  const start = performance.now()
  const child = spawn(process.execPath, [cli, 'ingest', frames, '--catalog', catalog, '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  })
  let peakMiB = 0
  let stdout = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  // The system keeps the highest figure itself.
  const timer = setInterval(() => {
    peakMiB = Math.max(peakMiB, peakOf(child.pid!))
  }, 50)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => {
      clearInterval(timer)
      const seconds = (performance.now() - start) / 1000
      if (code === 0) resolve({ summary: JSON.parse(stdout), peakMiB, seconds })
      else reject(new Error(`ingest ended with ${code}`))
    })
  })
}

function peakOf(pid: number): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024
  } catch {
    return 0
  }
}

async function startEmulator(
  data: string,
): Promise<{ readonly env: Record<string, string>; readonly process: ChildProcess }> {
  mkdirSync(data, { recursive: true })
  const child = spawn(process.execPath, [cli, 'vast-emulator', '--port', '0', '--data', data], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const env: Record<string, string> = {}
  for await (const line of createInterface(child.stdout)) {
    const [, name, value] = /(VAST_DB_\w+)=(\S+)/.exec(line) ?? []
    if (name !== undefined) env[name] = value!
    if (env['VAST_DB_ENDPOINT'] && env['VAST_DB_ACCESS_KEY'] && env['VAST_DB_SECRET_KEY'])
      return { env, process: child }
  }
  throw new Error('The emulator did not start: build it with npm run build')
}

function vastOf(env: Readonly<Record<string, string>>): VastConnection {
  const [endpoint, accessKey, secretKey] = ['ENDPOINT', 'ACCESS_KEY', 'SECRET_KEY'].map((key) => env[`VAST_DB_${key}`]!)
  return { endpoint: endpoint!, accessKey: accessKey!, secretKey: secretKey!, region: 'us-east-1' }
}
