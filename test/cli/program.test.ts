import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { runCli } from './run-cli.ts'

const packageJson = JSON.parse(readFileSync(fileURLToPath(new URL('../../package.json', import.meta.url)), 'utf8'))

/** Prints every module that Node loads, so that a test can say what a command does without. */
const logLoads = `data:text/javascript,${encodeURIComponent(`
  import { register } from 'node:module'
  register('data:text/javascript,' + encodeURIComponent(
    'import { writeSync } from "node:fs"; export async function load(url, context, next) { writeSync(2, "LOAD " + url + "\\\\n"); return next(url, context) }'))
`)}`

function loads(stderr: string): string[] {
  return [...stderr.matchAll(/^LOAD (.*)$/gm)].map((match) => match[1] ?? '')
}

describe('exr-inspector', () => {
  it('prints its version', async () => {
    expect(await runCli(['--version'])).toEqual({ code: 0, stdout: `${packageJson.version}\n`, stderr: '' })
  })

  it('answers --help without loading a command, the addon, DuckDB or Arrow', async () => {
    const { code, stdout, stderr } = await runCli(['--help'], { nodeFlags: ['--import', logLoads] })
    expect(code).toBe(0)
    expect(stdout).toContain('Usage: exr-inspector')
    const modules = loads(stderr)
    expect(modules.some((url) => url.endsWith('/cli/main.js'))).toBe(true)
    expect(
      modules.filter((url) =>
        /\/commands\/|duckdb|arrow|native|piscina|inspect|ingest\//.test(
          url.split(/\/(?:dist|node_modules)\//).at(-1) ?? url,
        ),
      ),
    ).toEqual([])
  })

  it('knows every flag of a command in its own help, without loading what the command works with', async () => {
    const { code, stdout, stderr } = await runCli(['ingest', '--help'], { nodeFlags: ['--import', logLoads] })
    expect(code).toBe(0)
    expect(stdout).toContain('--fail-fast')
    expect(loads(stderr).filter((url) => /duckdb|arrow|native|piscina/.test(url))).toEqual([])
    expect((await runCli(['help', 'ingest'])).stdout).toContain('--fail-fast')
  })

  it.each([
    [
      'an unknown flag',
      ['inspect', '--jsn', 'x'],
      /^exr-inspector: unknown option '--jsn'.*--json.*\[ERR_OPTION_INVALID\]\n$/,
    ],
    ['an unknown command', ['ingset'], /^exr-inspector: unknown command 'ingset'.*ingest.*\[ERR_OPTION_INVALID\]\n$/],
    ['a missing argument', ['inspect'], /^exr-inspector: missing required argument 'location'.*inspect --help/],
    ['flags that exclude each other', ['inspect', '--json', '--yaml', 'x'], /--json.*--yaml|--yaml.*--json/],
    ['a value that is not allowed', ['sql', '--format', 'xml', 'SELECT 1'], /xml.*table, json, ndjson, csv, parquet/],
  ])('says in one line what is wrong with %s and exits with 2', async (_, args, message) => {
    const { code, stdout, stderr } = await runCli(args)
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toMatch(message)
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
  })

  it('prints help and exits with 2 when no command is given', async () => {
    const { code, stderr } = await runCli([])
    expect(code).toBe(2)
    expect(stderr).toContain('Commands:')
  })

  it('reports errors as JSON to scripts that read JSON', async () => {
    const { code, stderr } = await runCli(['inspect', '--json', '--jobs', 'many', 'x.exr'])
    expect(code).toBe(2)
    expect(JSON.parse(stderr)).toEqual({
      error: { code: 'ERR_OPTION_INVALID', message: expect.stringContaining('--jobs but received many') },
    })
  })

  it('says in one line which variable of the environment has no such value, and exits with 2', async () => {
    const { code, stdout, stderr } = await runCli(['sql', 'SELECT 1'], { env: { EXR_JOBS: 'many' } })
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(/^exr-inspector: Expected .* for EXR_JOBS but received many \[ERR_OPTION_INVALID\]\n$/)
  })

  it('shows stack traces only with EXR_DEBUG', async () => {
    const args = ['sql', '--catalog', '/nowhere/c.duckdb', 'SELECT 1']
    expect((await runCli(args)).stderr).not.toContain('    at ')
    expect((await runCli(args, { env: { EXR_DEBUG: '1' } })).stderr).toContain('    at ')
  })
})
