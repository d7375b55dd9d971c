/** A program that starts a child process and says its id: to be killed, or (`forget`) to end by itself. */
import { fileURLToPath } from 'node:url'
import { openPool } from '../../../src/workers/index.ts'

const worker = fileURLToPath(new URL('../test-worker.mjs', import.meta.url))
const pool = openPool<{ deed: string }, number[]>({ worker, isolation: 'process', maxWorkers: 1 })
const [pid] = await pool.ask({ deed: 'pid' })
console.log(pid)
if (process.argv[2] !== 'forget') await pool.ask({ deed: 'spin' })
