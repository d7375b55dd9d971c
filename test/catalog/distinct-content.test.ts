import { DuckDBInstance } from '@duckdb/node-api'
import { expect, it } from 'vitest'
import { DistinctContent } from '../../src/catalog/duckdb/distinct-content.ts'
import { CONTENT_ONCE, contentOf, distinctTable } from '../../src/catalog/duckdb/row-tables.ts'
import { createTableSql } from '../../src/tables/ddl.ts'
import { encodeRows } from '../../src/tables/encoded/rows.ts'

const once = CONTENT_ONCE.find(({ table }) => table === 'channels')!
const columns = contentOf(once)

/** Content named by a number, in which every text says it. */
function content(number: number) {
  const rows = encodeRows(columns, 1, (_row, column) => (columns[column]!.type === 'utf8' ? `name ${number}` : null))
  return [BigInt64Array.of(BigInt(number)), rows] as const
}

it('stores nothing twice after a transaction that learned what is there was rolled back', async () => {
  const connection = await (await DuckDBInstance.create()).connect()
  await connection.run("ATTACH ':memory:' AS exr; USE exr")
  await connection.run(createTableSql(distinctTable(once), 'duckdb'))
  const first = new DistinctContent(connection, once)
  const [before] = await first.numbers(...content(1))
  first.settle(true)

  const second = new DistinctContent(connection, once)
  for (let number = 2; number < 40; number++) {
    await connection.run('BEGIN')
    await second.numbers(...content(number))
    const isCommitted = number % 2 === 0
    await connection.run(isCommitted ? 'COMMIT' : 'ROLLBACK')
    second.settle(isCommitted)
  }
  expect([...(await second.numbers(...content(1)))]).toEqual([before])
  const twice = await connection.runAndReadAll(
    `SELECT content_id FROM ${once.distinct} GROUP BY content_id HAVING count(*) > 1`,
  )
  expect(twice.getRows()).toEqual([])
})
