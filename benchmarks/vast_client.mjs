// What benchmarks/vast.ts measures of our client, in a process of its own; benchmarks/vast_sdk.py is the same of the vendor's SDK.
//
// The first line on stdin is {endpoint, schema, tables: {name: path of an Arrow stream file}}; each further line, `insert` or `select`,
// is one round: every table's batch in one transaction, or every row of every table as record batches. Each line is answered by one
// of JSON with the seconds of CPU and of the clock it took, and what came out.
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { tableFromIPC } from 'apache-arrow'
import { connect } from '../dist/vastdb/index.js'

const lines = createInterface(process.stdin)[Symbol.asyncIterator]()
const task = JSON.parse((await lines.next()).value)
const tables = Object.entries(task.tables).map(([name, path]) => [name, tableFromIPC(readFileSync(path))])
const session = await connect({ endpoint: task.endpoint, accessKey: 'test', secretKey: 'test' })
const inTables = (work) => session.transaction((tx) => work(tx.bucket('vastdb').schema(task.schema)))

const rounds = {
  insert: () =>
    inTables(async (schema) => {
      for (const [name, table] of tables) await schema.table(name).insert(table)
    }),
  select: () =>
    inTables(async (schema) => {
      let rows = 0
      for (const [name] of tables) for await (const batch of schema.table(name).select()) rows += batch.numRows
      return rows
    }),
}

await session.transaction(async (tx) => {
  const schema = await tx.bucket('vastdb').schema(task.schema).create()
  for (const [name, table] of tables) await schema.createTable(name, table.schema)
})
console.log('{}')
for (let line = await lines.next(); !line.done; line = await lines.next()) {
  const cpu = process.cpuUsage()
  const start = performance.now()
  const result = await rounds[line.value]()
  const { user, system } = process.cpuUsage(cpu)
  console.log(JSON.stringify({ cpu: (user + system) / 1e6, wall: (performance.now() - start) / 1000, result }))
}
await session.close()
