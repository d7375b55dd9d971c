import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, it } from 'vitest'

const child = fileURLToPath(new URL('./file-mode-child.ts', import.meta.url))
let folder = ''
let path = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'catalog-mode-'))
  path = join(folder, 'catalog.duckdb')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Another process, with the umask of most machines, that stores files and ends without closing; what it left behind. */
async function store(options: object): Promise<Record<string, string>> {
  const writer = spawn(process.execPath, ['--import', 'tsx', child, path, JSON.stringify(options)], {
    stdio: 'inherit',
  })
  const [code] = await once(writer, 'exit')
  expect(code).toBe(0)
  const names = readdirSync(folder).filter((name) => name.startsWith('catalog'))
  return Object.fromEntries(names.map((name) => [name, (statSync(join(folder, name)).mode & 0o777).toString(8)]))
}

it('makes the file and its journal readable by their owner alone where asked to', async () => {
  expect(await store({ fileMode: 0o600 })).toMatchObject({ 'catalog.duckdb': '600', 'catalog.duckdb.wal': '600' })
})

it('makes them readable by others too where told so', async () => {
  expect(await store({ fileMode: 0o640 })).toMatchObject({ 'catalog.duckdb': '640', 'catalog.duckdb.wal': '640' })
})

it('keeps the permissions of a catalog that is there, in its journal too', async () => {
  await store({ fileMode: 0o600 })
  rmSync(`${path}.wal`)
  chmodSync(path, 0o660)
  expect(await store({ fileMode: 0o600 })).toMatchObject({ 'catalog.duckdb': '660', 'catalog.duckdb.wal': '660' })
})

it('leaves the umask of a program that does not ask as it is', async () => {
  expect(await store({})).toMatchObject({ 'catalog.duckdb': '644', 'catalog.duckdb.wal': '644' })
})
