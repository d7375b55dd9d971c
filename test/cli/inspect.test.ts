import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { inspectFileSync } from '../../src/inspect/inspect-file.ts'
import type { Payload } from '../../src/inspect/payload.ts'
import { fixturePath, tempDir, withoutPrivileges } from '../helpers.ts'
import { CLI, runHere as runCli, runCli as spawnCli } from './run-cli.ts'

const whole = fixturePath('compression-zip.exr')
const multipart = fixturePath('multipart-two.exr')
const unfinished = fixturePath('unfinished-scanlines.exr')
const notExr = fixturePath('not-exr.exr')

/** A folder with a whole, an unfinished and an unreadable file, and one more below. */
function folder(): string {
  const dir = tempDir()
  copyFileSync(whole, join(dir, 'a.exr'))
  copyFileSync(unfinished, join(dir, 'b.exr'))
  copyFileSync(notExr, join(dir, 'c.exr'))
  mkdirSync(join(dir, 'sub'))
  copyFileSync(multipart, join(dir, 'sub/d.exr'))
  return dir
}

describe('inspect for scripts', () => {
  it('gives one file as one JSON object, the same as the library does', async () => {
    const { code, stdout, stderr } = await runCli(['inspect', '--json', multipart])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(JSON.parse(stdout)).toEqual(JSON.parse(JSON.stringify(inspectFileSync(multipart))))
  })

  it('gives several files as an array in the order they were named, errors as JSON lines on stderr', async () => {
    const missing = '/nowhere/x.exr'
    const { code, stdout, stderr } = await runCli(['inspect', '--json', multipart, missing, whole, notExr])
    expect(code).toBe(1)
    expect((JSON.parse(stdout) as Payload[]).map(({ file }) => file.path)).toEqual([multipart, whole])
    const errors = stderr
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).error)
    expect(errors).toMatchObject([
      { code: 'ERR_SOURCE_NOT_FOUND', path: missing },
      { code: 'ERR_EXR_MAGIC', path: notExr },
    ])
  })

  it('gives an array for a directory whatever it holds, an empty one included', async () => {
    const dir = tempDir()
    expect((await runCli(['inspect', '--json', dir])).stdout).toBe('[]\n')
    copyFileSync(whole, join(dir, 'a.exr'))
    expect(JSON.parse((await runCli(['inspect', '--json', dir])).stdout)).toHaveLength(1)
  })

  it('gives one object a line with --ndjson and one document a file with --yaml', async () => {
    const args = ['inspect', whole, multipart]
    const expected = [whole, multipart].map((path) => JSON.parse(JSON.stringify(inspectFileSync(path))))
    const lines = (await runCli([...args, '--ndjson'])).stdout.trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line))).toEqual(expected)
    const documents = parseAllDocuments((await runCli([...args, '--yaml'])).stdout)
    expect(documents.map((document) => document.toJS())).toEqual(expected)
  })

  it('adds exact attribute bytes with --raw and timings with --timings, neither without', async () => {
    const plain: Payload = JSON.parse((await runCli(['inspect', '--json', whole])).stdout)
    const full: Payload = JSON.parse((await runCli(['inspect', '--json', '--raw', '--timings', whole])).stdout)
    expect(plain.timings_us).toBeUndefined()
    expect(Object.keys(full.timings_us ?? {}).length).toBeGreaterThan(0)
    const stored = (payload: Payload) => payload.attributes.parts[0]?.filter(({ source }) => source === 'exr') ?? []
    expect(stored(plain).some((attribute) => 'raw' in attribute)).toBe(false)
    const width = stored(full).find(({ name }) => name === 'screenWindowWidth')
    // 1 as a little-endian float32.
    expect(Buffer.from(width?.raw ?? '', 'base64').toString('hex')).toBe('0000803f')
  })

  it('keeps only the parts and attributes asked for', async () => {
    const inspected = async (...flags: string[]): Promise<Payload> =>
      JSON.parse((await runCli(['inspect', '--json', multipart, ...flags])).stdout)
    const byName = await inspected('--part', 'dep*', '--attr', 'screen*', '--attr', 'oiio:ColorSpace')
    expect(byName.parts.map((part) => part.part_name)).toEqual(['depth'])
    expect(byName.channels.map((channel) => channel.channel_name)).toEqual(['Z'])
    const names = byName.attributes.parts.map((attributes) => attributes.map(({ name }) => name))
    expect(names).toEqual([['screenWindowCenter', 'screenWindowWidth', 'oiio:ColorSpace']])
    expect((await inspected('--part', '0')).parts.map((part) => part.part_index)).toEqual([0])
    expect((await inspected('--part', 'nothing')).parts).toEqual([])
  })

  it('judges by a policy, and fails for its errors alone', async () => {
    const { code, stdout } = await runCli(['inspect', '--json', '--validate', whole])
    const payload: Payload = JSON.parse(stdout)
    expect(code).toBe(0)
    expect(payload.errors).toEqual([])
    expect(payload.validation).toMatchObject({ policy: 'core', states: { fail: 0 } })
    const broken = await runCli(['inspect', '--validate', 'core', unfinished])
    expect(broken.code).toBe(1)
    expect(broken.stdout).toContain('error file-chunk-table-complete')
    const wrong = await runCli(['inspect', '--validate', 'corr', whole])
    expect(wrong.code).toBe(2)
    expect(wrong.stderr).toContain('did you mean core?')
  })
})

