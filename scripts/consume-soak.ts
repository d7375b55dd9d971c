/**
 * Is every file stored once, whatever happens to consumers? `npx tsx scripts/consume-soak.ts [--files n] [--kills n] [--rebalances n]
 * [--burst n] [--embedded]` puts files on a topic of a real Kafka and has three consumers store them in the emulator of
 * VAST DataBase (or, `--embedded`, in a catalog each, merged afterwards), kills them with -9 at random moments, has others
 * join and leave, and counts. Then one consumer and three store the same files anew, with what each process takes of the cores,
 * and a burst is worked off. Prints what it measured; exits 1 when a file is missing or there twice.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { openCatalog } from '../src/catalog/open.ts'
import { mergeCatalogs } from '../src/exchange/merge.ts'
import { dispatch } from '../src/farm/index.ts'
import { fixturePath, projectRoot } from '../test/paths.ts'
import { lagOf, Member, makeTopics } from './servers/consumers.ts'
import { cpuSeconds, machineCpuSeconds } from './servers/cpu.ts'
import { kafkaProgram, startKafka } from './servers/kafka.ts'
import { freePort, startServer } from './servers/process.ts'

const { values } = parseArgs({
  options: {
    files: { type: 'string', default: '20000' },
    kills: { type: 'string', default: '30' },
    rebalances: { type: 'string', default: '5' },
    burst: { type: 'string', default: '100000' },
    embedded: { type: 'boolean', default: false },
  },
})
const [fileCount, kills, rebalances, burst] = [values.files, values.kills, values.rebalances, values.burst].map(
  Number,
) as [number, number, number, number]
const PARTITIONS = 12
const MEMBERS = 3
/** Files that are stored before a rate is taken. */
const FIRST_FILES = 1_000
const KEYS = { accessKey: 'test', secretKey: 'test-secret' }

const program = kafkaProgram()
if (program === null) process.exit(1)
const folder = mkdtempSync(join(tmpdir(), 'consume-soak-'))
const kafka = await startKafka(program, join(folder, 'kafka'))
const port = await freePort()
const emulator = await startServer(
  process.execPath,
  [
    join(projectRoot, 'dist/cli/main.js'),
    ...['vast-emulator', '--port', String(port), '--bucket', 'soak', '--data', join(folder, 'vast')],
    ...['--access-key', KEYS.accessKey, '--secret-key', KEYS.secretKey],
  ],
  `http://127.0.0.1:${port}`,
)
const env = {
  VAST_DB_ENDPOINT: emulator.endpoint,
  VAST_DB_ACCESS_KEY: KEYS.accessKey,
  VAST_DB_SECRET_KEY: KEYS.secretKey,
}
const vast = { endpoint: emulator.endpoint, ...KEYS, region: 'us-east-1' }

const renders = join(folder, 'renders')
const bytes = readFileSync(fixturePath('compression-zip.exr'))
for (let index = 0; index < fileCount; index++) {
  const shot = join(renders, `shot${Math.floor(index / 200)}`)
  if (index % 200 === 0) mkdirSync(shot, { recursive: true })
  writeFileSync(join(shot, `beauty.${1001 + (index % 200)}.exr`), bytes)
}

function publish(topic: string) {
  const broker = { brokers: [kafka.endpoint], tls: null, sasl: null }
  return dispatch({ broker, topic, roots: [renders], jobs: 1, statePath: null, stop: new AbortController().signal })
}

function start(topic: string, catalog: string): Member {
  const names = ['--brokers', kafka.endpoint, '--topic', topic, '--group', topic, '--catalog', catalog]
  return new Member([...names, '--session', '3s', '--jobs', '1', '--wait', '60s', '--quiet'], env)
}

/** Resolves once a group has done all of a topic. A member that ends by itself is told of, counted, and started again. */
async function drained(topic: string, members: Member[]): Promise<number> {
  let died = 0
  while ((await lagOf(kafka.endpoint, topic, topic)) > 0) {
    died += revive(topic, members)
    await sleep(250)
  }
  return died
}

/** Starts members that have ended by themselves again, and tells how many there were. */
function revive(topic: string, members: Member[]): number {
  let died = 0
  for (const [index, member] of members.entries()) {
    if (member.isRunning) continue
    died += 1
    console.error(`member ${index} ended: ${member.said.slice(-500)}`)
    members[index] = start(topic, catalogOf(topic, index))
  }
  return died
}

/** Seconds of CPU taken so far, by who took them. */
function cpuTaken(group: readonly Member[]) {
  const [broker, store, harness] = [kafka.pid, emulator.pid, process.pid].map(cpuSeconds) as [number, number, number]
  const consumers = group.map(({ pid }) => cpuSeconds(pid))
  const others = machineCpuSeconds() - broker - store - harness - consumers.reduce((sum, each) => sum + each, 0)
  return { broker, store, harness, others, consumers }
}

/** The same as shares of a core in `wall` seconds. */
function coresTaken(from: ReturnType<typeof cpuTaken>, to: ReturnType<typeof cpuTaken>, wall: number) {
  const share = (before: number, after: number) => Number(((after - before) / wall).toFixed(2))
  return {
    broker: share(from.broker, to.broker),
    store: share(from.store, to.store),
    consumers: to.consumers.map((after, index) => share(from.consumers[index]!, after)),
    harness: share(from.harness, to.harness),
    others: share(from.others, to.others),
  }
}

/** Random, and the same in every run. */
let seed = 16
function random(below: number): number {
  seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31
  return Math.floor((seed / 2 ** 31) * below)
}

