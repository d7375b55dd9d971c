import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { ExrError, toPlainError } from '../../src/errors.ts'
import { inspect } from '../../src/inspect/inspect.ts'
import { inspectFileSync, inspectFilesSync } from '../../src/inspect/inspect-file.ts'
import type { Payload } from '../../src/inspect/payload.ts'
import { memorySource } from '../../src/source/memory.ts'
import type { ByteSource } from '../../src/source/source.ts'
import { countingSource, fixture, fixturePath, fixtures, tempDir } from '../helpers.ts'

/** Everything but where the file lies and when it was written. */
function content({ file, ...rest }: Payload) {
  const { path, mtime, etag, ...facts } = file
  return { ...rest, file: facts }
}

/** Code of the error both drivers throw for a path. */
async function codeOf(path: string | Buffer): Promise<string> {
  const thrown: { code: string; message: string; details: { path?: string } }[] = []
  const keep = (error: unknown) => thrown.push(error as (typeof thrown)[0])
  try {
    inspectFileSync(path)
  } catch (error) {
    keep(error)
  }
  await inspect(typeof path === 'string' ? path : { path }).catch(keep)
  expect(thrown).toHaveLength(2)
  expect(thrown[1]!.message).toBe(thrown[0]!.message)
  expect(thrown[0]!.message).toContain(thrown[0]!.details.path)
  expect(thrown[0]!.details.path).toBeDefined()
  return thrown[0]!.code
}

describe('the work an inspection does', () => {
  it('takes one read for a file of at most 64 KiB', async () => {
    const source = countingSource(await fixture('multipart-all-types.exr'))
    await inspect(source)
    expect(source.reads).toEqual([{ start: 0, endExclusive: source.reads[0]!.endExclusive }])
  })

  it('takes two reads for a file whose last chunk begins after the first read', async () => {
    const source = countingSource(await fixture('compression-none.exr'))
    const payload = await inspect(source, { firstReadBytes: 4096 })
    expect(payload.file.is_complete).toBe(true)
    expect(source.reads).toHaveLength(2)
    expect(source.reads[1]!.endExclusive - source.reads[1]!.start).toBe(8)
  })

  it('takes three reads for a header of 5 MiB, table and last chunk included', async () => {
    const source = countingSource(await fixture('header-huge.exr'))
    const payload = await inspect(source)
    expect(payload.file).toMatchObject({ is_complete: true, size_bytes: expect.any(Number) })
    expect(payload.file.header_bytes).toBeGreaterThan(5 * 1024 * 1024)
    expect(source.reads.length).toBeLessThanOrEqual(3)
  })

  it('takes four reads for a header of 320 KiB that is begun with 4 KiB and announces no size', async () => {
    const source = countingSource(await fixture('header-320k.exr'))
    await inspect(source, { firstReadBytes: 4096 })
    expect(source.reads.length).toBeLessThanOrEqual(4)
  })

  it('never reads a byte twice', async () => {
    for (const name of ['header-huge.exr', 'header-320k.exr', 'multipart-many.exr', 'tiled-ripmap-up.exr']) {
      const source = countingSource(await fixture(name))
      await inspect(source, { firstReadBytes: 256 })
      const sorted = source.reads.toSorted((a, b) => a.start - b.start)
      for (const [i, read] of sorted.slice(1).entries())
        expect(read.start).toBeGreaterThanOrEqual(sorted[i]!.endExclusive)
    }
  })

  it('reports requests and bytes when timings are asked for, and nothing of time when not', () => {
    const path = fixturePath('compression-none.exr')
    expect(inspectFileSync(path)).not.toHaveProperty('timings_us')
    const { timings_us: timings } = inspectFileSync(path, { timings: true, firstReadBytes: 4096 })
    expect(timings).toMatchObject({ requests: 2, bytes: 4096 + 8 })
    expect(Object.keys(timings!)).toEqual(
      expect.arrayContaining(['read', 'header', 'chunks', 'oiio', 'payload', 'total']),
    )
  })

  it('is the same whatever the length of the first read', () => {
    for (const { file, valid } of fixtures().filter((_, i) => i % 4 === 0)) {
      if (!valid) continue
      const [small, large] = [256, 1 << 20].map((firstReadBytes) =>
        // The default looks at leaders in the bytes at hand, so what it says of its depth depends on them.
        JSON.stringify(inspectFileSync(fixturePath(file), { firstReadBytes, check: 'all' })),
      )
      expect(small, file).toBe(large)
    }
  })
})

