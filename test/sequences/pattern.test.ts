import { describe, expect, it } from 'vitest'
import { groupSequences, parsePattern, patternMatcher, patternOf } from '../../src/sequences/index.ts'

const match = (pattern: string, path: string) => patternMatcher(parsePattern(pattern)!)(path)

describe('parsePattern', () => {
  it.each([
    'a/test.####.exr',
    'a/test.#.exr',
    'a/test.@@@@.exr',
    'a/test.%04d.exr',
    'a/test.%d.exr',
    'a/test.<F>.exr',
    'a/test.<F4>.exr',
    'a/test.$F4.exr',
    'a/test.<UDIM>.exr',
    'a/test.1001-1100#.exr',
    'a/test.1001-1100####.exr',
    'a/test.####.exr 1001-1100',
    'a/test.1001-1099x2%04d.exr',
    'a/test.1000,1001-1003#.exr',
  ])('%s takes frame 1001 and leaves other names', (pattern) => {
    expect(match(pattern, 'a/test.1001.exr')).toBe(1001)
    expect(match(pattern, 'a/test.x.exr')).toBeNull()
    expect(match(pattern, 'b/test.1001.exr')).toBeNull()
    expect(match(pattern, 'a/testX1001.exr')).toBeNull()
  })

  it('keeps to its range, step and sign', () => {
    expect(match('t.1-9x2#.exr', 't.3.exr')).toBe(3)
    expect(match('t.1-9x2#.exr', 't.4.exr')).toBeNull()
    expect(match('t.1001-1100#.exr', 't.1101.exr')).toBeNull()
    expect(match('t.-5--1#.exr', 't.-0003.exr')).toBe(-3)
    expect(match('t.####.exr', 't.-0003.exr')).toBe(-3)
  })

  it('stands for views', () => {
    expect(match('%V/a_%V.####.exr', 'left/a_left.0001.exr')).toBe(1)
    expect(match('a_%v.####.exr', 'a_r.0001.exr')).toBe(1)
    expect(match('a_%V.####.exr', 'a_top.0001.exr')).toBeNull()
  })

  it('takes any number where a name has another placeholder', () => {
    expect(match('sh###_v###.####.exr', 'sh010_v002.1001.exr')).toBe(1001)
    expect(match('sh%03d_v%03d.%04d.exr', 'sh010_v002.1001.exr')).toBe(1001)
    expect(match('sh###_v###.####.exr', 'sh0x0_v002.1001.exr')).toBeNull()
    // It may be text all the same, and is in folders.
    expect(match('sh#1.####.exr', 'sh#1.1001.exr')).toBe(1001)
    expect(match('a#/t.####.exr', 'a1/t.1001.exr')).toBeNull()
  })

  it('takes a fraction for no frame', () => {
    expect(match('sim.####.####.exr', 'sim.0003.2500.exr')).toBe(3)
    expect(match('sim.1-2#.####.exr', 'sim.0003.2500.exr')).toBeNull()
    expect(match('sim.1-3#.####.exr', 'sim.0003.2500.exr')).toBe(3)
    expect(match('sim.%04d.%04d.exr', 'sim.0003.2500.exr')).toBe(3)
    expect(match('sim.###.1-9#.exr', 'sim.003.2.exr')).toBe(2)
  })

  it('is null for a plain path and for a placeholder in a folder alone', () => {
    expect(parsePattern('a/test.1001.exr')).toBeNull()
    expect(parsePattern('a#/test.exr')).toBeNull()
  })

  it('leaves digits of the name alone that are no range', () => {
    expect(parsePattern('shot010#.exr')).toMatchObject({ prefix: 'shot010', ranges: null })
  })

  it('refuses a range that ends before it starts', () => {
    expect(() => parsePattern('t.9-1#.exr')).toThrow(expect.objectContaining({ code: 'ERR_OPTION_INVALID' }))
  })

  it('takes back every form that sequences are printed in', () => {
    const names = ['f.0998.exr', 'f.0999.exr', 'f.1001.exr']
    const [sequence] = groupSequences(names).sequences
    for (const style of ['hash', 'printf', 'frame'] as const) {
      const matches = patternMatcher(parsePattern(patternOf(sequence!, style))!)
      expect(names.map(matches)).toEqual([998, 999, 1001])
    }
    const subframes = ['s.0001.00.exr', 's.0001.50.exr', 's.0002.00.exr']
    const matches = patternMatcher(parsePattern(patternOf(groupSequences(subframes).sequences[0]!))!)
    expect(subframes.map(matches)).toEqual([1, 1, 2])
  })
})
