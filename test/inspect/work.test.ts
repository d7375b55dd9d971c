import { type Profiler, Session } from 'node:inspector/promises'
import { expect, it } from 'vitest'
import { inspect } from '../../src/inspect/inspect.ts'
import { GrantExceeded, inspectWithin } from '../../src/inspect/inspect-within.ts'
import { resolveInspectOptions } from '../../src/inspect/options.ts'
import { memorySource } from '../../src/source/memory.ts'
import { frameBytes, partsBytes, smallAttributes } from '../large-frames.ts'
import { projectRoot } from '../paths.ts'

const MIB = 2 ** 20
const options = resolveInspectOptions()

/**
 * How often the blocks of our own code are run meanwhile, as V8 counts them: the same on every machine, as long as nothing is
 * optimized, which stops the counting (`execArgv` in vitest.config.ts).
 */
async function workOf(work: () => Promise<unknown>): Promise<number> {
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
  try {
    await work()
    const { result } = await session.post('Profiler.takePreciseCoverage')
    return result
      .filter(({ url }) => url.includes(`${projectRoot}src/`))
      .reduce((sum, script) => sum + countOf(script), 0)
  } finally {
    session.disconnect()
  }
}

function countOf({ functions }: Profiler.ScriptCoverage): number {
  return functions.flatMap(({ ranges }) => ranges).reduce((sum, { count }) => sum + count, 0)
}

it('takes four times the work for four times the parts', async () => {
  await inspect(partsBytes(8))
  const [few, many] = [partsBytes(300), partsBytes(1_200)]
  const ratio = (await workOf(() => inspect(many))) / (await workOf(() => inspect(few)))
  expect(ratio).toBeGreaterThan(3)
  expect(ratio).toBeLessThan(4.4)
})

it('stops at a limit of bytes, whatever is in the file', async () => {
  const bytes = partsBytes(4_000)
  const within = () => inspectWithin(memorySource(bytes), options, 32 * 1024).catch((error: unknown) => error)
  expect(await within()).toBeInstanceOf(GrantExceeded)
  const stopped = await workOf(within)
  const told = await workOf(() => inspect(bytes, { limits: { headerBytes: 32 * 1024 } }))
  expect(stopped).toBeLessThan(told / 2)
})

it('knows after one small read what a text claims to need', async () => {
  const source = memorySource(frameBytes([{ name: 'text', text: 'x'.repeat(8 * MIB) }]))
  const error = await inspectWithin(source, options, MIB).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(GrantExceeded)
  expect((error as GrantExceeded).neededBytes).toBeGreaterThan(8 * MIB)
  expect(source.counters).toMatchObject({ requests: 1, bytes: 65_536 })
})

it('says so where no number of bytes would do', async () => {
  const within = { ...options, limits: { parts: 3 } }
  const error = inspectWithin(memorySource(partsBytes(4)), resolveInspectOptions(within), MIB)
  await expect(error).rejects.toMatchObject({ neededBytes: Number.POSITIVE_INFINITY })
})

it('counts a part as a KiB, however short its header is', async () => {
  const within = inspectWithin(memorySource(partsBytes(300)), options, 256 * 1024)
  await expect(within).rejects.toMatchObject({ name: 'GrantExceeded', neededBytes: 257 * 1024 })
  const payload = await inspectWithin(memorySource(partsBytes(300)), options, 300 * 1024)
  expect(payload.file.multipart_count).toBe(300)
})

it('counts an attribute as 92 bytes, however short it is', async () => {
  const bytes = partsBytes(40, smallAttributes(200, ''))
  const within = (grantBytes: number) => inspectWithin(memorySource(bytes), options, grantBytes)
  const attributes = 40 * (11 + 200)
  await expect(within((attributes - 1) * 92)).rejects.toMatchObject({
    name: 'GrantExceeded',
    neededBytes: attributes * 92,
  })
  expect((await within(attributes * 92)).file.multipart_count).toBe(40)
})

it('does not show OpenImageIO more than 65,536 attributes and channels', async () => {
  const error = async (parts: number) =>
    (await inspect(partsBytes(parts, smallAttributes(1012, '')))).readers.oiio.error ?? null
  expect(await error(65)).toBe('OpenImageIO was not asked: the file has more than 65536 channels and attributes.')
  expect(await error(64)).toBeNull()
})
