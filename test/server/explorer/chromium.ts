import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Browser, chromium } from 'playwright-core'

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync)
const isBuilt = existsSync(resolve(import.meta.dirname, '../../../dist/web/app.js'))

/** Whether the page can be looked at here; what stops it is said once. */
export function canBrowse(what: string): boolean {
  if (executablePath === undefined) console.warn(`SKIPPED: ${what}. There is no Chromium.`)
  if (!isBuilt) console.warn(`SKIPPED: ${what}. There is no dist/web: run npm run build:ts first.`)
  return executablePath !== undefined && isBuilt
}

/** Chromium without its sandbox, which is not there for root and in most containers; the pages are ours. WebGL is computed. */
export function openBrowser(): Promise<Browser> {
  const quiet = ['--no-sandbox', '--disable-background-networking', '--disable-component-update']
  return chromium.launch({ executablePath: executablePath!, args: [...quiet, '--enable-unsafe-swiftshader'] })
}
