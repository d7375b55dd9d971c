import { chmodSync, fstatSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { fileSource } from '../../src/source/file.ts'
import { toFileError } from '../../src/source/file-error.ts'
import { displayPath, toFilePath } from '../../src/source/file-path.ts'
import { memorySource } from '../../src/source/memory.ts'
import { openSource } from '../../src/source/open.ts'
import { tempDir } from '../helpers.ts'

function fileOf(text: string): string {
  const path = join(tempDir(), 'a.exr')
  writeFileSync(path, text)
  return path
}

it('reads ranges, shorter only where the file ends, and counts them', async () => {
  const source = fileSource(fileOf('0123456789'))
  expect(source.counters).toEqual({ requests: 0, bytes: 0 })
  expect(Buffer.from(await source.read(2, 5)).toString()).toBe('234')
  expect(Buffer.from(await source.read(8, 20)).toString()).toBe('89')
  expect(await source.read(50, 60)).toHaveLength(0)
  expect(source.counters).toEqual({ requests: 3, bytes: 5 })
  expect(await source.identity()).toMatchObject({ sizeBytes: 10, etag: null, mtimeUs: expect.any(BigInt) })
  await source.close()
})

it('may be closed twice, and is not read after that', async () => {
  const source = fileSource(fileOf('0123'))
  await source.read(0, 1)
  await source.close()
  await source.close()
  await expect(source.read(0, 1)).rejects.toMatchObject({ code: 'ERR_SOURCE_READ' })
})

describe('a file that native code reads', () => {
  const nothing = { reads: 0, bytes: 0, errorNumber: 0 }

  it('is counted with the rest, and its errors are those of any read', async () => {
    const source = fileSource(fileOf('0123'))
    await source.natively!(async () => ({ reads: 2, bytes: 3, errorNumber: 0 }))
    expect(source.counters).toEqual({ requests: 2, bytes: 3 })
    await expect(source.natively!(async () => ({ ...nothing, errorNumber: 5 }))).rejects.toMatchObject({
      code: 'ERR_SOURCE_READ',
      message: expect.stringContaining('EIO'),
    })
    await source.close()
  })

  it('is not mixed of two versions', async () => {
    const path = fileOf('0123456789')
    const source = fileSource(path)
    const reading = source.natively!(async () => {
      truncateSync(path, 3)
      return nothing
    })
    await expect(reading).rejects.toMatchObject({ code: 'ERR_SOURCE_CHANGED' })
    await source.close()
  })

  it('stays open until it has been read', async () => {
    const source = fileSource(fileOf('0123'))
    let resolve = (_: typeof nothing) => {}
    const promise = new Promise<typeof nothing>((done) => {
      resolve = done
    })
    let descriptor = -1
    const reading = source.natively!((fd) => {
      descriptor = fd
      return promise
    })
    // At once: not even the file is open by then.
    const closing = source.close()
    await vi.waitUntil(() => descriptor >= 0)
    for (let turn = 0; turn < 20; turn++) await new Promise((next) => setTimeout(next, 1))
    expect(fstatSync(descriptor).size).toBe(4)
    resolve(nothing)
    await Promise.all([reading, closing])
  })
})

it('may be closed before it was ever opened', async () => {
  await fileSource('/no/such/file').close()
})

it('refuses to mix two versions of a file', async () => {
  const path = fileOf('0123456789')
  const source = fileSource(path)
  await source.read(0, 4)
  truncateSync(path, 3)
  await expect(source.read(0, 4)).rejects.toMatchObject({ code: 'ERR_SOURCE_CHANGED' })
  await source.close()
})

it('refuses to read once its signal is aborted', async () => {
  const signal = AbortSignal.abort()
  await expect(fileSource(fileOf('0')).read(0, 1, signal)).rejects.toMatchObject({ code: 'ERR_ABORTED' })
  await expect(memorySource(new Uint8Array(4)).read(0, 1, signal)).rejects.toMatchObject({ code: 'ERR_ABORTED' })
})

it.each([
  ['EACCES', 'ERR_SOURCE_DENIED'],
  ['EPERM', 'ERR_SOURCE_DENIED'],
  ['ENOTDIR', 'ERR_SOURCE_NOT_FOUND'],
  ['EIO', 'ERR_SOURCE_READ'],
  ['ESTALE', 'ERR_SOURCE_READ'],
])('answers %s with %s', (errno, code) => {
  const error = Object.assign(new Error(errno), { code: errno, syscall: 'open' })
  expect(toFileError(error, toFilePath('/a.exr'))).toMatchObject({ code, cause: error, details: { path: '/a.exr' } })
})

it('leaves errors alone that are not of the operating system', () => {
  const error = new TypeError('a bug')
  expect(toFileError(error, toFilePath('/a.exr'))).toBe(error)
})

if (process.getuid?.() === 0) console.warn('SKIPPED: denied reads; root may read everything.')
it.runIf(process.getuid?.() !== 0)('says when permission is missing', async () => {
  const path = fileOf('0123')
  chmodSync(path, 0)
  await expect(fileSource(path).read(0, 1)).rejects.toMatchObject({ code: 'ERR_SOURCE_DENIED' })
})

it('shows a name that is UTF-8 as it is, and one that is not as a URL that leads back to it', () => {
  expect(displayPath(Buffer.from('/shots/é.exr'))).toBe('/shots/é.exr')
  const name = Buffer.from([...Buffer.from('/shots/%41 '), 0xe9])
  expect(displayPath(name)).toBe('file:///shots/%2541%20%E9')
  expect(toFilePath(displayPath(name)).path).toEqual(name)
})

it('opens each kind of input as what it is', async () => {
  const own = memorySource(new Uint8Array(1), 'own')
  expect(await openSource(own)).toEqual({ source: own, isOwned: false })
  expect((await openSource('/a.exr')).source.path).toBe('/a.exr')
  expect((await openSource({ path: Buffer.from('/b.exr') })).source.path).toBe('/b.exr')
  expect((await openSource(Buffer.from('/not a path, but contents'))).source.path).toBe('memory')
  const s3 = await openSource('s3://bucket/a//b.exr', { s3: { endpoint: 'http://127.0.0.1:1' } })
  expect(s3.source.path).toBe('s3://bucket/a//b.exr')
  await s3.source.close()
})
