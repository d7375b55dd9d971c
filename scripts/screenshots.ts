import { mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { chromium } from 'playwright-core'

/**
 * Pictures of the explorer's views for its guide:
 *   npm run screenshots <address> [folder]
 * The address is the one that `exr-inspector explore` printed. Views of a file show the one whose path holds the word in FILE, else
 * the first.
 */
const [address, folder = 'docs/guides/pictures'] = process.argv.slice(2)
if (address === undefined) {
  console.error('usage: npm run screenshots <address that explore printed> [folder]')
  process.exit(2)
}
const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium'
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--enable-unsafe-swiftshader'] })
const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
page.on('pageerror', (error) => {
  console.error(error.message)
  process.exitCode = 1
})
await page.goto(address)
await page.locator('.summary').getByText('files').waitFor()
const { origin } = new URL(address)
const [file] = await rows(`fold=false&q=${encodeURIComponent(process.env['FILE'] ?? '')}`)
const [sequence] = await rows('sort=missing&descending=true')
const views: Readonly<Record<string, string>> = {
  find: '/',
  pictures: '/?view=grid',
  frame: `/file/${file?.['file_id']}`,
  findings: `/file/${file?.['file_id']}?tab=findings&policy=all&pixels=true`,
  sequence: `/sequence?key=${encodeURIComponent(sequence?.['sequence_key'] ?? '')}`,
  similar: `/similar/${file?.['file_id']}`,
  map: '/map',
  questions: '/queries?name=compression-cost',
}
mkdirSync(folder, { recursive: true })
for (const [name, path] of Object.entries(views)) {
  await page.goto(`${origin}${path}`)
  await page.waitForLoadState('networkidle', { timeout: 5000 }).catch(() => {})
  // A function given as text is code that the page's policy forbids.
  await page.locator('.spinner').first().waitFor({ state: 'detached', timeout: 60_000 })
  await page.waitForTimeout(500)
  await page.screenshot({ path: resolve(folder, `${name}.jpg`), quality: 70, type: 'jpeg' })
  console.log(`${name}.jpg`)
}
await browser.close()

async function rows(query: string): Promise<Record<string, string>[]> {
  const answer = await page.evaluate(`fetch('/api/v1/files?limit=1&${query}').then((answer) => answer.json())`)
  return (answer as { rows: Record<string, string>[] }).rows
}
