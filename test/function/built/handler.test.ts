import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { UpsertBatcher } from '../../../src/catalog/batcher.ts'
import type { Catalog, CatalogFailure, UpsertResult } from '../../../src/catalog/catalog.ts'
import { ExrError } from '../../../src/errors.ts'
import { type FunctionContext, init, shutdown } from '../../../src/function/context.ts'
import { handler } from '../../../src/function/handler.ts'
import { classify } from '../../../src/function/outcome.ts'
import { VastEvent } from '../../../src/function/vast-event.ts'
import { functionSettings } from '../../../src/settings/function.ts'
import { fixturePath, tempDir } from '../../helpers.ts'

const folder = tempDir()
let ctx: FunctionContext

afterEach(() => shutdown(ctx))

/** The function with a catalog that does what a test says; everything before it is real. */
async function functionWith(catalog: Partial<Catalog>, env: Record<string, string> = {}) {
  const settings = functionSettings(
    { EXR_ALLOWED_FOLDERS: folder, EXR_ISOLATION: 'thread', ...env },
    { get: () => undefined, bySecret: {} },
  )
  ctx = { settings }
  await init(ctx)
  const batcher = new UpsertBatcher(catalog as Catalog, 'run', { maxWaitMs: 0 })
  const resources = { s3: null, s3Settings: {}, runId: 'run', catalog, batcher, close: async () => {} }
  Object.assign(ctx.state!.resources, { get: async () => resources })
  return (name: string, signal?: AbortSignal) => {
    const path = join(folder, name)
    copyFileSync(fixturePath('compression-zip.exr'), path)
    return handler(ctx, new VastEvent({ attributes: { id: '1' }, data: { path } }), signal)
  }
}
const stored = (path: string): UpsertResult => ({ status: 'inserted', fileId: path, path })
const refused = (path: string): UpsertResult => ({
  status: 'error',
  path,
  code: 'ERR_CATALOG_WRITE',
  message: 'a value too large',
})

it('writes a file down whose record the catalog refuses alone, and is done with it; its batch-mates are stored', async () => {
  const notes: CatalogFailure[] = []
  const send = await functionWith({
    upsert: async (batch) =>
      batch.map(({ payload: { file } }) => (file.path.endsWith('bad.exr') ? refused(file.path) : stored(file.path))),
    recordFailures: async (failures) => void notes.push(...failures),
  })
  const names = Array.from({ length: 16 }, (_, index) => (index === 7 ? 'bad.exr' : `good${index}.exr`))
  const outcomes = (await Promise.all(names.map((name) => send(name)))).flat().map(({ outcome }) => outcome)
  expect(outcomes.filter((outcome) => outcome === 'stored')).toHaveLength(15)
  expect(outcomes[7]).toBe('bad_file')
  expect(notes).toMatchObject([{ path: join(folder, 'bad.exr'), code: 'ERR_CATALOG_WRITE' }])
})

it('inspects within the limits and as deep as the settings say', async () => {
  const depths: unknown[] = []
  const notes: CatalogFailure[] = []
  const catalog: Partial<Catalog> = {
    upsert: async (batch) =>
      batch.map(({ payload: { file } }) => {
        depths.push(file.check_depth)
        return stored(file.path)
      }),
    recordFailures: async (failures) => void notes.push(...failures),
  }
  await (await functionWith(catalog, { EXR_CHECK: 'table' }))('a.exr')
  await shutdown(ctx)
  const [limited] = await (await functionWith(catalog, { EXR_LIMITS: 'channels=1' }))('a.exr')
  expect(depths).toEqual(['table'])
  expect([limited!.outcome, notes.map(({ code }) => code)]).toEqual(['bad_file', ['ERR_EXR_LIMIT']])
  await shutdown(ctx)
  await expect(functionWith({}, { EXR_LIMITS: 'chanels=1' })).rejects.toMatchObject({ code: 'ERR_OPTION_INVALID' })
})

it('asks for another delivery when the catalog takes not even the note', async () => {
  const send = await functionWith({
    upsert: async (batch) => batch.map(({ payload: { file } }) => refused(file.path)),
    recordFailures: async () => {
      throw new ExrError('ERR_CATALOG_WRITE', 'the catalog is gone')
    },
  })
  expect(await send('a.exr')).toMatchObject([{ outcome: 'retry' }])
})

it('ends at its deadline although the catalog still writes', async () => {
  let reached: () => void = () => {}
  const writing = new Promise<void>((resolve) => {
    reached = resolve
  })
  let finish: () => void = () => {}
  const send = await functionWith({
    upsert: async (batch) => {
      reached()
      await new Promise<void>((resolve) => {
        finish = resolve
      })
      return batch.map(({ payload: { file } }) => stored(file.path))
    },
  })
  const deadline = new AbortController()
  const answer = send('a.exr', deadline.signal)
  await writing
  deadline.abort()
  expect(await answer).toMatchObject([{ outcome: 'retry', code: 'ERR_DEADLINE' }])
  finish()
})

it('tells failures apart by who can mend them', () => {
  const fresh = new AbortController().signal
  const outcomeOf = (error: unknown, signal = fresh) => classify(error, signal).outcome
  for (const code of ['ERR_SOURCE_UNAVAILABLE', 'ERR_CATALOG_LOCKED', 'ERR_VASTDB_BUSY', 'ERR_DISK_FULL'] as const) {
    expect(outcomeOf(new ExrError(code, ''))).toBe('retry')
  }
  for (const code of [
    'ERR_SOURCE_KEY',
    'ERR_EXR_LIMIT',
    'ERR_NATIVE_CRASH',
    'ERR_WORKER_DIED',
    'ERR_SOURCE_NOT_FOUND',
  ] as const) {
    expect(outcomeOf(new ExrError(code, ''))).toBe('bad_file')
  }
  expect(outcomeOf(new ExrError('ERR_OPTION_INVALID', ''))).toBe('bad_event')
  expect(outcomeOf(new TypeError('nobody foresaw this'))).toBe('bad_file')
  expect(classify(new ExrError('ERR_ABORTED', ''), AbortSignal.abort())).toMatchObject({
    outcome: 'retry',
    code: 'ERR_DEADLINE',
  })
})
