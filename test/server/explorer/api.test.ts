import { copyFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answerSchemas } from '../../../scripts/answer-schemas.ts'
import { openCatalog } from '../../../src/catalog/open.ts'
import { BUILT_IN_PROVIDERS } from '../../../src/embeddings/index.ts'
import { ExrError } from '../../../src/errors.ts'
import { embed } from '../../../src/ingest/embed.ts'
import { ANSWER_SCHEMAS } from '../../../src/server/explorer/answer-schemas.ts'
import type {
  Answer,
  ChunkMap,
  Facet,
  FileDetail,
  Findings,
  Found,
  MapOfFiles,
  Overview,
  PixelValues,
  RegionFacts,
  SequenceDetail,
  SimilarRow,
} from '../../../src/server/explorer/api.ts'
import { createExplorer, type Explorer } from '../../../src/server/explorer/explorer.ts'
import { CatalogHolder } from '../../../src/server/explorer/holder.ts'
import { fixturePath, tempDir } from '../../helpers.ts'
import { makeFarm, NAN_AT, openExplorer, sampleAt } from './farm.ts'

const root = tempDir()
/** A policy of one's own. */
const own = join(root, 'studio.yaml')
let url: string
let explorer: Explorer
let address: URL
const ids = new Map<string, string>()

beforeAll(async () => {
  url = await makeFarm(root)
  const catalog = await openCatalog(url)
  await embed(catalog, { provider: BUILT_IN_PROVIDERS.channels })
  await catalog.close()
  writeFileSync(own, 'name: studio\nrules: { pixel-nan: warn }\n')
  explorer = await openExplorer(url, [{ name: 'studio', location: own }])
  address = new URL(await explorer.listen())
  for (const { file_path, file_id } of (await get<Found>('/files', { fold: 'false' })).rows) {
    ids.set(file_path.slice(file_path.lastIndexOf('/') + 1), file_id)
  }
})
afterAll(() => explorer.close())

type Query = Record<string, string | readonly string[]>

function ask(path: string, query: Query = {}, request: RequestInit = {}): Promise<Response> {
  const full = new URL(`/api/v1${path}`, address)
  for (const [name, value] of Object.entries(query)) {
    for (const each of typeof value === 'string' ? [value] : value) full.searchParams.append(name, each)
  }
  const cookie = `exr-explorer-${address.port}=${explorer.token}`
  return fetch(full, { ...request, headers: { cookie, ...request.headers } })
}

async function get<T>(path: string, query: Query = {}): Promise<T> {
  const answer = await ask(path, query)
  expect(answer.status, `${path}: ${answer.status === 200 ? '' : await answer.clone().text()}`).toBe(200)
  const told = (await answer.json()) as T
  expect(await faultsOf('get', path, told), path).toEqual([])
  return told
}

/** The document that describes the routes, and a validator of its schemas. */
let described: Promise<{ paths: Record<string, Record<string, Operation>>; ajv: Ajv2020 }> | null = null
interface Operation {
  responses: Record<string, { content: Record<string, { schema?: { $ref?: string; items?: { $ref: string } } }> }>
}
const describedNow = async () => {
  const document = (await (await ask('/openapi.json')).json()) as { paths: Record<string, Record<string, Operation>> }
  const ajv = new Ajv2020({ strict: false })
  ajv.addSchema(document, 'api')
  return { paths: document.paths, ajv }
}

/** What an answer has against what the document says of its route. */
async function faultsOf(method: string, path: string, answer: unknown): Promise<unknown[]> {
  described ??= describedNow()
  const { paths, ajv } = await described
  const route = Object.keys(paths).find((each) =>
    new RegExp(`^${each.replace(/\{\w+\}/g, '[^/]+').replaceAll('.', '\\.')}$`).test(path),
  )
  const content = paths[route!]![method]!.responses['200']!.content['application/json']
  const schema = JSON.stringify(content?.schema ?? {}).replaceAll('"#/', '"api#/')
  const validate = ajv.compile(JSON.parse(schema))
  return validate(answer) ? [] : validate.errors!
}

const post = <T>(path: string, body: object) =>
  ask(path, {}, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }).then(
    async (answer) => {
      const told = (await answer.json()) as T
      if (answer.status === 200) expect(await faultsOf('post', path, told), path).toEqual([])
      return told
    },
  )

