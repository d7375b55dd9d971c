import { type RecordBatch, RecordBatchStreamWriter } from 'apache-arrow'

/** One table's batches as an Arrow IPC stream: schema, batches, end of stream. All must share one schema. */
export function toIpcStream(batches: RecordBatch | readonly RecordBatch[]): Uint8Array {
  const writer = new RecordBatchStreamWriter()
  for (const batch of 'schema' in batches ? [batches] : batches) writer.write(batch)
  return writer.finish().toUint8Array(true)
}