describe('inspect for people', () => {
  it('says first whether a frame is whole, and why not', async () => {
    const good = await runCli(['inspect', whole])
    expect(good.code).toBe(0)
    expect(good.stdout).toMatch(/^.*compression-zip\.exr\nwhole {2}\d+x\d+, /)
    const bad = await runCli(['inspect', unfinished])
    expect(bad.code).toBe(1)
    const payload = inspectFileSync(unfinished)
    const [part] = payload.parts
    const [first, second] = part?.missing?.rows?.[0] ?? []
    expect(bad.stdout.split('\n')[1]).toMatch(/^INCOMPLETE/)
    expect(bad.stdout).toContain(`${part?.missing_chunks} of ${part?.chunk_count} chunks are missing: row`)
    expect(bad.stdout).toContain(first === second ? `${first}` : `${first} to ${second}`)
  })

  it('gives several files a line each, and a count', async () => {
    const dir = folder()
    const { code, stdout } = await runCli(['inspect', dir])
    expect(code).toBe(1)
    expect(stdout).toMatch(new RegExp(`^whole .* ${dir}/a.exr$`, 'm'))
    expect(stdout).toMatch(new RegExp(`^INCOMPLETE .* ${dir}/b.exr\\n {12}.*missing`, 'm'))
    expect(stdout).toMatch(new RegExp(`^UNREADABLE .* ${dir}/c.exr\\n.*\\[ERR_EXR_MAGIC\\]`, 'm'))
    expect(stdout).toMatch(/\n4 files: 2 whole, 1 incomplete, 1 unreadable\n$/)
  })

  it('gives each of several files its full report with --long', async () => {
    const { stdout } = await runCli(['inspect', '--long', whole, multipart])
    expect(stdout.match(/^whole {2}/gm)).toHaveLength(2)
    expect(stdout).toContain('Part 1 depth')
  })

  it('shows the attributes asked for below each of several files', async () => {
    const { stdout } = await runCli(['inspect', '--attr', 'SCREENWINDOWWIDTH', whole, multipart])
    expect(stdout.match(/screenWindowWidth {2}1$/gm)).toHaveLength(3)
    expect(stdout).not.toContain('screenWindowCenter')
  })

  it('uses colour only where it is wanted: never in a pipe, FORCE_COLOR over NO_COLOR', async () => {
    const plain = (await runCli(['inspect', whole])).stdout
    expect(stripVTControlCharacters(plain)).toBe(plain)
    const colored = (await runCli(['inspect', whole], { env: { FORCE_COLOR: '1', NO_COLOR: '1' } })).stdout
    expect(colored).not.toBe(plain)
    expect(stripVTControlCharacters(colored)).toBe(plain)
    expect((await runCli(['inspect', whole], { env: { FORCE_COLOR: '0' } })).stdout).toBe(plain)
  })

  it('keeps control characters of names away from the terminal', async () => {
    const dir = tempDir()
    const name = join(dir, 'evil\u001b[31m\nname.exr')
    copyFileSync(whole, name)
    copyFileSync(notExr, join(dir, 'evil\u0007.exr'))
    const { stdout } = await runCli(['inspect', dir])
    expect(stdout).toContain('evil\\u001b[31m name.exr')
    expect(stdout).toContain('evil\\u0007.exr')
    expect([...stdout].filter((char) => char < ' ' && char !== '\n')).toEqual([])
  })
})