const idOf = (name: string) => ids.get(name)!

describe('who is answered', () => {
  const statusOf = async (headers: Record<string, string>, path = '/api/v1/state') =>
    (await explorer.app.inject({ url: path, headers: { host: address.host, ...headers } })).statusCode
  const cookie = () => `exr-explorer-${address.port}=${explorer.token}`

  it('whoever knows the token, by cookie or by the printed link, and nobody else', async () => {
    expect(await statusOf({})).toBe(403)
    expect(await statusOf({ cookie: 'exr-explorer=no' })).toBe(403)
    expect(await statusOf({ cookie: cookie() })).toBe(200)
    const first = await explorer.app.inject({ url: `/?token=${explorer.token}`, headers: { host: address.host } })
    expect(first.headers['set-cookie']).toMatch(/; HttpOnly; SameSite=Strict$/)
    expect(await statusOf({}, `/?token=${explorer.token.slice(1)}`)).toBe(403)
  })

  it('no page of another site, and no name that was pointed at this machine', async () => {
    expect(await statusOf({ cookie: cookie(), origin: 'http://evil.example' })).toBe(403)
    expect(await statusOf({ cookie: cookie(), 'sec-fetch-site': 'cross-site' })).toBe(403)
    expect(await statusOf({ cookie: cookie(), host: 'evil.example' })).toBe(403)
    expect(await statusOf({ cookie: cookie(), origin: address.origin, 'sec-fetch-site': 'same-origin' })).toBe(200)
  })

  it('with a policy that lets nothing run but the page’s own files', async () => {
    const { headers } = await explorer.app.inject({ url: '/', headers: { host: address.host, cookie: cookie() } })
    expect(headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'; style-src 'self'")
    expect(headers['x-content-type-options']).toBe('nosniff')
  })

  it('says what it takes in a document that names every route and no other', async () => {
    const document = await get<{ paths: Record<string, Record<string, unknown>> }>('/openapi.json')
    const told = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} /api/v1${path.replace(/\{(\w+)\}/g, ':$1')}`),
    )
    const tree: string[] = []
    const served = explorer.app
      .printRoutes({ commonPrefix: false })
      .split('\n')
      .flatMap((line) => {
        const [, indent, segment, methods] = /^([│ ]*)[├└]── (\S*)(?: \((.*)\))?$/.exec(line) ?? []
        if (indent === undefined || segment === undefined) return []
        tree.splice(indent.length / 4, Number.POSITIVE_INFINITY, segment)
        return (methods ?? '').split(', ').map((method) => `${method} ${tree.join('')}`)
      })
      .filter((route) => /^\w+ \/api\//.test(route))
    expect(served.sort()).toEqual(told.sort())
    // And what they answer, as every test of this file compares: npx tsx scripts/answer-schemas.ts
    expect(ANSWER_SCHEMAS).toEqual(answerSchemas())
  })
})

describe('searching', () => {
  it('folds frames into sequences with what is missing and what is not whole', async () => {
    const { rows, total } = await get<Found>('/files')
    expect(total).toBe(3)
    expect(rows.find(({ sequence_key: key }) => key !== null)).toMatchObject({
      name: join(root, 'show/sh010/beauty.####.exr'),
      frame_count: 5,
      first_frame: 1001,
      last_frame: 1006,
      missing_count: 1,
      incomplete_count: 1,
    })
  })

  it('goes on where an answer ended, to the end', async () => {
    const seen: string[] = []
    let cursor: string | null = '0'
    while (cursor !== null) {
      const page: Found = await get('/files', { fold: 'false', limit: '3', cursor, sort: 'size', descending: 'true' })
      seen.push(...page.rows.map(({ file_id: id }) => id))
      cursor = page.next
    }
    expect(seen).toHaveLength(7)
    expect(new Set(seen).size).toBe(7)
  })

  it('finds words of paths and channels, and takes quotes as what they are', async () => {
    const found = async (q: string) => (await get<Found>('/files', { q, fold: 'false' })).total
    expect(await found('beauty 1001')).toBe(1)
    expect(await found('channel:Z')).toBe(2)
    expect(await found('path:DEPTH')).toBe(1)
    expect(await found('attr:screenWindow')).toBe(7)
    expect(await found(`'; DROP TABLE files; --`)).toBe(0)
    expect(await found(`"o'clock"`)).toBe(0)
  })

  it('counts facets without their own filter, and fields of the path as facets', async () => {
    const facets = await get<Facet[]>('/facets', { facet: ['state:incomplete', 'shot:sh010'] })
    const named = Object.fromEntries(facets.map(({ name, values }) => [name, values]))
    expect(named['state']).toEqual([
      { value: 'whole', count: 5 },
      { value: 'incomplete', count: 1 },
    ])
    expect(named['shot']).toContainEqual({ value: 'sh010', count: 1 })
    expect(named['compression']).toEqual([{ value: 'none', count: 1 }])
  })

  it('takes a condition, and refuses one that is more', async () => {
    expect((await get<Found>('/files', { where: 'width = 32 AND frame_number > 1002', fold: 'false' })).total).toBe(3)
    const refused = await ask('/files', { where: 'true) UNION SELECT * FROM (SELECT 1' })
    expect(await refused.json()).toMatchObject({ code: 'ERR_CATALOG_QUERY' })
    expect(refused.status).toBe(400)
  })

  it('names what it does not know', async () => {
    expect(await (await ask('/files', { facet: 'colour:red' })).json()).toMatchObject({
      code: 'ERR_OPTION_INVALID',
      message: expect.stringContaining('There are: show, shot, state'),
    })
    const refusals: [string, Record<string, string>, string][] = [
      ['/files', { nosuch: '1' }, 'there is no parameter nosuch here'],
      ['/files', { sort: 'beauty' }, 'sort is one of name, '],
      ['/files', { limit: 'many' }, 'limit must be integer'],
      ['/files/zzz', {}, 'file_id is written as 32 digits'],
    ]
    for (const [path, query, words] of refusals) {
      const refused = await ask(path, query)
      expect(refused.status).toBe(400)
      expect(await refused.json()).toMatchObject({
        code: 'ERR_OPTION_INVALID',
        message: expect.stringContaining(words),
      })
    }
    expect((await ask('/files/../../etc/passwd')).status).toBe(404)
    expect((await ask(`/files/${'0'.repeat(32)}`)).status).toBe(404)
  })

  it('says how much there is', async () => {
    expect(await get<Overview>('/overview')).toMatchObject({
      file_count: 7,
      sequence_count: 1,
      incomplete_count: 1,
      unreadable_count: 1,
      common_folder: join(root, 'show'),
      engine: 'duckdb',
    })
  })
})

