import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { ChannelStats } from '../../src/pixels/channel-stats.ts'
import { diffFiles } from '../../src/pixels/diff.ts'
import { fileSource } from '../../src/source/file.ts'
import { fixturePath, tempDir } from '../helpers.ts'
import { rawExr } from './raw-exr.ts'
import { statsOfFile } from './truth.ts'

type Theirs = Record<'min' | 'max' | 'mean' | 'stddev' | 'nan_count' | 'inf_count' | 'finite_count', number>

const [WIDTH, HEIGHT] = [64, 32]
const BASE = 4096
/** One row in two is a 2048th above: the deviation is half of that, to the last digit. */
const odd: Record<string, (x: number, y: number) => number> = {
  nothing: () => Number.NaN,
  infinities: (x, y) => (x === 0 && y < 3 ? (y === 0 ? -Infinity : Infinity) : 1),
  narrow: (_, y) => BASE + (y % 2) / 2048,
}
const SAME = ['none', 'zip', 'zips', 'piz', 'rle', 'dwaa', 'b44', 'pxr24'].map((name) => `compression-${name}.exr`)
const folder = tempDir()
const pathOf = (name: string) => (name.startsWith('odd') ? join(folder, name) : fixturePath(name))

/** Debian's module; another Python may be first in PATH. */
const python = '/usr/bin/python3'
const hasPython = spawnSync(python, ['-c', 'import OpenImageIO']).status === 0
if (!hasPython) console.warn(`SKIPPED: computePixelStats. ${python} has no OpenImageIO (python3-openimageio).`)

/** Both look at files once, OpenImageIO in one process. */
describe.skipIf(!hasPython)('computePixelStats of OpenImageIO', () => {
  let theirs: Record<string, Record<string, Theirs>> = {}
  const ours = async (name: string) => {
    const [part] = (await statsOfFile(pathOf(name))).parts
    return new Map(part!.channels.map((channel) => [channel.channel_name, channel]))
  }
  const both = async (file: string, channel: string): Promise<[Theirs, ChannelStats]> => [
    theirs[pathOf(file)]![channel]!,
    (await ours(file)).get(channel)!,
  ]

  beforeAll(() => {
    const names = Object.keys(odd).sort()
    writeFileSync(
      pathOf('odd.exr'),
      rawExr(WIDTH, HEIGHT, names, (name, x, y) => odd[name]!(x, y)),
    )
    const paths = [...SAME, 'odd.exr', 'pixel-types.exr'].map(pathOf)
    const script = readFileSync(new URL('./oiio_stats.py', import.meta.url), 'utf8')
    theirs = JSON.parse(execFileSync(python, ['-c', script], { input: JSON.stringify(paths), encoding: 'utf8' }))
  })

  it('says the same of ordinary pixels, whatever their compression', async () => {
    for (const file of SAME) {
      for (const [name, channel] of await ours(file)) {
        const other = theirs[pathOf(file)]![name]!
        const what = `${file} ${name}`
        expect(
          [channel.min, channel.max].map((value) => Math.fround(value!)),
          what,
        ).toEqual([other.min, other.max])
        expect([channel.nan_count, channel.finite_count], what).toEqual([other.nan_count, other.finite_count])
        expect(Math.abs(channel.mean! - other.mean), what).toBeLessThan(1e-6)
        expect(Math.abs(channel.stddev! - other.stddev), what).toBeLessThan(1e-6)
      }
    }
  })

  it('shows numbers for a channel without one; ours are null', async () => {
    const [their, our] = await both('odd.exr', 'nothing')
    expect(their.finite_count).toBe(0)
    expect(their).toMatchObject({ min: 0, max: 0, mean: 0 })
    expect(our).toMatchObject({ nan_count: WIDTH * HEIGHT, min: null, max: null, mean: null, stddev: null })
  })

  it('does not tell infinities apart; ours are two counts', async () => {
    const [their, our] = await both('odd.exr', 'infinities')
    expect(their.inf_count).toBe(3)
    expect([our.neg_inf_count, our.pos_inf_count]).toEqual([1, 2])
  })

  it('loses the deviation of values that hardly differ; ours is exact', async () => {
    const [their, our] = await both('odd.exr', 'narrow')
    expect(Math.abs(our.stddev! - 1 / 4096)).toBeLessThan(1e-12 / 4096)
    expect(our.mean).toBe(BASE + 1 / 4096)
    expect(Math.abs(their.stddev - 1 / 4096)).toBeGreaterThan(1e-9)
  })

  it('turns whole numbers into shares of the largest; ours stay what they are', async () => {
    const channels = await ours('pixel-types.exr')
    const [name, our] = [...channels].find(([, { channel_type }]) => channel_type === 'UINT')!
    expect(our.max).toBeGreaterThan(1)
    expect(Number.isInteger(our.max)).toBe(true)
    expect(theirs[pathOf('pixel-types.exr')]![name]!.max).not.toBe(our.max)
  })
})

describe('idiff of OpenImageIO', () => {
  const write = (name: string, value: number) => {
    const path = join(folder, `${name}.exr`)
    writeFileSync(
      path,
      rawExr(4, 4, ['Y'], () => value),
    )
    return path
  }
  const resultOf = async (a: string, b: string) => {
    const [one, other] = [fileSource(a), fileSource(b)]
    try {
      return (await diffFiles(one, other, { fail: 1e-6, warn: 0, strict: false })).diff.result
    } finally {
      await one.close()
      await other.close()
    }
  }

  it.each([
    ['a number', 0.5, 'NaN', Number.NaN],
    ['infinity', Infinity, 'its opposite', -Infinity],
  ])('passes %s (%d) against %s; ours differ', async (name, value, otherName, other) => {
    const paths = [write(name, value), write(otherName, other)] as const
    expect(spawnSync('idiff', paths).status).toBe(0)
    expect(await resultOf(...paths)).toBe('differs')
  })
})
