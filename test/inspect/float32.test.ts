import fc from 'fast-check'
import { expect, it } from 'vitest'
import { shortestFloat32 } from '../../src/header/float32.ts'

it.each([
  [Math.fround(0.1), 0.1],
  [Math.fround(1 / 3), 0.33333334],
  [Math.fround(23.976), 23.976],
  [Math.fround(1e-45), 1e-45],
  [Math.fround(3.4028235e38), 3.4028234663852886e38],
  [Math.fround(16_777_217.5), 16_777_218],
  [2.5, 2.5],
])('%d is written %d', (value, shortest) => {
  expect(shortestFloat32(value)).toBe(shortest)
})

it('always reads back to the same float32, in no more digits than any other that does', () => {
  fc.assert(
    fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
      const shortest = shortestFloat32(value)
      expect(Math.fround(shortest)).toBe(value)
      if (Number.isInteger(value)) return
      const digits = shortest.toExponential().replace(/e.*$/, '').replace(/\D/g, '').length
      for (let fewer = 1; fewer < digits; fewer++) expect(Math.fround(Number(value.toPrecision(fewer)))).not.toBe(value)
    }),
    { numRuns: 2000 },
  )
})

it('leaves doubles that are no float32, and what is not a number, as they are', () => {
  for (const value of [0.1, Number.NaN, Infinity, -Infinity]) expect(shortestFloat32(value)).toBe(value)
})