describe('one file', () => {
  it('is told whole, with its neighbours and its state on disk', async () => {
    const detail = await get<FileDetail>(`/files/${idOf('beauty.1003.exr')}`)
    expect(detail.on_disk).toBe('same')
    expect(detail.previous_id).toBe(idOf('beauty.1002.exr'))
    expect(detail.next_id).toBe(idOf('beauty.1005.exr'))
    expect(detail.channels.map(({ channel_name: name }) => name)).toEqual(['B', 'G', 'R'])
    expect(JSON.stringify(detail)).not.toContain('metadata_embedding')
  })

  it('has a map of the chunks that are missing', async () => {
    const map = await get<ChunkMap>(`/files/${idOf('beauty.1006.exr')}/chunks`)
    expect(map).toMatchObject({ is_complete: false, check_depth: 'all' })
    expect(map.parts[0]).toMatchObject({ missing: { rows: [[18, 23]] } })
  })

  it('is judged by a policy, pixels too, with the box of what is bad', async () => {
    const judged = await get<Findings>(`/files/${idOf('beauty.1003.exr')}/findings`, { policy: 'all', pixels: 'true' })
    const nan = judged.findings.find(({ rule, state }) => rule === 'pixel-nan' && state === 'fail')
    expect(nan).toMatchObject({ channel: 'R', box: { min: NAN_AT, max: NAN_AT } })
    expect((await ask(`/files/${idOf('depth.exr')}/findings`, { policy: '/etc/passwd' })).status).toBe(400)
  })

  it("is judged by a policy of one's own first, and says when that cannot be used any more", async () => {
    expect((await get<Overview>('/overview')).policies[0]).toEqual({ name: 'studio', about: own })
    const path = `/files/${idOf('beauty.1003.exr')}/findings`
    const { policy, findings } = await get<Findings>(path, { pixels: 'true' })
    expect(policy).toBe('studio')
    expect(findings.filter(({ state }) => state === 'fail')).toMatchObject([{ rule: 'pixel-nan', severity: 'warn' }])
    writeFileSync(own, 'rules: { nosuch: warn }')
    const answer = await ask(path, { policy: 'studio' })
    expect([answer.status, await answer.json()]).toMatchObject([400, { code: 'ERR_POLICY_INVALID' }])
  })

  it('shows the exact value of every channel at a pixel', async () => {
    const at = { x: '7', y: '11' }
    const { channels } = await get<PixelValues>(`/files/${idOf('beauty.1002.exr')}/values`, at)
    expect(channels).toEqual(
      ['B', 'G', 'R'].map((name) => ({ name, type: 'FLOAT', value: sampleAt(1002, name, 7, 11) })),
    )
    const bad = { x: String(NAN_AT.x), y: String(NAN_AT.y) }
    expect((await get<PixelValues>(`/files/${idOf('beauty.1003.exr')}/values`, bad)).channels[2]?.value).toBe('NaN')
    expect((await ask(`/files/${idOf('depth.exr')}/values`, { x: '32', y: '0' })).status).toBe(400)
  })

  it('gives the pixels of a region as halfs, and means of larger ones', async () => {
    const path = `/files/${idOf('beauty.1001.exr')}/pixels`
    const answer = await ask(path, { x: '4', y: '6', width: '2', height: '1' })
    const halfs = new Uint16Array(await answer.arrayBuffer())
    // 0.25 + 4/128 + 6/256, 0.5 + ..., 0.125 + ..., and 1 as halfs.
    expect([...halfs.subarray(0, 4)]).toEqual([0x34e0, 0x3870, 0x31c0, 0x3c00])
    const whole = await ask(path, { size: '8' })
    const facts = JSON.parse(whole.headers.get('x-exr-region')!) as RegionFacts
    expect(facts).toMatchObject({ width: 32, height: 24, columns: 8, rows: 6, kind: 'colour' })
    expect((await whole.arrayBuffer()).byteLength).toBe(8 * 6 * 8)
    const again = await ask(path, { size: '8' }, { headers: { 'if-none-match': whole.headers.get('etag')! } })
    expect(again.status).toBe(304)
    expect((await ask(path, { x: '4' })).status).toBe(400)
    // Of another file in its place, and a level whose sides are halved by themselves.
    const file = join(root, 'show/sh010/beauty.1001.exr')
    renameSync(file, `${file}.old`)
    copyFileSync(fixturePath('tiled-ripmap-up.exr'), file)
    const other = await ask(path, { size: '8' }, { headers: { 'if-none-match': whole.headers.get('etag')! } })
    expect(other.status).toBe(200)
    const level = await ask(path, { level: '1', level_y: '3' })
    expect(JSON.parse(level.headers.get('x-exr-region')!)).toMatchObject({ width: 19, height: 3 })
    renameSync(`${file}.old`, file)
  })

  it('has a thumbnail that is decoded once', async () => {
    const path = `/files/${idOf('depth.exr')}/thumbnail`
    const first = await ask(path, { size: '32' })
    expect(first.headers.get('content-type')).toBe('image/jpeg')
    const etag = first.headers.get('etag')!
    expect((await ask(path, { size: '32' }, { headers: { 'if-none-match': etag } })).status).toBe(304)
  })

  it('says that it changed or went since', async () => {
    const path = join(root, 'show/sh010/depth.exr')
    writeFileSync(`${path}.new`, 'something else')
    renameSync(path, `${path}.old`)
    expect((await get<FileDetail>(`/files/${idOf('depth.exr')}`)).on_disk).toBe('gone')
    expect((await ask(`/files/${idOf('depth.exr')}/pixels`)).status).toBe(404)
    renameSync(`${path}.new`, path)
    expect((await get<FileDetail>(`/files/${idOf('depth.exr')}`)).on_disk).toBe('changed')
    expect(await (await ask(`/files/${idOf('depth.exr')}/pixels`)).json()).toMatchObject({ code: 'ERR_EXR_MAGIC' })
    renameSync(`${path}.old`, path)
  })
})

