import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, it } from 'vitest'
import { inspect, inspectFileSync, inspectMany } from '../../src/index.ts'
import { fixture, fixturePath, projectRoot } from '../helpers.ts'

const schema = JSON.parse(readFileSync(join(projectRoot, 'docs/reference/payload.schema.json'), 'utf8'))
const validate = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true }).compile(schema)
const EVERYTHING = { stats: true, deepStats: true, hash: true }

it.each([
  'compression-piz.exr',
  'deep-scanline.exr',
  'unfinished-tiles.exr',
  'compression-unknown.exr',
  'pixel-types.exr',
])('%s: what the pixels say is in the payload and fits the schema', async (file) => {
  const payload = await inspect(fixturePath(file), EVERYTHING)
  expect(validate(JSON.parse(JSON.stringify(payload))), JSON.stringify(validate.errors)).toBe(true)
  expect(payload.stats).toHaveProperty('parts')
  expect(payload.hashes).toHaveProperty('file_hash')
  expect(payload.errors.map(({ code }) => code)).not.toContain('ERR_FEATURE_UNAVAILABLE')
})

it('bytes in memory, one file and many files say the same', async () => {
  const path = fixturePath('multipart-deep.exr')
  const one = await inspect(path, EVERYTHING)
  const here = await inspect(await fixture('multipart-deep.exr'), EVERYTHING)
  expect([here.stats, here.deep_stats, here.hashes]).toEqual([one.stats, one.deep_stats, one.hashes])
  for await (const { payload } of inspectMany([path], EVERYTHING)) expect(payload).toEqual(one)
})

it('pixels that cannot be looked at are errors of their part, and the rest is told', async () => {
  const unknown = await inspect(fixturePath('compression-unknown.exr'), { stats: true })
  expect(unknown.errors.at(-1)).toMatchObject({ code: 'ERR_PIXELS_UNSUPPORTED', part_index: 0 })
  const unfinished = await inspect(fixturePath('unfinished-scanlines.exr'), { stats: true })
  expect(unfinished.errors.at(-1)).toMatchObject({ code: 'ERR_EXR_CHUNKS', part_index: 0 })
})

it('reading on the spot decodes nothing, and says so', () => {
  const { errors, stats } = inspectFileSync(fixturePath('compression-zip.exr'), { stats: true })
  expect(stats).toEqual({})
  expect(errors[0]).toMatchObject({ code: 'ERR_FEATURE_UNAVAILABLE' })
})

it('deep parts: samples, depths and order are those that the fixture has', async () => {
  const { deep_stats } = await inspect(fixturePath('deep-scanline.exr'), { deepStats: true })
  const [part] = (deep_stats as { parts: Record<string, number | boolean | object>[] }).parts
  // The writer gives pixel i (i * 5) % 4 samples, each 1 behind the one before.
  const pixels = part!['pixel_count'] as number
  const counts = Array.from({ length: pixels }, (_, i) => (i * 5) % 4)
  expect(part).toMatchObject({
    sample_count: counts.reduce((sum, count) => sum + count, 0),
    empty_pixels: counts.filter((count) => count === 0).length,
    min_samples: 0,
    max_samples: 3,
    is_sorted: true,
    negative_depths: 0,
    non_finite_depths: 0,
  })
})
