// How long do answers of the explorer take over 1,000,000 files?
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Random } from '../test/fuzz/random.ts'
import { farmDir, farmFamilies } from '../test/paths.ts'
import { openBrowser } from '../test/server/explorer/chromium.ts'
import { copyFiles } from '../test/server/explorer/many.ts'
import { check, type Outcome, product, quantile, type Row, row, times, withFolder } from './frame.ts'
import { writeNoise } from './pixels.ts'

/** `EXR_BENCH_FILES` sets another number to try it with. */
const FILES = Number(process.env['EXR_BENCH_FILES'] ?? 1_000_000)
const WORDS = [
  'kitchen',
  'beauty',
  'copy17',
  'sh120',
  'copy4 crypto',
  'channel:Z',
  'layer:diffuse',
  'nosuchword',
  '1007',
]
const QUESTIONS = 60

export function run(): Promise<Outcome> {
  return withFolder(async (folder) => {
    const { openCatalog } = await product<typeof import('../src/catalog/open.ts')>('catalog/open')
    const { ingest } = await product<typeof import('../src/ingest/ingest.ts')>('ingest/ingest')
    const { createExplorer } =
      await product<typeof import('../src/server/explorer/explorer.ts')>('server/explorer/explorer')
    const frames = join(folder, 'frames')
    mkdirSync(frames)
    const frame = join(frames, 'plate.1001.exr')
    writeNoise(frame, 4096, 2160, ['-d', 'half', '--compression', 'zip'])
    const url = join(folder, 'catalog.duckdb')
    const catalog = await openCatalog(url)
    await ingest({ roots: [farmDir(), frames], catalog, jobs: 1, toolVersion: 'benchmark', source: 'benchmark' })
    await catalog.close()
    const inFarm = farmFamilies().reduce((sum, { files }) => sum + files.length, 0)
    await copyFiles(url, 'farm', Math.ceil(FILES / inFarm) - 1)

    const settings = {
      subject: url,
      version: 'benchmark',
      host: '127.0.0.1',
      port: 0,
      s3: {},
      template: null,
      policies: [],
    }
    const explorer = await createExplorer({ ...settings, open: () => openCatalog(url, { readOnly: true }) })
    const link = new URL(await explorer.listen())
    const cookie = (await fetch(link)).headers.get('set-cookie')!.split(';')[0]!
    const ask = async (path: string) => {
      const answer = await fetch(new URL(`/api/v1${path}`, link), { headers: { cookie } })
      check(answer.ok, `${path}: ${answer.status}`)
      return answer
    }
    try {
      const { total } = (await (await ask('/files?fold=false&limit=1')).json()) as { total: number }
      check(total >= FILES, `${total} files`)
      const random = new Random(17, 1)
      const pick = <T>(values: readonly T[]): T => values[random.below(values.length)]!
      const search = () => {
        const cursor = random.below(10) * 1000
        const sort = pick(['name', 'name', 'size', 'time', 'missing'])
        return `/files?q=${encodeURIComponent(pick(WORDS))}&fold=${pick(['true', 'false'])}&sort=${sort}&cursor=${cursor}`
      }
      const facets = () => `/facets?q=${encodeURIComponent(pick(WORDS))}`
      const asked = (path: () => string) => times(QUESTIONS, 5, async () => (await ask(path())).arrayBuffer())
      const [searches, counts] = [await asked(search), await asked(facets)]
      const state = await asked(() => '/files?limit=100')
      return {
        input: { files: total, questions: QUESTIONS },
        rows: [
          late('a page of a search, 95th percentile', searches, 300),
          late('facets of a search, 95th percentile', counts, 300),
          row('the first page of everything', 'ms', state),
          ...(await inBrowser(link, cookie, frame, ask)),
          { name: 'resident memory of the server', unit: 'MiB', median: process.memoryUsage.rss() / 2 ** 20 },
        ],
        leavesOut: [
          'making the index, once for a state of the catalog',
          'conditions in SQL and attributes',
          'a network',
        ],
      }
    } finally {
      await explorer.close()
    }
  })
}

/** In the page: waits until all that was drawn is there. */
const READ_ONE_PIXEL = `(() => {
  const gl = document.querySelector('.stage canvas').getContext('webgl2')
  gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4))
})()`

function late(name: string, samples: readonly number[], atMost: number): Row {
  return { name, unit: 'ms', median: quantile(samples, 0.95), rounds: samples.length, target: { atMost } }
}

/** What a browser takes: Debian's Chromium, which computes WebGL without a graphics card. */
async function inBrowser(
  link: URL,
  cookie: string,
  frame: string,
  ask: (path: string) => Promise<Response>,
): Promise<Row[]> {
  const { rows } = (await (await ask(`/files?q=${encodeURIComponent('plate.1001')}&fold=false`)).json()) as {
    rows: { file_id: string; file_path: string }[]
  }
  const id = rows.find(({ file_path }) => file_path === frame)?.file_id
  check(id !== undefined, 'the frame was not found')
  const browser = await openBrowser()
  try {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
    const [name, value] = cookie.split('=') as [string, string]
    await context.addCookies([{ name, value, url: link.origin }])
    const page = await context.newPage()
    // Else the second look is told that nothing has changed.
    await (await context.newCDPSession(page)).send('Network.setCacheDisabled', { cacheDisabled: true })
    const paint = await times(7, 2, async () => {
      await page.goto(new URL('/', link).href)
      await page.locator('#search').waitFor()
    })
    let size = 255
    // Each another size, so that none is kept.
    const thumbnail = await times(7, 2, async () => (await ask(`/files/${id}/thumbnail?size=${size--}`)).arrayBuffer())
    const pixels = await times(7, 2, async () => {
      await page.goto(new URL(`/file/${id}`, link).href)
      await page.locator('.stage:not([data-drawn="0"])').waitFor()
      await page.evaluate(READ_ONE_PIXEL)
    })
    return [
      row('first paint', 'ms', paint, 1, { atMost: 1000 }),
      row('thumbnail of 4096 x 2160 half RGBA, zip', 'ms', thumbnail, 1, { atMost: 150 }),
      row('page and first pixels of it', 'ms', pixels, 1, { atMost: 500 }),
    ]
  } finally {
    await browser.close()
  }
}
