export { columnData, encodedToBatches, type RecordBatches, recordsToBatches, tableBatch } from './batches.ts'
export { toIpcStream } from './ipc.ts'
export { arrowSchema, arrowType } from './schema.ts'