describe('what inspect looks at', () => {
  const named = async (args: string[], stdin?: string | Uint8Array) => {
    const { stdout } = await runCli(['inspect', '--ndjson', '--no-meta', ...args], stdin === undefined ? {} : { stdin })
    return stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => (JSON.parse(line) as Payload).file.path)
  }

  it('reads names from standard input, one a line or ended by NUL', async () => {
    expect(await named(['-'], `${whole}\n\n${multipart}\r\n${unfinished}`)).toEqual([whole, multipart, unfinished])
    const dir = tempDir()
    const odd = join(dir, 'with\nnewline.exr')
    copyFileSync(whole, odd)
    expect(await named(['-0', '-'], `${odd}\0${multipart}\0`)).toEqual([odd, multipart])
  })

  it('expands patterns that the shell left alone, across directories with **', async () => {
    const dir = folder()
    expect(await named([`${dir}/**/{a,d}.exr`])).toEqual([`${dir}/a.exr`, `${dir}/sub/d.exr`])
    expect(await named([`${dir}/*.exr`])).toEqual([`${dir}/a.exr`, `${dir}/b.exr`])
    const none = await runCli(['inspect', `${dir}/*.dpx.exr`])
    expect(none.code).toBe(1)
    expect(none.stderr).toContain('Nothing matches')
  })

  it('takes a file whose name is a pattern for what it is', async () => {
    const dir = tempDir()
    const odd = join(dir, 'plate[1].exr')
    copyFileSync(whole, odd)
    expect(await named([odd])).toEqual([odd])
  })

  it('leaves out what --ignore names and follows links only with --follow', async () => {
    const dir = folder()
    symlinkSync(join(dir, 'a.exr'), join(dir, 'link.exr'))
    expect(await named([dir, '--ignore', 'sub/'])).toEqual([`${dir}/a.exr`, `${dir}/b.exr`])
    expect(await named([dir, '--follow', '--ignore', 'sub/', '--ignore', 'b.*'])).toEqual([
      `${dir}/a.exr`,
      `${dir}/link.exr`,
    ])
  })

  it('names files that are not UTF-8 by a URL that can be given back', async () => {
    const dir = tempDir()
    const bytes = Buffer.concat([Buffer.from(`${dir}/caf`), Buffer.from([0xe9]), Buffer.from('.exr')])
    copyFileSync(whole, bytes)
    const [url] = await named([dir])
    expect(url).toBe(`file://${dir}/caf%E9.exr`)
    expect(await named([url ?? ''])).toEqual([url])
  })
})

