import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Explorer } from '../../../src/server/explorer/explorer.ts'
import { tempDir } from '../../helpers.ts'
import { canBrowse, openBrowser } from './chromium.ts'
import { makeFarm, openExplorer } from './farm.ts'
import { copyFiles } from './many.ts'

/** The farm has seven files. */
const COPIES = 14_999

describe.runIf(canBrowse('a hundred thousand rows in a browser'))('a hundred thousand rows', () => {
  const root = tempDir()
  let explorer: Explorer
  let browser: Browser
  let page: Page
  let link: string
  let asked = 0

  beforeAll(async () => {
    const url = await makeFarm(root)
    await copyFiles(url, 'show', COPIES)
    explorer = await openExplorer(url)
    link = await explorer.listen()
    browser = await openBrowser()
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
    page.setDefaultTimeout(60_000)
    page.on('request', (request) => {
      if (new URL(request.url()).pathname === '/api/v1/files') asked++
    })
    await page.goto(link)
    await page.goto(new URL('/?fold=false', link).href)
    await page.getByText('105,000 files of 105,000 files').waitFor()
  })
  afterAll(async () => {
    await browser?.close()
    await explorer?.close()
  })

  const rows = () => page.locator('#results .row').count()

  it('are scrolled to their end, of which a window is in the page and asked for', async () => {
    expect(await rows()).toBeLessThan(100)
    const before = asked
    const box = page.locator('#results')
    for (const share of [0.3, 0.6, 0.9, 1]) {
      await box.evaluate((element, at) => {
        const { scrollHeight } = element as unknown as { scrollHeight: number }
        ;(element as unknown as { scrollTop: number }).scrollTop = scrollHeight * at
      }, share)
      await expect.poll(() => page.locator('#results .ghost').count(), { timeout: 30_000 }).toBe(0)
      expect(await rows()).toBeLessThan(100)
    }
    // The page hears of a scroll a moment later than it happens.
    const last = page.locator('#results .row').last()
    await expect.poll(() => last.textContent(), { timeout: 30_000 }).toContain('depth.exr')
    expect(asked - before).toBeLessThanOrEqual(8)
  })

  it('are walked by keys from where one is', async () => {
    await page.locator('#results').focus()
    for (let i = 0; i < 5; i++) await page.keyboard.press('PageDown')
    const chosen = page.locator('#results .row.chosen')
    await expect.poll(() => chosen.count()).toBe(1)
    await page.keyboard.press('Enter')
    await page.locator('#verdict').waitFor()
  })
})
