import { copyFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { fixturePath, tempDir } from '../helpers.ts'
import { runHere as runCli } from './run-cli.ts'

const dir = tempDir()
beforeAll(() => {
  const put = (name: string, fixture: string) => copyFileSync(fixturePath(fixture), join(dir, name))
  for (const frame of ['0998', '0999', '1001', '1002']) put(`b.${frame}.exr`, 'compression-zip.exr')
  put('b.1003.exr', 'compression-piz.exr')
  writeFileSync(join(dir, 'b.1004.exr'), '')
  put('b.1006.exr', 'unfinished-tiles.exr')
  put('single.exr', 'deep-tile.exr')
})
const words = (text: string) => text.split('\n').map((line) => line.trim().replace(/ {2,}/g, '  '))

it('gives a line a sequence, and below it what is missing, broken, and drifts', async () => {
  const { code, stdout } = await runCli(['inspect', '.', '--by-sequence'], { cwd: dir })
  expect(code).toBe(1)
  const lines = words(stdout)
  expect(lines.slice(0, 2)).toEqual([
    'state  frames  size  pixels  ch  storage  file',
    expect.stringMatching(/^2 broken {2}998-1006 {2}.* {2}several {2}3 {2}several {2}b\.####\.exr$/),
  ])
  expect(lines).toContain('1004: empty file, 0 bytes [ERR_SOURCE_EMPTY]')
  expect(lines).toContainEqual(expect.stringMatching(/^1006: .* chunks are missing/))
  expect(lines).toContain('missing: 1000, 1005')
  expect(lines).toContain('compression: zip in 998-999, 1001-1002, 1006; piz in 1003')
  expect(lines).toContainEqual(expect.stringMatching(/^whole {2}.*single\.exr$/))
  expect(lines.at(-2)).toBe('8 files: 6 whole, 1 unreadable, 1 incomplete')
  expect(stdout).not.toContain('frozen')
})

it('keys payloads by all names of the folder, and of a file named alone by its name', async () => {
  const folder = tempDir()
  const names = ['f.998.exr', 'f.999.exr', 'f.1001.exr']
  for (const name of names) copyFileSync(fixturePath('compression-zip.exr'), join(folder, name))
  const keys = async (...args: string[]) =>
    (await runCli(['inspect', '--ndjson', ...args], { cwd: folder })).stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).file)
      .map((file) => [file.frame_number, file.sequence_key?.slice(folder.length + 1)])
  const decided = names.map((name) => [Number(name.slice(2, -4)), 'f.###.exr'])
  expect((await keys('.')).sort()).toEqual(decided.toSorted())
  expect(await keys('f.####.exr')).toEqual(decided)
  expect(await keys('f.1000-1001#.exr')).toEqual([[1001, 'f.###.exr']])
  expect(await keys('f.1001.exr')).toEqual([[1001, 'f.####.exr']])
})

it('tells frozen frames when pixels are hashed', async () => {
  const { stdout } = await runCli(['inspect', '.', '--by-sequence', '--hash'], { cwd: dir })
  // Two methods that lose nothing hold the same pixels.
  expect(words(stdout)).toContain('frozen, the same pixels: 998-999, 1001-1003')
})

it('says what was looked at, in a list of files and of sequences', async () => {
  for (const form of ['--each', '--by-sequence']) {
    const { stdout } = await runCli(['inspect', 'b.####.exr', form, '--check', 'table'], { cwd: dir })
    expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/^"whole" rests on 0 of \d+ chunks; --check all looks at each$/)
  }
  const { stdout } = await runCli(['ls', '-l', '.'], { cwd: dir })
  expect(stdout).not.toContain('rests on')
})

it('names what it cannot read, by no path that is not there, and no size it does not know', async () => {
  writeFileSync(join(dir, 'text.exr'), 'This is no image.')
  const { stdout } = await runCli(['inspect', 'text.exr', 'single.exr', '--by-sequence'], { cwd: dir })
  expect(stdout).toContain('Cannot read the file: Not an OpenEXR file')
  expect(stdout).toMatch(/^UNREADABLE +- +- +- +- +text\.exr$/m)
  rmSync(join(dir, 'text.exr'))
})

it.each(['flag', 'variable'])(
  'reads within the limits of headers that a %s names, in ls and validate as in inspect',
  async (how) => {
    const limits = 'header-bytes=200'
    const [flags, env] = how === 'flag' ? [['--limit', limits], {}] : [[], { EXR_LIMITS: limits }]
    const told = async (...args: string[]) => (await runCli([...args, ...flags], { cwd: dir, env })).stdout
    expect(await told('inspect', 'single.exr')).toContain('LIMITED')
    expect(JSON.parse(await told('ls', '-l', 'single.exr', '--json'))).toMatchObject([{ state: 'limited' }])
    expect(await told('validate', 'single.exr', '-p', 'all', '--all')).toMatch(/limit/i)
    expect((await runCli(['validate', 'single.exr', '-p', 'all', '--all'], { cwd: dir })).stdout).not.toMatch(
      /limit of/i,
    )
  },
)

it('gives a line a file where nobody watches, or when asked', async () => {
  const plain = await runCli(['inspect', '.'], { cwd: dir })
  expect(plain.stdout).toContain('b.0998.exr')
  expect((await runCli(['inspect', '.', '--each'], { cwd: dir })).stdout).toBe(plain.stdout)
  expect((await runCli(['inspect', '.', '--each', '--by-sequence'], { cwd: dir })).code).toBe(2)
})
