import { expect, it } from 'vitest'
import { putTogether, takeApart } from '../../src/workers/pieces.ts'

const large = Float32Array.from({ length: 300_000 }, (_, index) => index)

it('puts together what it took apart, and leaves small values in one message', () => {
  const value = {
    batch: { columns: [{ data: large, valid: null }, { data: new Int32Array(3) }], bytes: new Uint8Array(2 ** 21) },
    at: new Date(5),
    counts: new Map([['a', 1n]]),
    texts: ['x', undefined, null],
  }
  const { rest, pieces } = takeApart(value)
  expect(pieces.map((piece, index) => piece === [large, value.batch.bytes][index])).toEqual([true, true])
  const without = JSON.stringify(rest, (_, part) => (typeof part === 'bigint' ? String(part) : part))
  expect(without.length).toBeLessThan(500)
  const whole = putTogether({ rest: structuredClone(rest), pieces }) as typeof value
  expect([whole.batch.columns[0]!.data === large, whole.batch.bytes === value.batch.bytes]).toEqual([true, true])
  expect([whole.at, whole.counts, whole.texts]).toEqual([value.at, value.counts, value.texts])
  expect(whole.batch.columns[1]!.data).toEqual(new Int32Array(3))
  expect(takeApart({ a: [1, new Uint8Array(10)] }).pieces).toEqual([])
  expect(putTogether({ rest: 7, pieces: [] })).toBe(7)
})