describe('many files', () => {
  it('are a sequence with gaps', async () => {
    const key = join(root, 'show/sh010/beauty.####.exr')
    const sequence = await get<SequenceDetail>('/sequence', { key })
    expect(sequence.missing).toEqual([[1004, 1004]])
    expect(sequence.frames.map(({ frame }) => frame)).toEqual([1001, 1002, 1003, 1005, 1006])
    expect((await ask('/sequence', { key: 'nosuch' })).status).toBe(404)
  })

  it('are like one another, and differ in facts', async () => {
    const alike = await get<SimilarRow[]>(`/files/${idOf('beauty.1001.exr')}/similar`, { k: '6' })
    const [first] = alike
    expect(first?.similarity).toBeCloseTo(1, 3)
    expect(first?.differences).toEqual([])
    const others = alike.find(({ file_path }) => file_path.endsWith('depth.exr'))
    expect(others?.differences).toContainEqual({ fact: 'channels', here: '3', there: '1' })
    const { embeddings } = await get<Overview>('/overview')
    const channels = `channels@${BUILT_IN_PROVIDERS.channels.version}`
    expect(embeddings).toEqual(['metadata', channels])
    const by = { k: '6', by: channels }
    // One row a sequence.
    expect(await get<SimilarRow[]>(`/files/${idOf('beauty.1001.exr')}/similar`, by)).toHaveLength(3)
    const none = await ask(`/files/${idOf('beauty.1001.exr')}/similar`, { by: 'nosuch' })
    expect(await none.json()).toMatchObject({ message: expect.stringContaining(`there are ${channels}`) })
  })

  it('lie on a map', async () => {
    const map = await get<MapOfFiles>('/map', { by: 'shot' })
    expect(map.points).toHaveLength(7)
    const at = (name: string) => map.points.find(({ file_id: id }) => id === idOf(name))!
    expect(at('beauty.1001.exr').x).toBeCloseTo(at('beauty.1002.exr').x, 5)
    expect(Math.abs(at('beauty.1001.exr').x - at('depth.exr').x)).toBeGreaterThan(0.01)
  })

  it('answer named queries and SQL that reads', async () => {
    const gaps = await post<Answer>('/queries', { name: 'missing-frames', parameters: '{}' })
    expect(gaps.rows.map((row) => row.slice(1, 4))).toEqual([[1004, 1004, 1]])
    const counted = await post<Answer>('/sql', { query: 'SELECT count(*) AS n FROM files' })
    expect(counted).toMatchObject({ rows: [[7]], cut: false })
    expect(await post('/sql', { query: 'DELETE FROM files' })).toMatchObject({ code: 'ERR_CATALOG_QUERY' })
    expect(await post('/queries', { name: 'missing-frame', parameters: '{}' })).toMatchObject({
      code: 'ERR_OPTION_INVALID',
    })
  })
})

