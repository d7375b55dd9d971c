import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openCatalog } from '../../../src/catalog/open.ts'
import type { Explorer } from '../../../src/server/explorer/explorer.ts'
import { tempDir } from '../../helpers.ts'
import { canBrowse, openBrowser } from './chromium.ts'
import { makeFarm, openExplorer } from './farm.ts'

/** An independent checker of WCAG 2.2, levels A and AA, that runs in the page. */
const checker = readFileSync(createRequire(import.meta.url).resolve('accessibility-checker-engine/ace.js'), 'utf8')

const IN_THE_DARK = ['find', 'frame, findings', 'sequence', 'no such file', 'queries']

describe.runIf(canBrowse('the page to a checker of accessibility'))('the page', () => {
  const root = tempDir()
  let explorer: Explorer
  let link: string
  let browser: Browser
  const files = new Map<string, string>()
  let key = ''

  beforeAll(async () => {
    const url = await makeFarm(root)
    const catalog = await openCatalog(url, { readOnly: true })
    for await (const row of catalog.sqlRows('SELECT file_id, file_path, sequence_key FROM live_files')) {
      files.set(String(row['file_path']).split('/').at(-1)!, String(row['file_id']))
      if (row['sequence_key'] !== null) key = String(row['sequence_key'])
    }
    await catalog.close()
    explorer = await openExplorer(url)
    link = await explorer.listen()
    browser = await openBrowser()
  })
  // Twice sixteen views with a checker of a megabyte, in a browser that computes its pictures.
  const MOST_MS = 600_000
  afterAll(async () => {
    await browser?.close()
    await explorer?.close()
  })

  const file = (name: string) => `/file/${files.get(name)}`
  const views: readonly (readonly [string, () => string, (page: Page) => Promise<void>])[] = [
    ['find', () => '/', (page) => page.getByText('3 rows of 7 files').waitFor()],
    ['pictures', () => '/?view=grid', (page) => page.getByText('3 rows of 7 files').waitFor()],
    ['where', () => '/?where=width%20%3E%201', (page) => page.getByLabel('SQL condition').waitFor()],
    ['nothing found', () => '/?q=nosuchthing', (page) => page.getByText('No file matches').waitFor()],
    ...['parts', 'attributes', 'findings', 'chunks', 'stats'].map(
      (tab) =>
        [
          `frame, ${tab}`,
          () => `${file('beauty.1006.exr')}?tab=${tab}`,
          (page: Page) => page.locator('#verdict').waitFor(),
        ] as const,
    ),
    ['no such file', () => `/file/${'0'.repeat(32)}`, (page) => page.getByText('The catalog has no file').waitFor()],
    ['sequence', () => `/sequence?key=${encodeURIComponent(key)}`, (page) => page.locator('.strip canvas').waitFor()],
    [
      'similar',
      () => `/similar/${files.get('beauty.1001.exr')}`,
      (page) => page.getByText('beauty.1002.exr').first().waitFor(),
    ],
    [
      'compare',
      () => `/compare?a=${files.get('beauty.1001.exr')}&b=${files.get('beauty.1002.exr')}`,
      (page) => page.locator('canvas').first().waitFor(),
    ],
    ['map', () => '/map', (page) => page.locator('canvas').first().waitFor()],
    ['queries', () => '/queries', (page) => page.getByLabel('SQL', { exact: true }).waitFor()],
  ]

  for (const colorScheme of ['light', 'dark'] as const) {
    it(
      `has nothing that keeps people out, ${colorScheme}`,
      async () => {
        const context = await browser.newContext({
          colorScheme,
          bypassCSP: true,
          viewport: { width: 1280, height: 800 },
        })
        const page = await context.newPage()
        page.setDefaultTimeout(60_000)
        await page.goto(link)
        const found: string[] = []
        // Markup is the same in the dark: there the views with most colours do.
        const looked = views.filter(([name]) => colorScheme === 'light' || IN_THE_DARK.includes(name))
        for (const [name, address, isThere] of looked) {
          await page.goto(new URL(address(), link).href)
          await isThere(page)
          await page.waitForLoadState('networkidle')
          found.push(...(await violations(page)).map((each) => `${name}: ${each}`))
        }
        await page.keyboard.press('?')
        await page.getByRole('heading', { name: 'Keys' }).waitFor()
        found.push(...(await violations(page)).map((each) => `keys: ${each}`))
        await context.close()
        expect(found).toEqual([])
      },
      MOST_MS,
    )
  }
})

/** What surely breaks a rule of WCAG 2.2: rule, words, place. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(checker)
  return page.evaluate(async () => {
    const { ace, document } = globalThis as unknown as {
      ace: { Checker: new () => { check(root: unknown, rules: string[]): Promise<{ results: Result[] }> } }
      document: unknown
    }
    interface Result {
      readonly ruleId: string
      readonly value: readonly [string, string]
      readonly message: string
      readonly path: { readonly dom: string }
      readonly snippet: string
    }
    const { results } = await new ace.Checker().check(document, ['WCAG_2_2'])
    return results
      .filter(({ value }) => value[0] === 'VIOLATION' && value[1] === 'FAIL')
      .map(({ ruleId, message, path, snippet }) => `${ruleId}: ${message} ${path.dom} ${snippet}`)
  })
}