describe('inspect and bad input', () => {
  it.each([
    ['an empty file', fixturePath('empty.exr'), 'ERR_SOURCE_EMPTY'],
    ['a file that is not EXR', notExr, 'ERR_EXR_MAGIC'],
    ['a file that is not there', '/nowhere/x.exr', 'ERR_SOURCE_NOT_FOUND'],
    ['a device', '/dev/null', 'ERR_SOURCE_NOT_A_FILE'],
  ])('names the file, what was found and a code for %s', async (_, path, code) => {
    const result = await runCli(['inspect', path])
    expect(result.code).toBe(1)
    expect(result.stdout).toBe('')
    expect(result.stderr).toContain(path)
    expect(result.stderr).toMatch(new RegExp(`^exr-inspector: .*\\[${code}\\]\n$`))
  })

  it('says a dangling link is one, and where it points', async () => {
    const link = join(tempDir(), 'link.exr')
    symlinkSync('/nowhere/plate.exr', link)
    const { code, stderr } = await runCli(['inspect', link])
    expect(code).toBe(1)
    expect(stderr).toContain('/nowhere/plate.exr')
  })

  it('says so when it may not read a file', async () => {
    const dir = tempDir()
    chmodSync(dir, 0o755)
    const path = join(dir, 'secret.exr')
    copyFileSync(whole, path)
    chmodSync(path, 0)
    const { code, stderr } = await spawnCli(['inspect', path], { around: withoutPrivileges })
    expect(code).toBe(1)
    expect(stderr).toMatch(/permission denied.*\[ERR_SOURCE_DENIED\]\n$/)
  })

  it('takes flags of Node.js that a thread cannot be given', () => {
    const args = ['--expose-gc', '--max-old-space-size=2000', CLI, 'inspect', '--ndjson', whole, multipart]
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
    expect({ status, lines: stdout.split('\n').length, stderr }).toEqual({ status: 0, lines: 3, stderr: '' })
  })

  it('ends quietly when its reader has seen enough', async () => {
    const dir = tempDir()
    for (let index = 0; index < 200; index++) writeFileSync(join(dir, `${index}.exr`), '')
    const child = spawn('bash', ['-c', `"${process.execPath}" "${CLI}" inspect "${dir}" | head -n 1`])
    const err: Buffer[] = []
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
    await new Promise((resolve) => child.on('close', resolve))
    expect(Buffer.concat(err).toString()).toBe('')
  })
})

describe('names that stand for several files', () => {
  const shot = () => {
    const dir = tempDir()
    for (const frame of ['0999', '1001', '1002']) copyFileSync(whole, join(dir, `a.${frame}.exr`))
    symlinkSync(join(dir, 'a.1001.exr'), join(dir, 'link.1.exr'))
    return dir
  }
  const listed = async (...args: string[]) => {
    const { code, stdout, stderr } = await runCli(['inspect', '--ndjson', '--columns', 'path', ...args])
    const paths = stdout.split('\n').filter(Boolean)
    return { code, stderr, paths: paths.map((line) => (JSON.parse(line) as { path: string }).path.split('/').at(-1)) }
  }

  it('are placeholders for frames, with a range or without, and links when they are named', async () => {
    const dir = shot()
    for (const name of ['a.####.exr', 'a.%04d.exr', 'a.<F>.exr']) {
      expect((await listed(join(dir, name))).paths).toEqual(['a.0999.exr', 'a.1001.exr', 'a.1002.exr'])
    }
    const range = await listed(join(dir, 'a.1001-1004#.exr'))
    expect(range).toMatchObject({ code: 1, paths: ['a.1001.exr', 'a.1002.exr'] })
    expect(range.stderr).toContain('2 of the 4 frames of')
    expect(range.stderr).toContain('are not there: 1003-1004')
    expect((await listed(join(dir, 'link.#.exr'))).paths).toEqual(['link.1.exr'])
  })

  it('may be none, which is no success unless that was asked for', async () => {
    const dir = tempDir()
    symlinkSync(whole, join(dir, 'link.exr'))
    const links = await listed(dir)
    expect(links).toMatchObject({ code: 1, paths: [] })
    expect((await listed(shot())).stderr).toBe('1 symbolic link passed over: --follow follows it.\n')
    expect(links.stderr).toContain('1 symbolic link passed over: --follow follows it')
    expect(await listed(dir, '--allow-empty')).toEqual({ code: 0, paths: [], stderr: '' })
    expect((await listed(join(dir, 'a.####.exr'))).code).toBe(1)
  })

  it('say what a file does not have', async () => {
    expect((await runCli(['inspect', '--part', '9', whole])).stderr).toContain('has no part 9: its parts are 0')
    expect((await runCli(['inspect', '--attr', 'nosuch', whole])).stderr).toContain('No file has an attribute')
    expect((await runCli(['inspect', 'http://plates/a.exr'])).stderr).toContain('URLs of http:// are not supported')
  })
})