describe('a catalog that another process has', () => {
  it('is waited for, and comes alive when it is free', async () => {
    let isHeld = true
    const open = () => {
      if (isHeld) throw new ExrError('ERR_CATALOG_LOCKED', 'Process 1 writes to it.')
      return openCatalog(url, { readOnly: true })
    }
    const holder = new CatalogHolder({ subject: url, version: 'test', open: async () => open() })
    const states: string[] = []
    const alive = new Promise<void>((done) => {
      holder.listen(() => {
        states.push(holder.state.state)
        if (holder.state.state === 'ready') done()
      })
    })
    await expect(holder.use(async () => {})).rejects.toMatchObject({ code: 'ERR_CATALOG_LOCKED' })
    expect(holder.state).toMatchObject({ state: 'waiting', message: 'Process 1 writes to it.' })
    isHeld = false
    await alive
    expect(states.at(-1)).toBe('ready')
    await holder.close()
  })

  it('that is none says so', async () => {
    const broken = await createExplorer({
      subject: 'nosuch.duckdb',
      version: 'test',
      host: '127.0.0.1',
      port: 0,
      s3: {},
      template: null,
      policies: [],
      open: () => openCatalog(join(root, 'nosuch.duckdb'), { readOnly: true }),
    })
    const at = new URL(await broken.listen())
    const answer = await fetch(new URL(`/api/v1/state?token=${broken.token}`, at))
    expect(await answer.json()).toMatchObject({ state: 'failed', code: 'ERR_CATALOG_OPEN' })
    await broken.close()
  })
})
