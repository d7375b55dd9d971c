import { describe, expect, it } from 'vitest'
import {
  conflicts,
  frameFacts,
  frameFactsOf,
  groupSequences,
  missingFrames,
  patternOf,
  printRanges,
  stereoPairs,
  toRanges,
} from '../../src/sequences/index.ts'

/** `pattern frames` of each sequence, then the names without a frame. */
function told(...names: string[]): string[] {
  const { sequences, others } = groupSequences(names)
  return [
    ...sequences.map((sequence) => `${patternOf(sequence)} ${printRanges(toRanges(sequence.frames))}`),
    ...others.map((index) => names[index]!),
  ]
}

const frames = (prefix: string, first: number, last: number, padding = 4) =>
  Array.from({ length: last - first + 1 }, (_, i) => `${prefix}${String(first + i).padStart(padding, '0')}.exr`)

describe('groupSequences', () => {
  it.each([
    ['digits that grow', ['f.998', 'f.999', 'f.1001', 'f.1002'], ['f.### 998-999, 1001-1002']],
    ['gaps', ['u.1', 'u.2', 'u.9', 'u.11', 'u.12'], ['u.# 1-2, 9, 11-12']],
    ['the number that varies', ['a_1_0001', 'a_2_0001', 'a_3_0001'], ['a_#_0001 1-3']],
    ['the last of those that vary alike', ['s1_01', 's1_02', 's2_01', 's2_02'], ['s1_## 1-2', 's2_## 1-2']],
    [
      'lone frames of two shots',
      ['sh010_v001.1001', 'sh020_v001.1001'],
      ['sh010_v001.#### 1001', 'sh020_v001.#### 1001'],
    ],
    ['shots without a version', ['sh010.1001', 'sh020.1001'], ['sh010.#### 1001', 'sh020.#### 1001']],
    ['long numbers of shots', ['shot0010_a.1001', 'shot0020_a.1001'], ['shot0010_a.#### 1001', 'shot0020_a.#### 1001']],
    ['cameras of one frame', ['b.1001.cam1', 'b.1001.cam2'], ['b.####.cam1 1001', 'b.####.cam2 1001']],
    [
      'more shots than frames',
      ['a_010_1001', 'a_010_1002', 'a_020_1001', 'a_020_1002', 'a_030_1001', 'a_030_1002'],
      ['a_010_#### 1001-1002', 'a_020_#### 1001-1002', 'a_030_#### 1001-1002'],
    ],
    [
      'sizes behind the frame',
      ['i_0001_2048', 'i_0002_2048', 'r0001_2048', 'r0002_2048'],
      ['i_####_2048 1-2', 'r####_2048 1-2'],
    ],
    ['versions apart', ['a_v001.1', 'a_v001.2', 'a_v002.1'], ['a_v001.# 1-2', 'a_v002.# 1']],
    ['versions alone', ['a_v001.exr', 'a_v002.exr'], ['a_v001.exr', 'a_v002.exr']],
    ['negative frames', ['n.-2', 'n.-1', 'n.0', 'n.1'], ['n.# -2-1']],
    ['negative frames with padding', ['n.-0002', 'n.0001'], ['n.#### -2, 1']],
    ['mixed padding', ['f.1', 'f.02', 'f.3'], ['f.# 1-3']],
    ['two paddings of one frame', ['f.1', 'f.01', 'f.2', 'f.02'], ['f.# 1-2', 'f.## 1-2']],
    ['folders apart', ['a/1001', 'b/1002'], ['a/#### 1001', 'b/#### 1002']],
    ['subframes', ['s.001.00', 's.001.50', 's.002.00'], ['s.###.## 1-2']],
    [
      'more subframes than frames',
      ['b.0001.0000', 'b.0001.2500', 'b.0001.5000', 'b.0001.7500', 'b.0002.0000', 'b.0002.2500', 'b.0002.5000'],
      ['b.####.#### 1-2'],
    ],
    ['subframes of one frame', ['b.0001.2500', 'b.0001.5000'], ['b.####.#### 1']],
    ['one subframe a frame', ['b.0001.2500', 'b.0002.2500', 'b.0004.2500'], ['b.####.#### 1-2, 4']],
    ['counted subframes', ['b.0001.0', 'b.0001.1', 'b.0002.0', 'b.0002.1'], ['b.####.# 1-2']],
    [
      'numbers before frames',
      ['c.001.1001', 'c.001.1002', 'c.002.1001', 'c.002.1002', 'c.003.1001', 'c.003.1002'],
      ['c.001.#### 1001-1002', 'c.002.#### 1001-1002', 'c.003.#### 1001-1002'],
    ],
    [
      'numbers before frames in steps',
      ['c.001.1001', 'c.001.1005', 'c.002.1001', 'c.002.1005'],
      ['c.001.#### 1001, 1005', 'c.002.#### 1001, 1005'],
    ],
    ['rows of tiles', ['t.1001', 't.1002', 't.1011'], ['t.<UDIM> 1001-1002, 1011']],
    ['tiles by their name', ['rough.1001', 'rough.1002'], ['rough.<UDIM> 1001-1002']],
    [
      'animated tiles',
      ['tex.1001.01', 'tex.1001.02', 'tex.1002.01', 'tex.1002.02'],
      ['tex.1001.## 1-2', 'tex.1002.## 1-2'],
    ],
    ['frames that start like tiles', ['f.1001', 'f.1002', 'f.1004'], ['f.#### 1001-1002, 1004']],
    ['dates', ['take.2024-01-31', 'take.2024-02-01'], ['take.2024-01-31', 'take.2024-02-01']],
    ['eight digits that are no dates', ['c_00086400', 'c_00086401'], ['c_######## 86400-86401']],
    ['a time of day', ['a_20240131_235959', 'a_20240131_000001'], ['a_20240131_235959', 'a_20240131_000001']],
    ['sizes', ['p_1920x1080', 'p_2048x1556', 'p_4k', 'p_2k'], ['p_1920x1080', 'p_2048x1556', 'p_4k', 'p_2k']],
    ['the same path twice', ['f.1', 'f.1', 'f.2'], ['f.# 1-2']],
  ])('tells %s', (_, names, expected) => {
    expect(told(...names)).toEqual(expected)
  })

  it('keeps members in the order of their frames, with their place in the list', () => {
    const [sequence] = groupSequences(['f.3', 'x', 'f.-1', 'f.10']).sequences
    expect(sequence?.members.map(({ index, frame }) => [index, frame])).toEqual([
      [2, -1],
      [0, 3],
      [3, 10],
    ])
  })

  it('tells every padding of a mixed sequence, the one of most files first', () => {
    const [sequence] = groupSequences(['f.0001', 'f.0002', 'f.12']).sequences
    expect(sequence).toMatchObject({ padding: 4, paddings: [2, 4] })
  })

  it('groups a hundred thousand names of one shape without comparing them pair by pair', () => {
    const { sequences } = groupSequences(frames('/s/f.', 1, 100_000, 7))
    expect(sequences).toHaveLength(1)
    expect(sequences[0]!.frames).toHaveLength(100_000)
  })
})

