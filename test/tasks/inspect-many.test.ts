import { existsSync, mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inspect } from '../../src/inspect/inspect.ts'
import { memorySource } from '../../src/source/memory.ts'
import type { SourceInput } from '../../src/source/open.ts'
import { type Inspected, inspectMany } from '../../src/tasks/inspect-many.ts'
import { attribute, tinyExr } from '../oiio/tiny-exr.ts'

const worker = createRequire(import.meta.url).resolve('#inspect-worker')
if (!existsSync(worker))
  console.warn(`SKIPPED: tests of inspectMany. There is no ${worker}: run npm run build:ts first.`)

/** What a descriptor stands for; empty when it is closed already. */
function linkOf(fd: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`)
  } catch {
    return ''
  }
}

async function all(inputs: Iterable<SourceInput> | AsyncIterable<SourceInput>, options?: object) {
  const results: Inspected[] = []
  for await (const result of inspectMany(inputs, { maxThreads: 2, ...options })) results.push(result)
  return results
}

describe.runIf(existsSync(worker))('inspectMany', () => {
  let folder: string
  let files: string[]
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'exr-many-'))
    files = Array.from({ length: 70 }, (_, index) => {
      const path = join(folder, `beauty.${1000 + index}.exr`)
      writeFileSync(path, tinyExr({ extra: [attribute('shot', 'string', Buffer.from(`s${index}`))] }))
      return path
    })
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('gives for every file, in order, what inspect gives for it', async () => {
    const results = await all(files)
    expect(results.map(({ input }) => input)).toEqual(files)
    expect(results[42]?.payload).toEqual(await inspect(files[42]!))
    expect(results.every(({ error }) => error === null)).toBe(true)
  })

  it.runIf(existsSync('/proc/self/fd'))('leaves no file open when its iteration is given up', async () => {
    const openFiles = () => readdirSync('/proc/self/fd').filter((fd) => linkOf(fd).startsWith(folder)).length
    for (let round = 0; round < 4; round++) {
      // Workers are stopped at any step.
      for await (const _ of inspectMany(Array(20).fill(files).flat(), { maxThreads: 2, ordered: false })) break
    }
    await expect.poll(openFiles, { timeout: 20_000 }).toBe(0)
  })

  it('gives each file once when order does not matter', async () => {
    const results = await all(files, { ordered: false })
    expect(results.map(({ input }) => input).sort()).toEqual(files)
  })

  it('takes paths, URLs, bytes, sources and odd names side by side', async () => {
    const odd = Buffer.concat([Buffer.from(`${folder}/caf`), Buffer.of(0xe9), Buffer.from('.exr')])
    writeFileSync(odd, tinyExr())
    const source = memorySource(tinyExr(), 'mine')
    const inputs: SourceInput[] = [
      files[0]!,
      pathToFileURL(files[1]!),
      tinyExr(),
      source,
      { path: odd },
      { path: files[2]! },
    ]
    const results = await all(inputs)
    expect(results.map(({ input }) => input)).toEqual(inputs)
    expect(results.map(({ payload }) => payload?.parts[0]?.width)).toEqual([4, 4, 4, 4, 4, 4])
  })

  it('reports bad inputs where they stand and reads all others', async () => {
    const broken = join(folder, 'broken.exr')
    writeFileSync(broken, 'no image')
    mkdirSync(join(folder, 'folder.exr'), { recursive: true })
    const inputs = [
      files[0]!,
      broken,
      join(folder, 'missing.exr'),
      join(folder, 'folder.exr'),
      '',
      tinyExr().subarray(0, 3),
      files[1]!,
    ]
    const results = await all(inputs)
    expect(results.map(({ error }) => error?.code ?? 'ok')).toEqual([
      'ok',
      'ERR_EXR_MAGIC',
      'ERR_SOURCE_NOT_FOUND',
      'ERR_SOURCE_NOT_A_FILE',
      'ERR_OPTION_INVALID',
      expect.stringMatching(/^ERR_EXR_/),
      'ok',
    ])
    expect(results[1]?.error?.details.path).toBe(broken)
  })

  it('passes options on to every thread', async () => {
    const [result] = await all([files[0]!], { meta: false })
    expect(result?.payload).toEqual(await inspect(files[0]!, { meta: false }))
  })

  it('refuses a bad option before it reads anything', async () => {
    await expect(all(files, { metta: true })).rejects.toMatchObject({ code: 'ERR_OPTION_INVALID' })
  })

  it('stops when its signal fires', async () => {
    const controller = new AbortController()
    const seen: Inspected[] = []
    const run = async () => {
      for await (const result of inspectMany(files, { signal: controller.signal, maxThreads: 1 })) {
        seen.push(result)
        controller.abort()
      }
    }
    await expect(run()).rejects.toMatchObject({ code: 'ERR_ABORTED' })
    expect(seen.length).toBeLessThan(files.length)
  })
})