describe('where bytes come from', () => {
  const name = 'attributes-all-types.exr'

  it('is the same from a path, a URL, a source and memory, on this thread and off it', async () => {
    const bytes = await fixture(name)
    const expected = content(inspectFileSync(fixturePath(name)))
    expect(content(await inspect(fixturePath(name)))).toEqual(expected)
    expect(content(await inspect(pathToFileURL(fixturePath(name))))).toEqual(expected)
    expect(content(await inspect(pathToFileURL(fixturePath(name)).href))).toEqual(expected)
    expect(content(await inspect({ path: fixturePath(name) }))).toEqual(expected)
    expect(content(await inspect(bytes))).toEqual(expected)
    expect(content(await inspect(memorySource(bytes, 'named.exr')))).toEqual(expected)
  })

  it('shows a relative path as the absolute one it stands for', () => {
    const relative = fixturePath(name).slice(process.cwd().length + 1)
    expect(inspectFileSync(relative).file.path).toBe(fixturePath(name))
  })

  it('leaves a source open that was passed in', async () => {
    const source = memorySource(await fixture(name))
    await inspect(source)
    expect((await source.read(0, 4)).length).toBe(4)
  })

  it('reads a file whose name is not UTF-8 and shows a name that leads back to it', async () => {
    const dir = tempDir()
    const path = Buffer.concat([Buffer.from(`${dir}/b%20`), Buffer.from([0xe9, 0xff]), Buffer.from('.1001.exr')])
    writeFileSync(path, await fixture(name))
    const payload = inspectFileSync(path)
    expect(payload.file.path).toBe(`file://${dir}/b%2520%E9%FF.1001.exr`)
    expect(payload.file.sequence_key).toBe(`file://${dir}/b%2520%E9%FF.####.exr`)
    expect(inspectFileSync(payload.file.path)).toEqual(payload)
    expect(await inspect({ path })).toEqual(payload)
  })

  it('stops between two steps when it is aborted', async () => {
    const controller = new AbortController()
    const bytes = await fixture('header-huge.exr')
    const source: ByteSource = {
      ...memorySource(bytes),
      async read(start, endExclusive) {
        controller.abort()
        return bytes.subarray(start, endExclusive)
      },
    }
    await expect(inspect(source, { signal: controller.signal })).rejects.toMatchObject({ code: 'ERR_ABORTED' })
    await expect(inspect(fixturePath(name), { signal: controller.signal })).rejects.toMatchObject({
      code: 'ERR_ABORTED',
    })
  })
})

describe('many files on one thread', () => {
  it('gives the same payloads and errors as one by one, in order', async () => {
    const paths = fixtures()
      .filter((_, i) => i % 2 === 0)
      .map(({ file }) => fixturePath(file))
    const results = inspectFilesSync(paths)
    expect(results).toHaveLength(paths.length)
    for (const [i, result] of results.entries()) {
      try {
        expect(result).toEqual({ ok: true, value: inspectFileSync(paths[i]!) })
      } catch (error) {
        if (!(error instanceof ExrError)) throw error
        expect(result).toEqual({ ok: false, error: toPlainError(error, 'ERR_INTERNAL') })
      }
    }
  })

  it('closes every file, also those that cannot be read', () => {
    const paths = fixtures().map(({ file }) => fixturePath(file))
    const open = () => readdirSync('/proc/self/fd').length
    inspectFilesSync(paths.slice(0, 1))
    const before = open()
    inspectFilesSync([...paths, '/no/such/file', '/dev/null', '/tmp'])
    expect(open()).toBe(before)
  })
})