describe('frames of one name', () => {
  it.each([
    ['image0000.exr', 0, 'image####.exr'],
    ['image0003', 3, 'image####'],
    ['render0001.exr', 1, 'render####.exr'],
    ['render9998.exr', 9998, 'render####.exr'],
    ['shot1001.exr', 1001, 'shot####.exr'],
    ['clip_00086400.exr', 86400, 'clip_########.exr'],
    ['foo -020.exr', -20, 'foo ###.exr'],
    ['foo 0018.exr', 18, 'foo ####.exr'],
    ['baz.0001.2500.exr', 1, 'baz.####.####.exr'],
    ['sh010.1001.exr', 1001, 'sh010.####.exr'],
    ['sh010.0100.1001.exr', 1001, 'sh010.0100.####.exr'],
  ])('%s is frame %i of %s', (name, frameNumber, sequenceKey) => {
    expect(frameFacts(name)).toEqual({ frameNumber, sequenceKey })
  })

  it.each(['take.2024-01-31.exr', 'comp_v003.exr', 'compV003.exr', 'comp_take3.exr', 'light2.exr', 'a.1234567890.exr'])(
    '%s has none',
    (name) => {
      expect(frameFacts(name)).toEqual({ frameNumber: null, sequenceKey: null })
    },
  )

  it('gives every frame of a folder the key of its sequence', () => {
    expect(frameFactsOf(['/a/f.1001.exr', '/a/f.998.exr', '/a/readme.exr'])).toEqual([
      { frameNumber: 1001, sequenceKey: '/a/f.###.exr' },
      { frameNumber: 998, sequenceKey: '/a/f.###.exr' },
      { frameNumber: null, sequenceKey: null },
    ])
  })
})

describe('missingFrames', () => {
  const missing = (...args: Parameters<typeof missingFrames>) => printRanges(missingFrames(...args))

  it('tells gaps as ranges, of the step that the frames keep', () => {
    expect(missing([1, 2, 9, 11, 12])).toBe('3-8, 10')
    expect(missing([998, 999, 1001])).toBe('1000')
    expect(missing([1, 3, 5, 9, 11])).toBe('7')
    expect(missing([1, 5, 9, 21])).toBe('13-17x4')
    expect(missing([-3, 1])).toBe('-2-0')
  })

  it('tells what an expected range lacks at both ends', () => {
    expect(missing([1002, 1003], { first: 1001, last: 1005 })).toBe('1001, 1004-1005')
    expect(missing([], { first: 1, last: 3 })).toBe('1-3')
    expect(missing([1, 2, 3], { first: 2, last: 3 })).toBe('')
    expect(missing([])).toBe('')
  })

  it('refuses an expectation too large to walk, and one that ends before it starts', () => {
    expect(() => missingFrames([1], { first: 1, last: 2_000_000_000 })).toThrow(/more than 10000000 frames/)
    expect(() => missingFrames([1], { first: 5, last: 1 })).toThrow(/ends before it starts/)
  })
})

describe('conflicts', () => {
  it('tells frames that two paddings or two cases claim', () => {
    const { sequences } = groupSequences(['f.1', 'f.01', 'f.2', 'g.5', 'G.5', 'h.1', 'h.2'])
    expect(conflicts(sequences).map(({ frame, paths }) => [frame, ...paths])).toEqual([
      [1, 'f.1', 'f.01'],
      [5, 'g.5', 'G.5'],
    ])
  })

  it('does not take subframes for conflicts', () => {
    expect(conflicts(groupSequences(['s.001.00', 's.001.50', 's.002.00']).sequences)).toEqual([])
  })
})

describe('stereoPairs', () => {
  it('finds the eyes of a picture by words and by initials, in the folder and in the name', () => {
    const names = ['left/a_left', 'right/a_right', 'b_l', 'b_r', 'lonely_left'].flatMap((name) =>
      frames(`${name}.`, 1, 2),
    )
    const pairs = stereoPairs(groupSequences(names).sequences)
    expect(pairs.map(({ prefix, suffix }) => prefix + suffix)).toEqual(['%V/a_%V..exr', 'b_%v..exr'])
  })
})
