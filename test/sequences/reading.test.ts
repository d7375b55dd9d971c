import { expect, it } from 'vitest'
import { frameFacts, frameFactsOf, isReading } from '../../src/sequences/index.ts'

const names = [
  'f.998.exr',
  'f.1001.exr',
  'foo -020.exr',
  'foo 1.exr',
  'render0001.exr',
  'shot1001.exr',
  'a_1_0001.exr',
  'a_2_0001.exr',
  'tile.1001.0.exr',
  'tile.1001.1.exr',
  'sub.1001.25.exr',
  'sub.1001.50.exr',
  'sub.1002.25.exr',
  'v002.#3.0007.exr',
  'left_0001.exr',
  '(x)[1].+0003.exr',
].map((name) => `/show/s-01 (2)/${name}`)

it('takes whatever a name or its folder makes of it for a reading of it', () => {
  for (const [index, facts] of frameFactsOf(names).entries()) {
    for (const one of [facts, frameFacts(names[index]!)]) {
      if (one.frameNumber !== null)
        expect([names[index], one, isReading(names[index]!, one)]).toEqual([names[index], one, true])
    }
  }
})

it.each([
  [1002, '/s/f.####.exr'],
  [1001, '/s/g.####.exr'],
  [1001, '/s/f.1001.exr'],
  [1001, '/s/f.####.exr.####'],
  [1001, null],
  [null, '/s/f.####.exr'],
])('takes frame %s of %s for no reading of another name', (frameNumber, sequenceKey) => {
  expect(isReading('/s/f.1001.exr', { frameNumber, sequenceKey })).toBe(false)
})
