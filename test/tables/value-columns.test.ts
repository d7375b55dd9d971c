import { expect, it } from 'vitest'
import { numberOf } from '../../src/tables/index.ts'

it.each([
  ['1001', 1001, null],
  ['-7', -7, null],
  ['+8', 8, null],
  ['-0', 0, null],
  ['24.0', null, 24],
  ['.5', null, 0.5],
  ['1e3', null, 1000],
  [' 12 ', 12, null],
  ['9007199254740993', null, 9007199254740992],
  ['', null, null],
  ['v001', null, null],
  ['0x1F', null, null],
  ['1,5', null, null],
  ['2024-02-29', null, null],
  ['1e999', null, null],
  ['Infinity', null, null],
  ['1'.repeat(33), null, null],
])('takes %j for the number it is', (text, int, float) => {
  expect(numberOf(text)).toEqual({ int, float })
})
