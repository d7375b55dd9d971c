import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Explorer } from '../../../src/server/explorer/explorer.ts'
import { tempDir } from '../../helpers.ts'
import { canBrowse, openBrowser } from './chromium.ts'
import { makeFarm, NAN_AT, openExplorer, sampleAt } from './farm.ts'

/** What these tests ask of a canvas in the page: Node knows no types of browsers. */
interface Canvas {
  readonly width: number
  readonly height: number
  getContext(kind: 'webgl2'): {
    readonly drawingBufferHeight: number
    readonly RGBA: number
    readonly UNSIGNED_BYTE: number
    readPixels(x: number, y: number, width: number, height: number, format: number, type: number, out: Uint8Array): void
  }
  getContext(kind: '2d'): { getImageData(x: number, y: number, width: number, height: number): { data: Uint8Array } }
}

/** The curve of IEC 61966-2-1, of linear 0 to 1. */
const encodeSrgb = (value: number) => (value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055)

describe.runIf(canBrowse('the page in a browser'))('the page', () => {
  const root = tempDir()
  let explorer: Explorer
  let link: string
  let browser: Browser
  let context: BrowserContext
  let page: Page
  const problems: string[] = []
  /** Last word of every address that was asked for. */
  const asked: string[] = []

  beforeAll(async () => {
    explorer = await openExplorer(await makeFarm(root))
    link = await explorer.listen()
    browser = await openBrowser()
    context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
    page = await context.newPage()
    page.setDefaultTimeout(60_000)
    page.on('request', (request) => asked.push(new URL(request.url()).pathname.split('/').at(-1)!))
    page.on('pageerror', (error) => problems.push(error.message))
    page.on('dialog', (dialog) => {
      problems.push(dialog.message())
      void dialog.dismiss()
    })
    await page.goto(link)
  })
  afterAll(async () => {
    await browser?.close()
    await explorer?.close()
  })

  it('takes the token out of the address and shows what there is, names from strangers as text', async () => {
    await page.getByText('3 rows of 7 files').waitFor()
    expect(page.url()).not.toContain('token')
    expect(await page.locator('.list').textContent()).toContain('<img src=x onerror=alert(1)>\\u{202e}gnp.exr')
    expect(await page.locator('.list img').count()).toBe(0)
  })

  it('leads by keys alone from a search over a sequence to a frame', async () => {
    await page.keyboard.press('/')
    await page.keyboard.type('beauty')
    await page.getByText('1 row of 7 files').waitFor()
    await page.locator('#results').focus()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.getByText('1 frame missing (1004); 1 frame incomplete').waitFor()
    const strip = page.locator('.strip canvas')
    await strip.focus()
    for (let i = 0; i < 4; i++) await page.keyboard.press('ArrowRight')
    await page.getByText('Frame 1004: missing').waitFor()
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'beauty.1003.exr' }).waitFor()
    expect(await page.locator('#verdict').textContent()).toContain('This file is whole.')
    // The image first: a policy takes a process of its own.
    await page.getByText('every leader was looked at').waitFor()
    expect(asked.filter((each) => ['pixels', 'chunks', 'findings'].includes(each))[0]).toBe('pixels')
  })

  it('shows pixels by the formula of exposure and sRGB', async () => {
    const canvas = page.locator('.stage canvas').first()
    const colorAt = async (x: number, y: number) => {
      const at = await placeOf(page, x, y)
      return canvas.evaluate((element, [left, top]) => {
        const gl = (element as unknown as Canvas).getContext('webgl2')
        const out = new Uint8Array(4)
        gl.readPixels(left!, gl.drawingBufferHeight - 1 - top!, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, out)
        return [...out.subarray(0, 3)]
      }, at)
    }
    const expected = (exposure: number, x: number, y: number) =>
      ['R', 'G', 'B'].map((channel) =>
        Math.round(255 * Math.min(1, encodeSrgb(Math.min(1, sampleAt(1003, channel, x, y) * 2 ** exposure)))),
      )
    const near = (found: number[], wanted: number[]) => {
      for (const [i, value] of found.entries()) {
        expect(Math.abs(value - wanted[i]!), `${found} and ${wanted}`).toBeLessThanOrEqual(1)
      }
    }
    await expect.poll(async () => (await colorAt(20, 10))[1], { timeout: 60_000 }).toBeGreaterThan(100)
    near(await colorAt(20, 10), expected(0, 20, 10))
    await page.locator('#exposure').fill('-1')
    await expect.poll(async () => (await colorAt(20, 10))[1]).toBeLessThan(expected(0, 20, 10)[1]! - 1)
    near(await colorAt(20, 10), expected(-1, 20, 10))
    await page.locator('#exposure').fill('0')
  })

  it('draws nothing while nothing changes', async () => {
    const drawnInTenFrames = () =>
      page.locator('.stage').evaluate(async (element) => {
        const stage = element as unknown as { readonly dataset: { readonly drawn: string } }
        const { requestAnimationFrame } = globalThis as unknown as { requestAnimationFrame: (then: () => void) => void }
        const before = Number(stage.dataset.drawn)
        for (let i = 0; i < 10; i++) await new Promise<void>((then) => requestAnimationFrame(then))
        return Number(stage.dataset.drawn) - before
      })
    await expect.poll(drawnInTenFrames).toBe(0)
  })

  it('tells the value under the pointer as the file has it, and what is no number', async () => {
    for (const [x, y] of [
      [20, 10],
      [NAN_AT.x, NAN_AT.y],
    ] as const) {
      const [left, top] = await placeOf(page, x, y)
      const box = (await page.locator('.stage canvas').first().boundingBox())!
      await page.mouse.move(box.x + left, box.y + top)
      await page.locator(`#values[data-at="${x},${y}"]`).waitFor()
      const shown = await page.locator('#values dd[data-channel="R"]').textContent()
      expect(shown).toBe(String(sampleAt(1003, 'R', x, y)))
    }
  })

  it('marks what is bad and points at it', async () => {
    await page.getByRole('tab', { name: 'Findings' }).click()
    await page.locator('#policy').selectOption('all')
    await page.locator('#judge-pixels').check()
    await page.getByRole('button', { name: /pixel-nan/ }).waitFor()
    expect(page.url()).toContain('tab=findings')
    await page.getByRole('button', { name: /pixel-nan/ }).click()
    const [left, top] = await placeOf(page, NAN_AT.x, NAN_AT.y)
    const alphaAt = () =>
      page.locator('.stage .over').evaluate(
        (element, at) => {
          const context = (element as unknown as Canvas).getContext('2d')
          return context.getImageData(at[0]!, at[1]!, 1, 1).data[3]
        },
        [left, top],
      )
    await expect.poll(alphaAt).toBeGreaterThan(0)
  })

  it('opens where its address says, and knows an answer that is none', async () => {
    await page.reload()
    await page.getByRole('button', { name: /pixel-nan/ }).waitFor()
    await page.goto(new URL(`/file/${'0'.repeat(32)}`, link).href)
    await page.getByText('The catalog has no file').waitFor()
    await page.keyboard.press('?')
    await page.getByRole('heading', { name: 'Keys' }).waitFor()
    await page.keyboard.press('Escape')
  })

  it('answers queries and SQL', async () => {
    await page.goto(new URL('/queries', link).href)
    await page.getByLabel('SQL', { exact: true }).fill('SELECT 40 + 2 AS answer')
    await page.getByRole('button', { name: 'Ask' }).click()
    await page.getByRole('cell', { name: '42' }).waitFor()
  })

  it('is refused without the token', async () => {
    const stranger = await browser.newContext()
    const other = await stranger.newPage()
    const answer = await other.goto(new URL('/', link).href)
    expect(answer?.status()).toBe(403)
    await stranger.close()
  })

  it('met no error and ran nothing of a file', () => {
    expect(problems).toEqual([])
  })
})

/** Where the middle of a pixel of the 32 x 24 image is drawn in the stage, fitted. */
async function placeOf(page: Page, x: number, y: number): Promise<[number, number]> {
  const { width, height } = await page
    .locator('.stage canvas')
    .first()
    .evaluate((element) => ({
      width: (element as unknown as Canvas).width,
      height: (element as unknown as Canvas).height,
    }))
  const zoom = Math.min(64, 0.96 * Math.min(width / 32, height / 24))
  return [
    Math.floor((width - 32 * zoom) / 2 + (x + 0.5) * zoom),
    Math.floor((height - 24 * zoom) / 2 + (y + 0.5) * zoom),
  ]
}
