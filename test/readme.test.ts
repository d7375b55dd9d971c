import { spawn, spawnSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { PassThrough } from 'node:stream'
import type { Command } from 'commander'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { terminalShots } from '../scripts/terminal-shots.ts'
import { createContext } from '../src/cli/context.ts'
import { createProgram } from '../src/cli/program.ts'
import { silentLogger } from '../src/log.ts'
import { createServer, functionSettings } from '../src/server/index.ts'
import { runHere } from './cli/run-cli.ts'
import { fixturePath, projectRoot, tempDir } from './helpers.ts'

const readme = readFileSync(join(projectRoot, 'README.md'), 'utf8')

describe('the README', () => {
  it('opens with the two commands', () => {
    expect(readme).toMatch(/^# exr-inspector\n\n```sh\nnpm run demo .*\nnpm test /)
  })

  it('has an example of about ten lines that runs as it stands', () => {
    const example = /<!-- A test runs this example\. -->\n```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? ''
    expect(example.trim().split('\n').length).toBeLessThanOrEqual(12)
    const folder = tempDir()
    mkdirSync(join(folder, 'node_modules'))
    symlinkSync(projectRoot, join(folder, 'node_modules/exr-inspector'))
    copyFileSync(fixturePath('compression-zip.exr'), join(folder, 'beauty.1001.exr'))
    writeFileSync(join(folder, 'example.mjs'), example)
    const { status, stdout, stderr } = spawnSync(process.execPath, ['example.mjs'], { cwd: folder, encoding: 'utf8' })
    expect(stderr).toBe('')
    expect(stdout).toMatch(/^true \[/)
    expect(status).toBe(0)
  })

  it('and the guide to installing name the packages of Aptfile', () => {
    const guide = readFileSync(join(projectRoot, 'docs/guides/install.md'), 'utf8')
    const named = /^apt-get install (.*?) {2,}#/m.exec(guide)?.[1]
    const { stdout } = spawnSync('bash', ['scripts/aptfile.sh', 'build'], { cwd: projectRoot, encoding: 'utf8' })
    expect(named?.split(' ')).toEqual(stdout.trim().split('\n'))
    expect(readFileSync(join(projectRoot, 'Dockerfile'), 'utf8')).not.toMatch(/apt-get install.*(cmake|openimageio)/)
  })

  it('and guides show terminals as the commands fill them (made again by npx tsx scripts/terminal-shots.ts)', async () => {
    const stored = (name: string) => readFileSync(join(projectRoot, `docs/guides/pictures/${name}.svg`), 'utf8')
    const shots = await terminalShots()
    for (const [name, svg] of Object.entries(shots)) expect(svg, name).toBe(stored(name))
    const shown = pages().map((page) => readFileSync(join(projectRoot, page), 'utf8'))
    for (const name of Object.keys(shots))
      expect(
        shown.some((text) => text.includes(`/${name}.svg)`)),
        name,
      ).toBe(true)
  })

  it('and every page below docs link only to what is there, headings included', () => {
    for (const page of pages()) {
      const text = readFileSync(join(projectRoot, page), 'utf8')
      for (const [, target = '', anchor] of text.matchAll(/\]\(([^)#:]*)(?:#([^)]*))?\)/g)) {
        const file = target === '' ? page : join(dirname(page), target)
        expect(existsSync(join(projectRoot, file)), `${page} -> ${target}`).toBe(true)
        if (anchor !== undefined) expect(anchorsOf(file), `${page} -> ${target}#${anchor}`).toContain(anchor)
      }
    }
  })
})

/** What a page's headings are linked by: lower case without punctuation, hyphens for spaces. */
function anchorsOf(page: string): string[] {
  const text = readFileSync(join(projectRoot, page), 'utf8').replace(/^```[\s\S]*?^```$/gm, '')
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-'),
  )
}

/** Frames as the guides have them: whole, cut short, missing, empty. */
function guideFolder(): string {
  const folder = realpathSync(tempDir())
  mkdirSync(join(folder, 'renders'))
  const made = new Date('2026-03-02T11:40:13Z')
  for (const [frame, fixture] of [
    [1001, 'compression-zip.exr'],
    [1002, 'unfinished-scanlines.exr'],
    [1004, 'empty.exr'],
  ] as const) {
    const file = join(folder, 'renders', `beauty.${frame}.exr`)
    copyFileSync(fixturePath(fixture), file)
    utimesSync(file, made, made)
  }
  return folder
}

