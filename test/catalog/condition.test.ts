import { expect, it } from 'vitest'
import { checkCondition, checkPortableCondition } from '../../src/catalog/condition.ts'

const CONDITIONS = [
  'width >= 1920',
  "part_name = 'it''s; (fine) -- here'",
  '"width" IN (1, 2) AND (is_deep OR NOT is_tiled)',
  "lower(part_name) LIKE 'b%' AND CAST(frame_number AS VARCHAR) BETWEEN '1' AND '2'",
  'EXISTS (SELECT 1 FROM attributes a WHERE a.file_id = f.file_id)',
]

it.each(CONDITIONS)('lets %s through, in every dialect', async (text) => {
  await checkCondition(text)
  await checkPortableCondition(text)
})

// The shape of the whole query is compared, so it does not matter by which words a text leaves its place.
it.each([
  '',
  '1) OR (1',
  '1) OR condition(1',
  '1), condition(2',
  '1, 2',
  '*',
  'DISTINCT width',
  'width ORDER BY width',
  'width := 1',
  '1) FILTER (WHERE true',
  '1) OVER (',
  '1) GROUP BY (1',
  '1) ORDER BY (1',
  '1) LIMIT (1',
  '1) UNION SELECT 1 WHERE condition(1',
  '1); DROP TABLE files; SELECT (1',
  "name = E'\\'' ) UNION SELECT file_id FROM files WHERE ('1' = '1'",
  'name = $$it$$) OR ($$x$$ = name',
  'true; DROP TABLE files',
  'true) -- rest',
  'width = 1 -- rest',
  'true /* rest',
  'width = $1',
  'width = ?',
  '(width > 1',
  "name = 'open",
  "name = U&'\\0041'",
  'SELECT 1',
  'true\0) OR (true',
])('refuses %j', async (text) => {
  await expect(checkCondition(text)).rejects.toMatchObject({ code: 'ERR_CATALOG_QUERY' })
  await expect(checkPortableCondition(text)).rejects.toMatchObject({ code: 'ERR_CATALOG_QUERY' })
})

it.each([
  "EXISTS (FROM enable_logging(storage = 'file', storage_path = '/tmp/x'))",
  "width IN (SELECT 1 FROM query('SELECT 1'))",
  "EXISTS (SELECT * FROM read_text('/etc/hostname'))",
  "width = nextval('s')",
  "write_log('x') IS NULL",
])('refuses what acts or reads elsewhere: %s', async (text) => {
  await expect(checkCondition(text)).rejects.toThrow('Expected')
})

it.each([
  ["name = E'\\'' OR 1 = 1 OR name = E'\\''", 'a quote right after "E"'],
  ["hash = X'00'", 'a quote right after "X"'],
  ['width /* a /* b */ c */ = 1', '"/*"'],
  ['name = $$x$$', '"$"'],
])('sends no other dialect %s, though DuckDB reads it', async (text, found) => {
  await checkCondition(text)
  await expect(checkPortableCondition(text)).rejects.toThrow(found)
})