const catalogOf = (name: string, member: number) =>
  values.embedded ? join(folder, `${name}-${member}.duckdb`) : `vast://soak/${name}`

/** Rows of `files`, rows of `inspections`, and what verification says. */
async function outcome(name: string) {
  const sources = values.embedded
    ? readdirSync(folder).filter((file) => file.startsWith(`${name}-`) && file.endsWith('.duckdb'))
    : []
  const target = values.embedded ? join(folder, `${name}.duckdb`) : catalogOf(name, 0)
  const catalog = await openCatalog(target, { vast })
  await catalog.ensureSchema()
  for (const url of sources) {
    const source = await openCatalog(join(folder, url), { readOnly: true })
    await mergeCatalogs(catalog, [source])
    await source.close()
  }
  const { rows } = await catalog.info()
  const { ok } = await catalog.verify()
  const paths = (await catalog.knownFiles('')).size
  await catalog.close()
  return { files: rows['files'], paths, inspections: rows['inspections'], ok }
}

const started = Date.now()
const seconds = () => ((Date.now() - started) / 1000).toFixed(1)
const results: Record<string, unknown> = {
  machine: `${cpus().length} x ${cpus()[0]?.model}`,
  node: process.version,
  files: fileCount,
  store: values.embedded ? 'DuckDB, a catalog a consumer' : 'VAST DataBase, emulated',
}
let isWrong = false
try {
  await makeTopics(kafka.endpoint, ['kills', 'one', 'three'], PARTITIONS)
  await publish('kills')
  const members = Array.from({ length: MEMBERS }, (_, index) => start('kills', catalogOf('kills', index)))
  let [killed, joined, died] = [0, 0, 0]
  while (killed < kills || joined < rebalances) {
    await sleep(300 + random(2_500))
    died += revive('kills', members)
    if (killed < kills) {
      const index = random(MEMBERS)
      await members[index]!.end('SIGKILL')
      members[index] = start('kills', catalogOf('kills', index))
      killed += 1
    }
    if (joined < rebalances && killed >= ((joined + 1) * kills) / (rebalances + 1)) {
      const guest = start('kills', catalogOf('kills', MEMBERS + joined))
      await sleep(3_000)
      await guest.end('SIGTERM')
      joined += 1
    }
    if (killed % 5 === 0)
      console.error(
        `${seconds()} s: ${killed} kills, ${joined} joins, lag ${await lagOf(kafka.endpoint, 'kills', 'kills')}`,
      )
  }
  died += await drained('kills', members)
  const codes = await Promise.all(members.map((member) => member.end('SIGTERM')))
  const after = await outcome('kills')
  results['kills'] = { killed, joined, died, seconds: seconds(), codes, ...after, load: loadavg()[0] }
  isWrong ||= after.files !== fileCount || after.paths !== fileCount || !after.ok

  const rates: number[] = []
  const cores: object[] = []
  for (const [topic, count] of [
    ['one', 1],
    ['three', MEMBERS],
  ] as const) {
    await publish(topic)
    const group = Array.from({ length: count }, (_, index) => start(topic, catalogOf(topic, index)))
    // Their start is not what is measured.
    const firstLag = fileCount - FIRST_FILES
    while ((await lagOf(kafka.endpoint, topic, topic)) > firstLag) await sleep(100)
    const left = await lagOf(kafka.endpoint, topic, topic)
    const [from, before] = [Date.now(), cpuTaken(group)]
    died += await drained(topic, group)
    const wall = (Date.now() - from) / 1000
    rates.push(Math.round(left / wall))
    cores.push(coresTaken(before, cpuTaken(group), wall))
    await Promise.all(group.map((member) => member.end('SIGTERM')))
    const { files, ok } = await outcome(topic)
    isWrong ||= files !== fileCount || !ok
  }
  results['filesPerSecond'] = {
    one: rates[0],
    three: rates[1],
    times: (rates[1]! / rates[0]!).toFixed(2),
    cores: { one: cores[0], three: cores[1] },
    load: loadavg()[0],
  }

  if (burst > 0) {
    const group = Array.from({ length: MEMBERS }, (_, index) => start('three', catalogOf('three', index)))
    for (let sent = 0; sent < burst; sent += fileCount) await publish('three')
    const from = Date.now()
    const memory: number[] = []
    for (;;) {
      const lag = await lagOf(kafka.endpoint, 'three', 'three')
      memory.push(Math.max(...group.map((member) => member.memoryMib)))
      if (lag === 0) break
      await sleep(1_000)
    }
    const quarter = Math.ceil(memory.length / 4)
    const most = (samples: readonly number[]) => Math.max(...samples)
    results['burst'] = {
      messages: Math.ceil(burst / fileCount) * fileCount,
      secondsToZero: ((Date.now() - from) / 1000).toFixed(1),
      mostMibByQuarter: [0, 1, 2, 3].map((index) => most(memory.slice(index * quarter, (index + 1) * quarter))),
      load: loadavg()[0],
    }
    await Promise.all(group.map((member) => member.end('SIGTERM')))
    const all = await outcome('three')
    results['burst'] = { ...(results['burst'] as object), ...all }
    isWrong ||= all.files !== fileCount || !all.ok
  }
} finally {
  await emulator.close()
  await kafka.close()
  rmSync(folder, { recursive: true, force: true })
}
console.log(JSON.stringify(results, null, 2))
process.exit(isWrong ? 1 : 0)
