import { mkdirSync, realpathSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { beforeAll, expect, it } from 'vitest'
import { openSource } from '../../src/source/open.ts'
import { tempDir } from '../helpers.ts'

const root = realpathSync(tempDir())
const [allowed, secret] = [join(root, 'allowed'), join(root, 'secret')]

beforeAll(() => {
  for (const folder of [allowed, secret]) {
    mkdirSync(folder)
    writeFileSync(join(folder, 'a.exr'), folder)
  }
  symlinkSync(secret, join(allowed, 'link'))
  symlinkSync(join(secret, 'a.exr'), join(allowed, 'linked.exr'))
  symlinkSync(allowed, join(root, 'alias'))
})

const read = async (location: string | URL | { path: Uint8Array }, folders: readonly string[] = [allowed]) => {
  const { source } = await openSource(location, { folders })
  try {
    return Buffer.from(await source.read(0, 1_000)).toString()
  } finally {
    await source.close()
  }
}

it('reads what lies in a folder, by every spelling of its path', async () => {
  const path = join(allowed, 'a.exr')
  expect(await read(path)).toBe(allowed)
  expect(await read(pathToFileURL(path).href)).toBe(allowed)
  expect(await read(pathToFileURL(path))).toBe(allowed)
  expect(await read({ path: Buffer.from(path) })).toBe(allowed)
  expect(await read(join(root, 'alias/a.exr'))).toBe(allowed)
  expect(await read(path, [join(root, 'alias')])).toBe(allowed)
  expect(await read(`${secret}/../allowed/a.exr`)).toBe(allowed)
})

it('refuses everything outside, however it is spelt', async () => {
  const url = pathToFileURL(secret).href
  for (const location of [
    join(secret, 'a.exr'),
    `${url}/a.exr`,
    `${url.replace('file://', 'file://localhost')}/a.exr`,
    `${url}/%61.exr`,
    `${pathToFileURL(allowed).href}/%2e%2e/secret/a.exr`,
    `${allowed}/../secret/a.exr`,
    `${allowed}/link/a.exr`,
    `${allowed}/linked.exr`,
    `${allowed}-not/a.exr`,
    allowed,
  ]) {
    await expect(read(location), location).rejects.toMatchObject({ code: 'ERR_SOURCE_DENIED' })
  }
  await expect(read({ path: Buffer.from(join(secret, 'a.exr')) })).rejects.toMatchObject({ code: 'ERR_SOURCE_DENIED' })
  await expect(read(join(allowed, 'a.exr'), [])).rejects.toMatchObject({ code: 'ERR_SOURCE_DENIED' })
})

it('tells what is missing inside, and nothing of what is missing outside', async () => {
  await expect(read(join(allowed, 'none.exr'))).rejects.toMatchObject({ code: 'ERR_SOURCE_NOT_FOUND' })
  await expect(read(join(secret, 'none.exr'))).rejects.toMatchObject({ code: 'ERR_SOURCE_DENIED' })
  await expect(read(`${allowed}/../secret/none.exr`)).rejects.toMatchObject({ code: 'ERR_SOURCE_DENIED' })
})

it('never reads outside while links are swapped under it', async () => {
  const [swapped, spare] = [join(allowed, 'swapped'), join(allowed, 'spare')]
  mkdirSync(swapped)
  writeFileSync(join(swapped, 'a.exr'), allowed)
  symlinkSync(secret, spare)
  let rounds = 0
  // For shorter and longer than a read takes, however fast the machine is.
  const stay = async () => {
    for (let turns = 0; turns <= rounds % 50; turns++) await new Promise((resolve) => setImmediate(resolve))
  }
  const seen = new Set<string>()
  const swapping = (async () => {
    for (; rounds < 300 || !seen.has(allowed); rounds++) {
      renameSync(swapped, `${swapped}.old`)
      renameSync(spare, swapped)
      await stay()
      renameSync(swapped, spare)
      renameSync(`${swapped}.old`, swapped)
      await stay()
    }
  })()
  while (rounds < 300 || !seen.has(allowed))
    seen.add(await read(join(swapped, 'a.exr')).catch((error: { code: string }) => error.code))
  await swapping
  expect(seen).not.toContain(secret)
  expect(seen).toContain(allowed)
})