describe('samples of the guides', () => {
  const lasting = (text: string) =>
    text.replace(/in [\d.]+ s \([\d.]+ files\/s/g, 'in some time (').replace(/OpenImageIO [\d.]+/g, 'OpenImageIO')

  it.each(['docs/guides/inspecting.md', 'docs/guides/ingesting.md'])('of %s are what is printed', async (page) => {
    const folder = guideFolder()
    const samples = readFileSync(join(projectRoot, page), 'utf8').matchAll(
      /```console\n\$ exr-inspector (.*)\n([\s\S]*?)```/g,
    )
    let count = 0
    for (const [, command = '', printed = ''] of samples) {
      const { stdout } = await runHere(command.split(' '), { cwd: folder })
      expect(lasting(stdout.replaceAll(folder, '/show')), command).toBe(lasting(printed))
      count += 1
    }
    expect(count).toBeGreaterThan(1)
  })
})

interface Block {
  readonly page: string
  readonly language: string
  readonly text: string
}

/** What stands between fences in the README and below docs. */
function blocks(): Block[] {
  return pages().flatMap((page) => {
    const text = readFileSync(join(projectRoot, page), 'utf8')
    return [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, language = '', inner = '']) => ({
      page,
      language,
      text: inner,
    }))
  })
}

interface Said {
  readonly page: string
  readonly args: readonly string[]
}

/**
 * The arguments of every `exr-inspector` in the documents, as a shell splits them: bash runs what is in blocks of sh, and behind $ in
 * others, and between backticks, with nothing else on its path.
 */
