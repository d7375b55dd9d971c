import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { deflateSync, gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { type Browser, chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as codec from '../../../src/header/index.ts'
import { concat, singlePart, text, words } from '../headers.ts'
import { SAMPLES } from '../samples.ts'
import { summarize } from './summarize.ts'

const root = resolve(import.meta.dirname, '../../..')
const built = existsSync(resolve(root, 'dist/header/index.js'))
if (!built) console.warn('SKIPPED: the header codec in a bundle. There is no dist: run npm run build:ts first.')

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync)
if (executablePath === undefined)
  console.warn('SKIPPED: the header codec in a browser. There is no Chromium: apt-get install chromium.')

/** What a page of a user would have, as one script. `exr-inspector/header` is found by the exports of package.json. */
async function bundle(contents: string, globalName?: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: import.meta.dirname, loader: 'ts' },
    bundle: true,
    minify: true,
    platform: 'browser',
    format: globalName === undefined ? 'esm' : 'iife',
    ...(globalName !== undefined && { globalName }),
    write: false,
    logLevel: 'silent',
  })
  return outputFiles[0]!.text
}

const { encodeHeader, makeAttribute } = codec
const asScript = (bytes: Uint8Array) => `Uint8Array.from([${bytes}])`

/** An OpenEXR id manifest without texts and groups, packed. */
const manifest = concat(words(16, 0), deflateSync(words(0, 0, 0, 0)))
const files: Record<string, Uint8Array> = {
  ...Object.fromEntries(Object.entries(SAMPLES).map(([name, header]) => [name, encodeHeader(header)])),
  'an id manifest': encodeHeader(singlePart({ extra: [makeAttribute('ids', 'idmanifest', manifest)] })),
  'a text that is not UTF-8': encodeHeader(
    singlePart({ extra: [makeAttribute('owner', 'string', Uint8Array.of(0x93, 0xfa, 0x96, 0x7b, 0x8c, 0xea))] }),
  ),
  'a long text': encodeHeader(
    singlePart({ extra: [makeAttribute('comments', 'string', text('\u00e9'.repeat(40_000)))] }),
  ),
  'a cut header': encodeHeader(singlePart({})).subarray(0, 100),
  'a PNG': Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
}

describe.runIf(built)('exr-inspector/header in a bundle', () => {
  it('imports nothing and takes less than 30 kB, packed by gzip', async () => {
    const all = await bundle(`export * from 'exr-inspector/header'`)
    expect(all).not.toMatch(/\b(import|require)\s*\(?\s*["']/)
    expect(gzipSync(all, { level: 9 }).length).toBeLessThan(30_000)
  })

  it('leaves out what is not used', async () => {
    const all = await bundle(`export * from 'exr-inspector/header'`)
    const some = await bundle(`export { layerOf } from 'exr-inspector/header'`)
    expect(some.length).toBeLessThan(all.length / 50)
  })
})

describe.runIf(built && executablePath !== undefined)('exr-inspector/header in Chromium', () => {
  let browser: Browser
  let script: string

  beforeAll(async () => {
    const say = 'export const say = (bytes) => summarize(codec, bytes)'
    script = await bundle(
      `import * as codec from 'exr-inspector/header'\nimport { summarize } from './summarize.ts'\n${say}`,
      'exr',
    )
    // Only what this test bundled runs in it; the sandbox is not there for root and in most containers.
    const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update']
    browser = await chromium.launch({ executablePath: executablePath!, args })
  })
  afterAll(() => browser?.close())

  it('says in a page what it says in Node', async () => {
    const page = await browser.newPage()
    await page.addScriptTag({ content: script })
    for (const [name, bytes] of Object.entries(files)) {
      expect(await page.evaluate(`exr.say(${asScript(bytes)})`), name).toBe(summarize(codec, bytes))
    }
    await page.close()
  })

  it('says in a worker what it says in Node', async () => {
    const page = await browser.newPage()
    const work = `${script}\nonmessage = ({ data }) => postMessage(exr.say(data))`
    for (const name of ['every type', 'an id manifest', 'a PNG']) {
      const said = await page.evaluate(`new Promise((done, failed) => {
        const worker = new Worker(URL.createObjectURL(new Blob([${JSON.stringify(work)}])))
        worker.onmessage = ({ data }) => done(data)
        worker.onerror = ({ message }) => failed(new Error(message))
        worker.postMessage(${asScript(files[name]!)})
      })`)
      expect(said, name).toBe(summarize(codec, files[name]!))
    }
    await page.close()
  })
})