describe('what cannot be read', () => {
  it.each([
    ['empty.exr', 'ERR_SOURCE_EMPTY'],
    ['truncated-magic.exr', 'ERR_EXR_TRUNCATED'],
    ['truncated-version.exr', 'ERR_EXR_TRUNCATED'],
    ['not-exr.exr', 'ERR_EXR_MAGIC'],
    ['text.exr', 'ERR_EXR_MAGIC'],
    ['zeros.exr', 'ERR_EXR_MAGIC'],
    ['no-such-file.exr', 'ERR_SOURCE_NOT_FOUND'],
    ['empty.exr/below-a-file.exr', 'ERR_SOURCE_NOT_FOUND'],
    ['x'.repeat(300), 'ERR_SOURCE_NOT_FOUND'],
  ])('%s is %s', async (file, code) => {
    expect(await codeOf(fixturePath(file))).toBe(code)
  })

  it('tells a directory, a pipe, a device and a socketless dead link apart from files', async () => {
    const dir = tempDir()
    execFileSync('mkfifo', [join(dir, 'pipe.exr')])
    symlinkSync('/nowhere/frame.exr', join(dir, 'dangling.exr'))
    symlinkSync('circle.exr', join(dir, 'circle.exr'))
    expect(await codeOf(dir)).toBe('ERR_SOURCE_NOT_A_FILE')
    expect(await codeOf(join(dir, 'pipe.exr'))).toBe('ERR_SOURCE_NOT_A_FILE')
    expect(await codeOf('/dev/null')).toBe('ERR_SOURCE_NOT_A_FILE')
    expect(await codeOf(join(dir, 'dangling.exr'))).toBe('ERR_SOURCE_NOT_FOUND')
    expect(await codeOf(join(dir, 'circle.exr'))).toBe('ERR_SOURCE_NOT_FOUND')
    expect(() => inspectFileSync(join(dir, 'dangling.exr'))).toThrow('a link to /nowhere/frame.exr')
  })

  it.runIf(process.getuid?.() !== 0)('says so when permission is missing', async () => {
    const path = join(tempDir(), 'secret.exr')
    writeFileSync(path, await fixture('compression-zip.exr'))
    chmodSync(path, 0)
    expect(await codeOf(path)).toBe('ERR_SOURCE_DENIED')
  })
  if (process.getuid?.() === 0) console.warn('SKIPPED: denied reads; root may read everything.')

  it.each([
    ['', 'an empty path'],
    ['/a\0b.exr', 'a NUL byte'],
    ['file://%zz/', 'a broken URL'],
    ['file:///a%00b.exr', 'a NUL byte in a URL'],
    ['file:///a%00%E9.exr', 'a NUL byte in a URL that is not UTF-8'],
  ])('refuses %j: %s', (path) => {
    expect(() => inspectFileSync(path)).toThrow(expect.objectContaining({ code: 'ERR_OPTION_INVALID' }))
  })

  it('refuses a URL of another kind', async () => {
    await expect(inspect(new URL('https://example.com/a.exr'))).rejects.toMatchObject({ code: 'ERR_OPTION_INVALID' })
  })
})

describe('a file that changes while it is read', () => {
  /** A source that grows or shrinks after its first read. */
  async function changing(after: (path: string) => void): Promise<unknown> {
    const path = join(tempDir(), 'frame.exr')
    writeFileSync(path, await fixture('header-320k.exr'))
    const { fileSource } = await import('../../src/source/file.ts')
    const source = fileSource(path)
    const first = await source.read(0, 65_536)
    expect(first).toHaveLength(65_536)
    after(path)
    return inspect(source, { firstReadBytes: 65_536 }).finally(() => source.close())
  }

  it('is refused when it is written in place', async () => {
    await expect(changing((path) => writeFileSync(path, 'short'))).rejects.toMatchObject({ code: 'ERR_SOURCE_CHANGED' })
  })

  it('is read in its old version when another takes its name', async () => {
    const payload = await changing((path) => {
      mkdirSync(`${path}.d`)
      const other = join(`${path}.d`, basename(path))
      writeFileSync(other, 'another file')
      renameSync(other, path)
    })
    expect((payload as Payload).file.is_complete).toBe(true)
  })

  it('is refused when a source holds less than it promised', async () => {
    const bytes = await fixture('header-320k.exr')
    const source: ByteSource = {
      ...memorySource(bytes),
      read: async (start, endExclusive) => bytes.subarray(start, Math.min(endExclusive, 100_000)),
    }
    await expect(inspect(source)).rejects.toMatchObject({ code: 'ERR_SOURCE_CHANGED' })
  })
})
