/** The DataEngine function for embedding (`init` once, `handler` per event), or the whole HTTP server around it. */
export * from '../function/index.ts'
export { pinoLogger } from './logger.ts'
export { createServer, type FunctionServer } from './server.ts'
