import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openCatalog } from '../../src/catalog/open.ts'
import { commandModel } from '../../src/cli/completion/model.ts'
import { createContext } from '../../src/cli/context.ts'
import { columns, wrappedColumns } from '../../src/cli/format/columns.ts'
import { cut } from '../../src/cli/format/fit.ts'
import { partTable } from '../../src/cli/inspect/part-table.ts'
import { createProgram } from '../../src/cli/program.ts'
import { displayWidth, styleFor } from '../../src/cli/style.ts'
import { encodeHeader, makeAttribute, makeHeader } from '../../src/header/index.ts'
import { inspect } from '../../src/inspect/inspect.ts'
import { sequence } from '../catalog/records.ts'
import { box, channel, listedPart, text } from '../header/headers.ts'
import { fixturePath } from '../helpers.ts'
import { runHere } from './run-cli.ts'

const folder = mkdtempSync(join(tmpdir(), 'width-'))
const catalog = join(folder, 'catalog.duckdb')
const long = 'a_name_that_nobody_would_call_short_but_that_a_farm_writes_all_the_same'
/** Two columns a character. */
const wide = '画像の名前がとても長い場合でも行は端末の幅に収まるべきです、そうでなければ読めません'
const files = ['multipart-many', 'tiled-mipmap-down', 'deep-tile', 'attributes-all-types', 'truncated-header'].map(
  (name) => fixturePath(`${name}.exr`),
)

beforeAll(async () => {
  const renders = join(folder, 'renders', long, wide)
  mkdirSync(renders, { recursive: true })
  for (const [index, name] of [long, wide].entries()) {
    const parts = [long, wide, 'b'].map((part) =>
      listedPart(`${part}${index}`, 'tiledimage', 68, {
        dataWindow: box(1919, 1079),
        displayWindow: box(1919, 1079),
        channels: ['A', `${long}.R`, `${wide}.R`].map((each) => channel(each)),
        extra: [
          makeAttribute(long, 'string', text(`${long} ${wide}`)),
          makeAttribute(`${wide}1`, 'string', text('value')),
        ],
      }),
    )
    writeFileSync(join(renders, `${name.slice(0, 40)}.100${index}.exr`), encodeHeader(makeHeader(parts)))
  }
  const opened = await openCatalog(catalog)
  await opened.upsert(sequence(`/mnt/${long}/${wide}`, 6), 'run')
  await opened.close()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function tooWide(args: readonly string[], width = 80): Promise<string[]> {
  const { stdout } = await runHere(args, { columns: width, cwd: folder })
  expect(stdout).not.toBe('')
  return stdout.split('\n').filter((line) => displayWidth(line) > width)
}

describe('on a terminal of 80 columns no line is wider', () => {
  it.each([
    ['inspect', ['inspect', '--each']],
    ['inspect --long', ['inspect', '--long']],
    ['inspect of sequences', ['inspect']],
    ['validate', ['validate', '--policy', 'core']],
    ['validate --all', ['validate', '--all', '--policy', 'comp-ready']],
    ['ls', ['ls']],
    ['ls -l', ['ls', '-l']],
  ])('%s', async (_name, args) => {
    expect(await tooWide([...args, 'renders', ...files])).toEqual([])
  })

  it('the report of one file', async () => {
    for (const file of [join(folder, 'renders', long, wide, `${long.slice(0, 40)}.1000.exr`), ...files]) {
      expect(await tooWide(['inspect', file])).toEqual([])
      expect(await tooWide(['inspect', '--long', file])).toEqual([])
    }
  })

  it.each([
    ['stats', ['stats', ...files.slice(0, 3)]],
    ['deep-stats', ['deep-stats', ...files.slice(1, 3)]],
    ['hash', ['hash', '--long', ...files.slice(0, 3)]],
    ['diff', ['diff', files[0]!, files[1]!]],
    ['policy rules', ['policy', 'rules']],
    ['policy list', ['policy', 'list']],
    ['policy explain', ['policy', 'explain', 'compress-lossy-data']],
    ['query list', ['query', 'list']],
    ['doctor', ['doctor']],
    ['help', ['--help']],
  ])('%s', async (_name, args) => {
    expect(await tooWide(args)).toEqual([])
  })

  it.each([
    ['sql', ['sql', 'FROM files']],
    ['query missing-frames', ['query', 'missing-frames']],
    ['query coverage', ['query', 'coverage']],
    ['dedupe', ['dedupe']],
    ['catalog info', ['catalog', 'info']],
    ['catalog verify', ['catalog', 'verify']],
  ])('%s', async (_name, args) => {
    expect(await tooWide([...args, '--catalog', catalog])).toEqual([])
  })

  it('the help of every command', async () => {
    const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough(), env: {} }
    const { commands } = commandModel(await createProgram(createContext(streams)))
    for (const { name, commands: below } of commands)
      for (const args of [[name], ...below.map((child) => [name, child.name])])
        expect(await tooWide([...args, '--help'])).toEqual([])
  })
})

describe('the table of parts', () => {
  it('keeps the number, name and what is missing the longest', async () => {
    const parts = ['left', 'right'].map((name) =>
      listedPart(name, 'tiledimage', 68, {
        dataWindow: box(1919, 1079),
        displayWindow: box(1919, 1079),
        channels: ['A', 'B', 'G', 'R'].map((each) => channel(each)),
      }),
    )
    const payload = await inspect(encodeHeader(makeHeader(parts)))
    const at = (width: number) => partTable(payload, styleFor({}, {}), width)
    expect(at(Number.POSITIVE_INFINITY)[1]).toMatch(/^ {2}0 +left +tiles +1920x1080 +zip +\d+ of \d+ +R G B A HALF$/)
    for (const width of [80, 60, 50, 40]) {
      const lines = at(width)
      expect(lines.filter((line) => displayWidth(line) > width)).toEqual([])
      expect(lines[1]).toMatch(/^ {2}0 +left .*\d+ of \d+/)
    }
    expect(at(40).at(-2)).toContain('Not shown on a line this short: codec')
  })
})

describe('columns', () => {
  it('cut what would push the rest of the line out, colours and all', () => {
    const red = (inside: string) => `\u001b[31m${inside}\u001b[39m`
    expect(columns([[long, red(long), 'value']], { width: 40 })).toEqual([
      `${cut(long, 16)}  ${red(cut(long, 15))}  value`,
    ])
    expect(cut(red('one two three'), 8)).toBe(red('one two…'))
  })

  it('break their last cell where it is wanted whole', () => {
    expect(
      wrappedColumns(
        [
          ['a', 'one two three'],
          ['bb', ''],
        ],
        { width: 12 },
      ),
    ).toEqual(['a   one two', '    three', 'bb'])
  })
})
