import { describe, expect, it } from 'vitest'
import { driftOf, driftText, frozenFrames, printRanges } from '../../src/sequences/index.ts'

const files = (values: Record<number, Record<string, string>>) =>
  Object.entries(values).map(([frame, facts]) => ({ frame: Number(frame), values: new Map(Object.entries(facts)) }))
const texts = (values: Record<number, Record<string, string>>) =>
  driftOf(files(values)).map((drift) => `${drift.fact}: ${driftText(drift)}`)

describe('what drifts in a sequence', () => {
  it('is told as ranges of frames, the usual value first, in the step of the sequence', () => {
    const on = (frames: number[], compression: string) =>
      Object.fromEntries(frames.map((frame) => [frame, { compression, owner: 'me' }]))
    expect(texts({ ...on([1, 2, 5, 6, 7], 'zip'), ...on([3, 4], 'piz') })).toEqual([
      'compression: zip in 1-2, 5-7; piz in 3-4',
    ])
    expect(texts({ ...on([2, 4, 6], 'zip'), ...on([8, 10], 'piz') })).toEqual([
      'compression: zip in 2-6x2; piz in 8-10x2',
    ])
  })

  it('tells which frames say nothing', () => {
    expect(texts({ 1: { owner: 'me' }, 2: {}, 3: { owner: 'me' } })).toEqual(['owner: me in 1, 3; none in 2'])
  })

  it('leaves out what counts with the frames, and what never changes', () => {
    const values = Object.fromEntries([1, 2, 3, 4, 5, 6].map((frame) => [frame, { timeCode: `${frame}`, type: 'x' }]))
    expect(driftOf(files(values))).toEqual([])
    expect(driftOf([])).toEqual([])
  })

  it('shows the first values and counts the rest', () => {
    const values = Object.fromEntries([...Array(20).keys()].map((frame) => [frame, { pass: `${frame >> 2}` }]))
    expect(texts(values)).toEqual(['pass: 0 in 0-3; 1 in 4-7; 2 in 8-11; 3 in 12-15; and 1 more'])
  })
})

describe('frozen frames', () => {
  const frozen = (text: string) =>
    printRanges(
      frozenFrames(
        text.split(' ').map((pair) => {
          const [frame, hash] = pair.split(':')
          return { frame: Number(frame), hash: hash === '-' ? null : hash! }
        }),
      ),
    )
  it.each([
    ['1:a 2:a 3:b 4:c 5:c 6:c', '1-2, 4-6'],
    ['1:a 2:b 3:a', ''],
    ['1:- 2:- 3:-', ''],
    ['3:a 1:a 2:a', '1-3'],
    // A hole is no neighbour: what stood there is not known.
    ['1:a 2:a 4:a', '1-2'],
    ['2:a 4:a 6:b', '2-4x2'],
  ])('of %s are %s', (text, ranges) => {
    expect(frozen(text)).toBe(ranges)
  })
})
