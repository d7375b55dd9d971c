import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import { displayWidth } from '../../src/cli/style.ts'
import { fixturePath, tempDir } from '../helpers.ts'
import { CLI, runCli } from './run-cli.ts'

const hasScript = spawnSync('script', ['--version']).status === 0
if (!hasScript) console.warn('SKIPPED: tests on a terminal need script(1) of util-linux')

/** Everything a terminal receives, of 100 columns unless said, both streams together. */
function onTerminal(
  args: readonly string[],
  env: Record<string, string> = {},
  columns = 100,
): { code: number | null; screen: string } {
  const { FORCE_COLOR, NO_COLOR, ...rest } = process.env
  const command = `stty cols ${columns}; ${[process.execPath, CLI, ...args].map((word) => `'${word}'`).join(' ')}`
  const { status, stdout } = spawnSync('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
    encoding: 'utf8',
    env: { ...rest, TERM: 'xterm-256color', ...env },
  })
  return { code: status, screen: stdout }
}

function frames(): string {
  const dir = tempDir()
  for (let index = 0; index < 40; index++)
    copyFileSync(fixturePath('compression-zip.exr'), join(dir, `a.${1001 + index}.exr`))
  return dir
}

describe.runIf(hasScript)('on a terminal', () => {
  it('shows a bar while it ingests, and takes it away for the summary', () => {
    const { code, screen } = onTerminal(['ingest', frames(), '--catalog', join(tempDir(), 'c.duckdb')])
    expect(code).toBe(0)
    expect(screen).toContain('━')
    expect(screen).toMatch(/of 40\+? files/)
    const summary = screen.slice(screen.lastIndexOf('\u001b[?25h'))
    expect(stripVTControlCharacters(summary)).toMatch(/40 files read in .*\r\n +40 +new/)
    expect(summary).not.toContain('━')
  })

  it('inspects a folder by sequence, unless each file is asked for', () => {
    const dir = frames()
    const { screen } = onTerminal(['inspect', dir])
    expect(stripVTControlCharacters(screen)).toMatch(/whole +1001-1040 .*a\.####\.exr/)
    expect(screen).not.toContain('a.1001.exr')
    expect(onTerminal(['inspect', dir, '--each']).screen).toContain('a.1001.exr')
  })

  it('uses colour, but not with NO_COLOR or on a dumb terminal', () => {
    const path = fixturePath('compression-zip.exr')
    expect(onTerminal(['inspect', path]).screen).toContain('\u001b[32mwhole')
    expect(onTerminal(['inspect', path], { NO_COLOR: '1' }).screen).not.toContain('\u001b')
    expect(onTerminal(['inspect', path], { TERM: 'dumb' }).screen).not.toContain('\u001b')
  })

  it('keeps lines within the terminal, which pipes do not', async () => {
    const path = fixturePath('attributes-all-types.exr')
    const longest = (text: string) =>
      Math.max(
        ...stripVTControlCharacters(text)
          .split(/\r?\n/)
          .slice(1)
          .map((line) => line.length),
      )
    expect(longest(onTerminal(['inspect', path]).screen)).toBeLessThanOrEqual(100)
    expect(longest((await runCli(['inspect', path])).stdout)).toBeGreaterThan(100)
  })

  it('fits 80 columns with the tables of every command', async () => {
    const folder = join(tempDir(), 'a_folder_with_a_long_name', 'and_another_one_below_it')
    mkdirSync(folder, { recursive: true })
    const names = ['compression-zip', 'multipart-many', 'deep-tile', 'tiled-mipmap-down', 'unfinished-tiles']
    for (const name of [...names, 'truncated-header', 'cryptomatte', 'attributes-all-types', 'pixel-types'])
      copyFileSync(fixturePath(`${name}.exr`), join(folder, `beauty_of_a_shot_${name}.exr`))
    const file = (name: string) => join(folder, `beauty_of_a_shot_${name}.exr`)
    const catalog = join(folder, 'c.duckdb')
    writeFileSync(join(folder, 'beauty_of_a_shot_which_is_no_image_at_all.exr'), '<!DOCTYPE html>')
    await runCli(['ingest', folder, '--catalog', catalog])
    const commands = [
      ['ingest', '--force', folder, '--catalog', catalog],
      ['inspect', file('attributes-all-types')],
      ['inspect', file('multipart-many')],
      ['inspect', folder],
      ['ls', folder],
      ['ls', '--long', folder],
      ['stats', '--long', file('pixel-types')],
      ['diff', file('compression-zip'), file('tiled-mipmap-down')],
      ['diff', file('compression-zip'), file('pixel-types')],
      ['validate', folder],
      ['sql', 'SELECT * FROM files', '--catalog', catalog],
      ['similar', file('compression-zip'), '--catalog', catalog],
      ['catalog', 'info', '--catalog', catalog],
    ]
    const wide = commands.flatMap((args) => {
      const { screen } = onTerminal(args, { NO_COLOR: '1' }, 80)
      // What a progress line showed is gone; a path may stand whole on a line of its own.
      const lines = screen
        .split(/\r?\n/)
        .map((line) => ['\r\u001b[K', '\u001b[2K'].reduce((rest, clear) => rest.split(clear).at(-1) ?? '', line))
      const tooWide = lines.filter((line) => displayWidth(line) > 80 && !/^(?: *|catalog +)\S+$/.test(line))
      return tooWide.map((line) => `${args.join(' ')}: ${line}`)
    })
    expect(wide).toEqual([])
  })

  it('names the directory once above a list of what is in it', () => {
    const folder = frames()
    for (const command of ['inspect', 'ls']) {
      const { screen } = onTerminal([command, folder], { NO_COLOR: '1' })
      expect(screen.startsWith(`${folder}:\r\n`)).toBe(true)
      expect(screen.split(folder)).toHaveLength(2)
    }
  })

  it('never lets a value act on it, in any form', () => {
    const catalog = join(tempDir(), 'c.duckdb')
    expect(onTerminal(['ingest', frames(), '--quiet', '--catalog', catalog]).code).toBe(0)
    const query =
      'SELECT chr(27) || chr(93) || chr(155) || chr(8238) || chr(8203) || chr(27) || chr(91) || chr(109) AS v'
    for (const format of ['table', 'csv', 'json', 'ndjson']) {
      const { screen } = onTerminal(['sql', query, '--catalog', catalog, '--format', format], { NO_COLOR: '1' })
      expect(screen).toContain('\\u001b]\\u009b\\u202e\\u200b\\u001b[m')
      expect(screen.replaceAll('\r\n', '\n')).not.toMatch(/[^\n -~]/)
    }
  })

  it('refuses to write Parquet to it', () => {
    const { code, screen } = onTerminal(['sql', 'SELECT 1', '--format', 'parquet'])
    expect(code).toBe(2)
    expect(screen).toContain('--output')
  })
})

describe('warnings of Node and of libraries', () => {
  // The main thread drops warnings from when it runs on; a thread spends its life waiting, so it warns at once.
  const code = `import { isMainThread } from 'node:worker_threads'
    const warn = () => process.emitWarning('for developers')
    if (isMainThread) setTimeout(warn, 1000)
    else warn()`
  const warns = ['--import', `data:text/javascript,${encodeURIComponent(code)}`]

  it('reach nobody, from threads neither', async () => {
    const args = ['ingest', frames(), '--quiet', '--catalog', join(tempDir(), 'c.duckdb')]
    expect(await runCli(args, { nodeFlags: warns })).toEqual({ code: 0, stdout: '', stderr: '' })
  })

  it('reach developers with EXR_DEBUG', async () => {
    const args = ['ingest', frames(), '--quiet', '--catalog', join(tempDir(), 'c.duckdb')]
    const { stderr } = await runCli(args, { nodeFlags: warns, env: { EXR_DEBUG: '1' } })
    expect(stderr.match(/for developers/g)?.length).toBeGreaterThan(1)
  })
})
