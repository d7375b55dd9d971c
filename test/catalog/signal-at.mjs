// Loaded before the command line: sends this process EXR_TEST_SIGNAL before its EXR_TEST_AT-th statement to DuckDB, and
// prints how many there were at the end.
import { DuckDBConnection } from '@duckdb/node-api'

const { EXR_TEST_AT: at, EXR_TEST_SIGNAL: signal } = process.env
const METHODS = ['run', 'runAndRead', 'runAndReadAll', 'stream', 'streamAndRead', 'prepare', 'createAppender']
let statements = 0
let depth = 0
for (const name of METHODS) {
  const method = DuckDBConnection.prototype[name]
  DuckDBConnection.prototype[name] = async function (...args) {
    // Some of them call one another.
    if (depth === 0 && ++statements === Number(at)) process.kill(process.pid, signal)
    depth++
    try {
      return await method.apply(this, args)
    } finally {
      depth--
    }
  }
}
process.on('exit', () => process.stderr.write(`statements: ${statements}\n`))
