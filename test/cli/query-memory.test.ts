import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openCatalog } from '../../src/catalog/open.ts'
import { tempDir } from '../helpers.ts'
import { runCli } from './run-cli.ts'

/** Says at its end what the process took at most, in KiB. */
const sayPeak = `data:text/javascript,${encodeURIComponent(`
  import { readFileSync, writeSync } from 'node:fs'
  process.on('exit', () => writeSync(2, 'PEAK ' + /VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'latin1'))[1]))
`)}`

const isLinux = process.platform === 'linux' && readFileSync('/proc/self/status', 'latin1').includes('VmHWM')
if (!isLinux) console.warn('SKIPPED: what a query takes at most is told by Linux alone.')

it.runIf(isLinux)('a query that builds a text of gigabytes is an error of its own, within bounds', async () => {
  const path = join(tempDir(), 'catalog.duckdb')
  await (await openCatalog(path)).close()
  const ask = (query: string) => runCli(['sql', query, '--catalog', path], { nodeFlags: ['--import', sayPeak] })
  const { code, stderr } = await ask(`SELECT length(repeat('x', 4000000000)) AS n`)
  expect(stderr).toMatch(/Out of Memory.*\[ERR_CATALOG_QUERY\]/s)
  expect(code).toBe(2)
  expect(Number(/PEAK (\d+)/.exec(stderr)?.[1])).toBeLessThan(2 * 2 ** 20)
  expect(await ask('SELECT 42 AS n')).toMatchObject({ code: 0, stdout: expect.stringContaining('42') })
})
