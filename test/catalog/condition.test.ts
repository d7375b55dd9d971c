import { expect, it } from 'vitest'
import { checkCondition } from '../../src/catalog/condition.ts'

it.each([
  'width >= 1920',
  "part_name = 'it''s; (fine) -- here'",
  '"width" IN (1, 2) AND (is_deep OR NOT is_tiled)',
  'EXISTS (SELECT 1 FROM attributes a WHERE a.file_id = f.file_id)',
])('lets %s through', (text) => {
  expect(() => checkCondition(text)).not.toThrow()
})

it.each([
  ['', 'nothing'],
  ['1) OR (1', 'a parenthesis that was not opened'],
  ['(width > 1', 'a parenthesis that is not closed'],
  ["name = 'open", 'a quote that does not end'],
  ["name = E'\\'' ) UNION SELECT file_id FROM files WHERE ('1' = '1'", 'a quote right after "E"'],
  ['true; DROP TABLE files', '";"'],
  ['true -- rest', '"--"'],
  ['true /* rest */', '"/*"'],
  ['width = $1', '"$"'],
])('refuses %j for %s', (text, found) => {
  expect(() => checkCondition(text)).toThrow(found)
})
