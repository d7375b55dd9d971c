import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ChannelStats } from '../../src/pixels/channel-stats.ts'
import { corpusDir, corpusFiles, fixturePath, fixtures } from '../helpers.ts'
import { python, statsOfFile, type Truth, truthOf } from './truth.ts'

const COUNTS = [
  'count',
  'finite_count',
  'nan_count',
  'pos_inf_count',
  'neg_inf_count',
  'zero_count',
  'negative_count',
  'half_limit_count',
  'min',
  'max',
] as const

/** The deviation of values that hardly differ is as exact as their mean. */
function expectClose(found: number | null, truth: number | null, magnitude: number, what: string): void {
  if (found === null || truth === null) expect(found, what).toBe(truth)
  else expect(Math.abs(found - truth), what).toBeLessThanOrEqual(1e-12 * Math.max(Math.abs(truth), magnitude))
}

function expectTrue(channel: ChannelStats, truth: Truth, path: string): void {
  const what = `${path} ${channel.channel_name}`
  for (const name of COUNTS) expect(channel[name], `${what} ${name}`).toBe(truth[name])
  expectClose(channel.mean, truth.mean, truth.magnitude, `${what} mean`)
  expectClose(channel.stddev, truth.stddev, truth.magnitude, `${what} stddev`)
  for (const [percent, value] of Object.entries(truth.percentiles ?? {})) {
    const off = Math.abs(channel.percentiles![percent]! - value)
    expect(off, `${what} p${percent}`).toBeLessThanOrEqual(channel.percentile_error * Math.abs(value))
  }
  const inBins = channel.histogram?.bins.reduce((sum, { count }) => sum + count, 0) ?? 0
  expect(inBins, `${what} histogram`).toBe(truth['finite_count'])
}

async function compare(paths: readonly string[]): Promise<number> {
  const truths = truthOf(paths)
  let channels = 0
  for (const path of paths) {
    const truth = truths[path]
    if (!truth) continue
    const { parts } = await statsOfFile(path)
    for (const [i, part] of parts.entries()) {
      if (part.partial) continue
      expect(part.channels.map(({ channel_name }) => channel_name).sort()).toEqual(Object.keys(truth[i]!).sort())
      for (const channel of part.channels) expectTrue(channel, truth[i]![channel.channel_name]!, path)
      channels += part.channels.length
    }
  }
  return channels
}

describe.skipIf(python === null)('statistics against numpy over samples that OpenEXR 3.5 decoded', () => {
  it('agree for every storage, compression, pixel type and window among the fixtures', async () => {
    const whole = fixtures().filter(
      ({ valid, complete, file }) => valid && complete && file !== 'claim-pixels-2e31.exr',
    )
    const channels = await compare(whole.map(({ file }) => fixturePath(file)))
    expect(channels).toBeGreaterThan(300)
  }, 120_000)

  it('agree for the corpus', async () => {
    const files = corpusFiles().map((file) => join(corpusDir()!, file))
    if (files.length > 0) expect(await compare(files)).toBeGreaterThan(800)
  }, 180_000)
})
