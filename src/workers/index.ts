export type { BatchOutcome, Pool, PoolOptions, PoolStatistics, RunOptions } from './pool.ts'
export { openPool } from './pool.ts'
export { poolData, poolTask, Transfer } from './task.ts'
