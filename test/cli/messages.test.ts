import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { errorLine, errorLines } from '../../src/cli/errors.ts'
import { ExrError } from '../../src/errors.ts'
import { fixturePath, tempDir } from '../helpers.ts'
import { runHere as runCli } from './run-cli.ts'

const folder = tempDir()
const catalog = join(folder, 'c.duckdb')
const frame = fixturePath('compression-zip.exr')

beforeAll(async () => {
  await runCli(['ingest', frame, '--catalog', catalog])
})

describe('what is not there', () => {
  it('is said of a part, and nothing is told of the file instead', async () => {
    const { code, stdout, stderr } = await runCli(['inspect', '--part', '9', frame])
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toBe(`${frame} has no part 9: its parts are 0\n`)
  })

  it('is said of an attribute', async () => {
    const { code, stderr } = await runCli(['inspect', '--attr', 'nosuch', frame])
    expect(code).toBe(1)
    expect(stderr).toBe('No file has an attribute that matches nosuch\n')
  })

  it('is said of a column, by name, and is no failure', async () => {
    for (const form of ['--csv', '--ndjson', '--json', '--each']) {
      const { code, stdout, stderr } = await runCli(['inspect', frame, form, '--columns', 'path,nosuch,time_code'])
      expect(code).toBe(0)
      expect(stdout).toContain(frame)
      expect(stderr).toBe('No file has a fact or attribute named nosuch\n')
    }
  })

  it('is said of a help page, with what may have been meant', async () => {
    const { code, stderr } = await runCli(['help', 'inspct'])
    expect(code).toBe(2)
    expect(stderr).toContain("unknown command 'inspct' (Did you mean inspect?)")
  })

  it('is said of a root, and makes no catalog', async () => {
    const fresh = join(folder, 'fresh.duckdb')
    const { code, stderr } = await runCli(['ingest', join(folder, 'nosuch'), '--catalog', fresh])
    expect(code).toBe(1)
    expect(stderr).toMatch(/no such file or directory\. No catalog was made.*\[ERR_SOURCE_NOT_FOUND\]\n$/)
    expect(existsSync(fresh)).toBe(false)
  })
})

describe('what is not supported', () => {
  it.each([
    ['inspect', 'http://example.com/a.exr'],
    ['ingest', 'http://example.com/show'],
    ['stats', 'https://example.com/a.exr'],
    ['hash', 'ftp://example.com/a.exr'],
  ])('%s names the scheme of a URL', async (command, url) => {
    const { code, stderr } = await runCli([command, url], { cwd: folder })
    expect(code).toBe(2)
    const scheme = url.slice(0, url.indexOf('://') + 3)
    expect(stderr).toContain(`Cannot read ${url}: URLs of ${scheme} are not supported`)
  })

  it.each([
    [['sql', '--format', 'xlsx', 'SELECT 1'], 'table, json, ndjson, csv, parquet, arrow. See'],
    [['inspect', '--check', 'sometimes', frame], 'table, leaders, all. See'],
  ])('ends a list of what is with one stop: %s', async (args, text) => {
    const { stderr } = await runCli(args)
    expect(stderr).toContain(text)
    expect(stderr).not.toContain('..')
  })

  it.each([
    [['inspect', '--first-read', '3', frame], '--first-read'],
    [['ingest', '--catalog-memory', '3', frame], '--catalog-memory'],
    [['stats', '--level', 'x', frame], '--level'],
    [['validate', '--fail-on', 'never', frame], '--fail-on'],
    [['ingest', '--start-after', 'k', frame, '--catalog', catalog], '--start-after'],
    [
      ['ingest', '--limit', 'header-byte=1', frame],
      'one of header-bytes, attributes, total-attributes, channels, parts, table-bytes for --limit',
    ],
    [['ingest', '--shard', '3', frame], '--shard'],
    [['hash', '--algorithm', 'md5', frame], '--algorithm'],
    [['stats', '--sample', 'x', frame], '--sample'],
    [['similar', '-k', '0', frame, '--catalog', catalog], '-k'],
  ])('names a flag as it is typed: %s', async (args, flag) => {
    const { code, stderr } = await runCli(args)
    expect(code).toBe(2)
    expect(stderr).toContain(flag)
    expect(stderr).not.toMatch(/firstRead|catalogMemory|failOn|startAfter|headerBytes/)
  })
})

describe('sql', () => {
  const ask = (query: string) => runCli(['sql', query, '--catalog', catalog])

  it.each(['', ';', ' -- nothing'])('says that %j is no statement', async (query) => {
    const { code, stderr } = await ask(query)
    expect(code).toBe(2)
    expect(stderr).toBe('exr-inspector: Expected one SQL statement but received none [ERR_CATALOG_QUERY]\n')
  })

  it.each([
    ["COPY files TO 'x.csv'", 'COPY: give the query alone; sql --format --output writes'],
    ['pragma database_size', 'PRAGMA: SHOW, DESCRIBE and functions such as duckdb_settings()'],
    ['DELETE FROM files', 'DELETE'],
    ['/* first */ VACUUM', 'another statement'],
  ])('refuses %s with its name, what it takes and what to use instead', async (query, found) => {
    const { code, stderr } = await ask(query)
    expect(code).toBe(2)
    expect(stderr).toMatch(/SELECT, WITH, FROM, DESCRIBE, SHOW, SUMMARIZE, EXPLAIN.*\[ERR_CATALOG_QUERY\]\n$/)
    expect(stderr).toContain(`but received ${found}`)
  })

  it('says where a mistake is, in one line', async () => {
    const { stderr } = await ask('SELECT file_path, nosuch FROM files')
    expect(stderr).toMatch(/^[^\n]*"nosuch" not found[^\n]* \(line 1, column 19\) \[ERR_CATALOG_QUERY\]\n$/)
    expect((await ask('SELECT\n  nosuch\nFROM files')).stderr).toContain('(line 2, column 3)')
  })

  it('puts the caret below the place, on a terminal', () => {
    const failure = (sql: string, spaces: number) =>
      new ExrError('ERR_CATALOG_QUERY', `No such column.\n\nLINE 1: ${sql}\n${' '.repeat(spaces)}^`)
    const error = failure('SELECT nosuch', 15)
    expect(errorLines(error, false).split('\n').slice(1)).toEqual(['  SELECT nosuch', '         ^'])
    expect(errorLine(error, false)).not.toContain('\n')
    // What a terminal would obey is longer when it is shown, and the caret moves with it.
    const escaped = errorLines(failure("SELECT '\u001b', nosuch", 20), false).split('\n')
    expect(escaped[1]?.indexOf('nosuch')).toBe(escaped[2]?.indexOf('^'))
    expect(errorLine(failure('...1, nosuch, 1...', 14), false)).toContain('(line 1) [')
  })
})
