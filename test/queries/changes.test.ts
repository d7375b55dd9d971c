import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Catalog } from '../../src/catalog/catalog.ts'
import { openCatalog } from '../../src/catalog/open.ts'
import { changesOf, type FileChange } from '../../src/queries/index.ts'
import { type RecordSpec, record } from '../catalog/records.ts'
import { runHere } from '../cli/run-cli.ts'
import { tempDir } from '../helpers.ts'

const DAYS = ['2024-01-01', '2024-01-02', '2024-01-03'] as const
const us = (day: string) => BigInt(Date.parse(`${day}T00:00:00Z`)) * 1000n

let path = ''
let catalog: Catalog
beforeEach(async () => {
  path = join(tempDir(), 'catalog.duckdb')
  catalog = await openCatalog(path)
})
afterEach(() => catalog.close())

const see = (day: string, spec: RecordSpec) => catalog.upsert([record({ ...spec, inspectedAtUs: us(day) })], 'run')

async function all(location: string, since?: string): Promise<FileChange[]> {
  const changes: FileChange[] = []
  for await (const change of changesOf(catalog, location, since === undefined ? {} : { since })) changes.push(change)
  return changes
}

const owner = (value: string) => ({ name: 'owner', type: 'string', value, source: 'exr' }) as const
const derived = (value: string) => ({ name: 'oiio:ColorSpace', type: 'string', value, source: 'oiio' }) as const

it('tells attributes, channels, windows and sizes from superseded rows, and nothing that OpenImageIO derived', async () => {
  const file = { path: '/r/a.0001.exr', sizeBytes: 100 }
  await see(DAYS[0], { ...file, header: '1', channels: ['R', 'G'], attributes: [owner('ann'), derived('a')] })
  await see(DAYS[1], {
    ...file,
    header: '2',
    sizeBytes: 200,
    width: 960,
    channels: ['R', 'Z'],
    attributes: [owner('bob'), derived('b'), { ...owner('x'), name: 'comment' }],
  })
  const [change, ...others] = await all('/r/a.0001.exr')
  expect(others).toEqual([])
  expect(change).toMatchObject({
    path: '/r/a.0001.exr',
    frame: 1,
    before: { at: '2024-01-01T00:00:00.000000Z', sizeBytes: 100 },
    after: { at: '2024-01-02T00:00:00.000000Z', sizeBytes: 200 },
    removedAt: null,
  })
  const told = change!.differences.map(({ table, of, column, before, after }) => [
    table,
    Object.values(of).join(' '),
    column,
    column === null ? before !== null : before,
    column === null ? after !== null : after,
  ])
  expect(told).toEqual([
    ['parts', '0', 'width', 1920, 960],
    ['parts', '0', 'display_width', 1920, 960],
    ['parts', '0', 'data_window', expect.stringContaining('1919'), expect.stringContaining('959')],
    ['parts', '0', 'display_window', expect.stringContaining('1919'), expect.stringContaining('959')],
    ['channels', '0 G', null, true, false],
    ['channels', '0 Z', null, false, true],
    ['attributes', '0 owner exr', 'value_json', '"ann"', '"bob"'],
    ['attributes', '0 comment exr', null, false, true],
  ])
})

it('compares the state at a moment with the latest, and tells new, re-rendered and removed files', async () => {
  const seen = (day: string, frame: number, spec: Partial<RecordSpec> = {}) =>
    see(day, { path: `/r/a.000${frame}.exr`, header: `h${frame}`, ...spec })
  for (const frame of [1, 2, 3, 4]) await seen(DAYS[0], frame)
  await seen(DAYS[1], 1, { header: 'other', attributes: [owner('bob')] })
  await seen(DAYS[2], 1)
  await seen(DAYS[2], 2, { sizeBytes: 7 })
  await seen(DAYS[2], 3)
  await seen(DAYS[2], 5)
  await catalog.markRemoved(['/r/a.0004.exr'], us(DAYS[2]))
  const since = async (time?: string) =>
    (await all('/r/a.####.exr', time)).map(({ frame, before, removedAt, differences }) => [
      frame,
      before?.at.slice(0, 10) ?? null,
      removedAt?.slice(0, 10) ?? null,
      differences.length > 0,
    ])
  expect(await since('2024-01-01T12:00Z')).toEqual([
    [2, '2024-01-01', null, false],
    [4, '2024-01-01', '2024-01-03', false],
    [5, null, null, false],
  ])
  expect(await since('2024-01-02T12:00Z')).toEqual([
    [1, '2024-01-02', null, true],
    [2, '2024-01-01', null, false],
    [4, '2024-01-01', '2024-01-03', false],
    [5, null, null, false],
  ])
  expect(await since()).toEqual([
    [1, '2024-01-02', null, true],
    [2, '2024-01-01', null, false],
    [4, null, '2024-01-03', false],
  ])
  expect(await since('2024-02-01')).toEqual([])
})

it('says with a code what it does not know', async () => {
  await see(DAYS[0], { path: '/r/a.exr' })
  await expect(all('/r/b.exr')).rejects.toMatchObject({ code: 'ERR_SOURCE_NOT_FOUND' })
  await expect(all('/r/a.exr', 'yesterday')).rejects.toMatchObject({ code: 'ERR_OPTION_INVALID' })
  expect(await all('/r/a.exr')).toEqual([])
})

it('tells frames that changed alike together', async () => {
  for (const frame of [1, 2, 3, 5]) {
    const file = { path: `/r/a.000${frame}.exr` }
    await see(DAYS[0], { ...file, header: `${frame}`, attributes: [owner('ann')] })
    await see(DAYS[1], { ...file, header: `${frame} again`, attributes: [owner(frame === 5 ? 'eve' : 'bob')] })
  }
  await catalog.close()
  const cli = (...args: string[]) => runHere(['changes', ...args, '--catalog', path])
  expect(await cli('/r/a.####.exr')).toEqual({
    code: 0,
    stderr: '',
    stdout: 'frames 1-3\n  attribute owner: "ann" -> "bob"\nframes 5\n  attribute owner: "ann" -> "eve"\n',
  })
  expect((await cli('/r/a.0005.exr')).stdout).toBe('/r/a.0005.exr\n  attribute owner: "ann" -> "eve"\n')
  const lines = (await cli('/r/a.####.exr', '--json')).stdout.trimEnd().split('\n')
  expect(lines.map((line) => JSON.parse(line).frame)).toEqual([1, 2, 3, 5])
  expect((await cli('/r/a.####.exr', '--since', '1d')).stdout).toBe('Nothing changed.\n')
  expect(await cli('/r/none.exr')).toMatchObject({ code: 1 })
})