function commandsOfDocuments(): Said[] {
  const inline = pages().flatMap((page) =>
    [...readFileSync(join(projectRoot, page), 'utf8').matchAll(/`(exr-inspector [^`\n]*)`/g)]
      .map(([, command = '']) => command)
      .filter((command) => !/[<>]|\.\.\.|"\$/.test(command))
      .map((command) => `page=${page}:\n${command}`),
  )
  const scripts = blocks().flatMap(({ page, language, text }) => {
    const prompted = [...text.matchAll(/^\$ (exr-inspector .*)$/gm)].map(([, command = '']) => command).join('\n')
    const script = language === 'sh' ? text : language === 'console' || language === 'text' ? prompted : ''
    return script === '' ? [] : [`page=${page}\n${script}`]
  })
  const prelude = `PATH=/nowhere
    command_not_found_handle() { :; }; source() { :; }; exit() { :; }; sleep() { :; }
    exr-inspector() { local said; printf -v said '%s\\x1f' "$page" "$@"; printf '%s\\x1e' "$said" >&3; }`
  const ran = spawnSync('bash', ['-c', [prelude, ...scripts, ...inline].join('\n')], {
    cwd: tempDir(),
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  })
  expect(ran.stderr).toBe('')
  return String(ran.output[3])
    .split('\x1e')
    .filter((line) => line !== '')
    .map((line) => line.split('\x1f').slice(0, -1))
    .map(([page = '', ...args]) => ({ page, args }))
}

/** Why a command of the documents is not run below. Flags, arguments and choices of all are looked at. */
function reasonNotToRun({ page, args }: Said): string | null {
  const line = args.join(' ')
  if (/^(serve|explore|vast-emulator)\b|--watch/.test(line)) return 'runs until it is ended; tests of its own start it'
  if (/^(dispatch|consume)\b/.test(line) || page.startsWith('docs/guides/farm.md')) {
    return 'wants a broker, or a tree that several machines have; test/farm and test/ingest have them'
  }
  if (/\b(s3|vast):/.test(line) || /guides\/vast/.test(page))
    return 'wants a server; tests of source and catalog have one'
  if (/lite0\.onnx|--by looks/.test(line)) return 'wants a model; test/embeddings makes one'
  if (/ -$| - | -0/.test(line)) return 'reads a list that others write'
  if (page.endsWith(':')) return 'is told in passing, mostly with more to be given'
  if (/catalog value/.test(line)) return 'names a value that no catalog of the test has'
  if (/cookbook|policies\/|(inspecting|ingesting)\.md: (inspect|ls|ingest) renders/.test(`${page}: ${line}`)) {
    return 'is compared with what it prints, here or elsewhere'
  }
  return null
}

/** Commands of one kind differ in what they are asked of alone; those of questions are all of their own kind. */
function kindOf(args: readonly string[]): string {
  const [name = '', ...rest] = args
  if (['sql', 'query', 'similar', 'policy', 'catalog'].includes(name)) return args.join('\0')
  return [name, ...rest.filter((arg) => arg.startsWith('-')).sort()].join('\0')
}

describe('commands of the documents', () => {
  const commands = commandsOfDocuments()

  it('are ones that there are, with flags and arguments they take', async () => {
    const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough(), env: {} }
    const program = await createProgram(createContext(streams))
    expect(commands.length).toBeGreaterThan(60)
    for (const { page, args } of commands) {
      let [command, rest]: [Command | undefined, readonly string[]] = [program, args]
      while (
        command !== undefined &&
        command.commands.length > 0 &&
        rest[0] !== undefined &&
        !rest[0].startsWith('-')
      ) {
        const [name, ...others] = rest
        ;[command, rest] = [command.commands.find((one) => one.name() === name), others]
      }
      const told = `${page}: exr-inspector ${args.join(' ')}`
      expect(command, told).toBeDefined()
      const { operands, unknown } = command!.exitOverride().parseOptions([...rest])
      expect(
        unknown.filter((flag) => flag !== '--help'),
        told,
      ).toEqual([])
      const taken = command!.registeredArguments
      if (!page.endsWith(':'))
        expect(operands.length, told).toBeGreaterThanOrEqual(taken.filter(({ required }) => required).length)
      if (!taken.some(({ variadic }) => variadic)) expect(operands.length, told).toBeLessThanOrEqual(taken.length)
    }
  })

  it('come to an end as they stand, but for those that need more than a folder of frames', async () => {
    const folder = await documentFolder()
    const run = commands.filter((said) => reasonNotToRun(said) === null)
    expect(run.length).toBeGreaterThan(45)
    const done = new Set<string>()
    for (const { page, args } of run) {
      const here = args.map((arg) =>
        arg.replace(/(^|[='])\/(?=(?:renders|shows?|backup|deliveries)\b)/g, `$1${folder}/`),
      )
      const kind = kindOf(here)
      if (done.has(kind)) continue
      done.add(kind)
      const { code, stderr } = await runHere(here, { cwd: folder })
      expect(code, `${page}: exr-inspector ${args.join(' ')}\n${stderr}`).toBeLessThan(2)
    }
  })

  it('stand beside code that can be parsed, and that imports what there is', async () => {
    for (const { page, language, text } of blocks()) {
      if (language === 'json') expect(() => JSON.parse(text), page).not.toThrow()
      if (language === 'yaml') expect(() => parse(text), page).not.toThrow()
      if (language !== 'ts') continue
      const { diagnostics } = ts.transpileModule(text, { reportDiagnostics: true })
      expect(
        diagnostics?.map(({ messageText }) => messageText),
        `${page}\n${text}`,
      ).toEqual([])
      for (const [, names = '', module = ''] of text.matchAll(/^import \{([^}]*)\} from '(exr-inspector[^']*)'/gm)) {
        const api = join(projectRoot, `docs/reference/api/${module.replace('/', '-')}.md`)
        const declared = readFileSync(api, 'utf8')
        for (const name of names
          .split(',')
          .map((one) => one.replace(/^\s*type |\s/g, ''))
          .filter(Boolean)) {
          expect(declared, `${page} imports ${name} of ${module}`).toMatch(new RegExp(`\\b${name}\\b`))
        }
      }
    }
  })
})

describe('requests of the development runbook', () => {
  it('are answered as it says', async () => {
    const folder = await documentFolder()
    const none = { get: () => undefined, bySecret: {} }
    const settings = functionSettings(
      {
        ...{ HOST: '127.0.0.1', PORT: '0', EXR_CATALOG: join(folder, 'events.duckdb'), EXR_DEBUG_ROUTE: 'true' },
        ...{
          EXR_ALLOWED_FOLDERS: join(folder, 'renders'),
          S3_ENDPOINT: 'http://127.0.0.1:9',
          S3_ACCESS_KEY: 'k',
          S3_SECRET_KEY: 's',
        },
      },
      none,
    )
    const server = await createServer(settings, silentLogger)
    try {
      const page = readFileSync(join(projectRoot, 'docs/guides/dataengine-development.md'), 'utf8')
      const requests = [...page.matchAll(/A test runs these against the function\. -->\n```sh\n([\s\S]*?)```/g)]
      const script = requests
        .map(([, block = '']) => block)
        .join('')
        .replaceAll('/renders/', `${folder}/renders/`)
      const url = await server.listen()
      const shell = spawn('bash', ['-c', script.replace('http://127.0.0.1:8080', url)], {
        stdio: ['ignore', 'pipe', 'ignore'],
      })
      const said = (await shell.stdout.toArray()).join('')
      expect([...said.matchAll(/^HTTP\S+ (\d+)/gm)].map(([, status]) => status)).toEqual(['204', '503'])
      expect(said).toMatch(/"is_complete":true/)
      expect(said).toMatch(/exr_events_total\{outcome="stored"\} 1/)
    } finally {
      await server.close()
    }
  })
})

/** What the commands of the documents are asked of. */
async function documentFolder(): Promise<string> {
  const folder = guideFolder()
  const frame = fixturePath('compression-zip.exr')
  for (const place of [
    'renders/sh010',
    'show/renders',
    'show/shot/renders',
    'show/shot/plates',
    'shows/aurora',
    'deliveries/sh010',
  ]) {
    mkdirSync(join(folder, place), { recursive: true })
    copyFileSync(frame, join(folder, place, 'beauty.1001.exr'))
  }
  for (const name of ['beauty.1001.exr', 'frame.exr', 'a.exr', 'b.exr']) copyFileSync(frame, join(folder, name))
  const { code } = await runHere(['ingest', 'renders', '--quiet'], { cwd: folder })
  expect(code).toBeLessThan(2)
  for (const name of ['shard-1', 'shard-2', 'dev']) {
    copyFileSync(join(folder, 'exr-catalog.duckdb'), join(folder, `${name}.duckdb`))
  }
  return folder
}

function pages(): string[] {
  const listed = spawnSync('git', ['ls-files', 'docs/*.md'], { cwd: projectRoot, encoding: 'utf8' }).stdout
  return ['README.md', 'CONTRIBUTING.md', ...listed.split('\n').filter((name) => name !== '')]
}
