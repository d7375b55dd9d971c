import { join } from 'node:path'
import { DuckDBAppender } from '@duckdb/node-api'
import { expect, it } from 'vitest'
import { openCatalog } from '../../src/catalog/open.ts'
import { tempDir } from '../helpers.ts'
import { record } from './records.ts'

const folder = tempDir()

/** Calls of a method between two turns of the loop, at most. */
function mostBetweenTurns(method: 'appendDataChunk' | 'flushSync') {
  const original = DuckDBAppender.prototype[method] as (...given: unknown[]) => void
  let [calls, most, isWatching] = [0, 0, true]
  DuckDBAppender.prototype[method] = function (this: DuckDBAppender, ...given: unknown[]) {
    most = Math.max(most, ++calls)
    return original.apply(this, given)
  }
  const turn = () => {
    calls = 0
    if (isWatching) setImmediate(turn)
  }
  setImmediate(turn)
  return () => {
    isWatching = false
    DuckDBAppender.prototype[method] = original as never
    return most
  }
}

it('leaves the thread between slices of a table, whatever a file has of it, and stores every row in order', async () => {
  const catalog = await openCatalog(join(folder, 'many.duckdb'))
  const attributes = Array.from({ length: 150_000 }, (_, index) => ({
    name: `attribute${index}`,
    type: 'int',
    value: index,
    source: 'exr' as const,
  }))
  const most = mostBetweenTurns('appendDataChunk')
  const results = await catalog.upsert([record({ path: '/mnt/many.exr', attributes })], 'run')
  // Of 2,048 rows each: at once it were 74.
  expect(most()).toBeLessThanOrEqual(20)
  expect(results).toMatchObject([{ status: 'inserted' }])
  const { rows } = await catalog.sql(
    "SELECT count(*), sum(value_int), bool_and(attr_name = 'attribute' || value_int) FROM attributes",
  )
  expect(rows).toEqual([[150_000n, BigInt((150_000 * 149_999) / 2), true]])
  const { rows: ordered } = await catalog.sql(
    'SELECT bool_and(value_int = place) FROM (SELECT value_int, row_number() OVER () - 1 AS place FROM attributes)',
  )
  expect(ordered).toEqual([[true]])
  expect((await catalog.verify()).ok).toBe(true)
  await catalog.upsert([record({ path: '/mnt/few.exr' })], 'run')
  expect((await catalog.verify()).ok).toBe(true)
  await catalog.close()
})

it('stores texts of every length as they are, and equal ones as equal', async () => {
  const catalog = await openCatalog(join(folder, 'texts.duckdb'))
  // A text of up to twelve bytes lies in its cell, a longer one elsewhere; the last of them need more memory than there is at first.
  const lengths = [...Array(15).keys(), 100, 9_999, 10_001]
  const texts = lengths.flatMap((length) => ['x'.repeat(length), `${'é'.repeat(length >> 1)}${'y'.repeat(length & 1)}`])
  const attributes = [...texts, ...texts].map((value, index) => ({
    name: `${index}`,
    type: 'string',
    value,
    source: 'exr' as const,
  }))
  await catalog.upsert([record({ path: '/mnt/texts.exr', attributes })], 'run')
  const { rows } = await catalog.sql('SELECT value_json FROM attributes ORDER BY attr_name::INTEGER')
  expect(rows.map(([json]) => JSON.parse(json as string))).toEqual([...texts, ...texts])
  const { rows: equal } = await catalog.sql(
    'SELECT count(DISTINCT value_json), count(*) FROM attributes a SEMI JOIN attributes b ON a.value_json = b.value_json AND a.attr_name <> b.attr_name',
  )
  expect(equal).toEqual([[BigInt(new Set(texts).size), BigInt(texts.length * 2)]])
  await catalog.close()
})
