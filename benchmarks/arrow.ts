// How long does it take to turn payloads into Arrow batches and IPC bytes?
import { tableFromIPC } from 'apache-arrow'
import { farmFiles } from './farm.ts'
import { check, type Outcome, product, row, times } from './frame.ts'

const BATCH = 256

export async function run(): Promise<Outcome> {
  const { inspectFileSync } = await product<typeof import('../src/inspect/inspect-file.ts')>('inspect/inspect-file')
  const arrow = await product<typeof import('../src/arrow/index.ts')>('arrow/index')
  const tables = await product<typeof import('../src/tables/index.ts')>('tables/index')

  const records = farmFiles()
    .filter((_, index) => index % 4 === 0)
    .slice(0, BATCH)
    .map((file) => ({ payload: inspectFileSync(file), inspectedAtUs: 0n, durationUs: 0 }))
  const options = { runId: 'benchmark' }
  const withVectors = records.map((record) => ({ ...record, vectors: tables.recordVectors(record.payload) }))
  const encoded = tables.encodeRecords(withVectors, options)
  const batches = arrow.encodedToBatches(encoded)
  const toIpc = () => Object.values(batches).map((batch) => arrow.toIpcStream(batch))
  const bytes = toIpc()
  const rowsIn = Object.values(batches).reduce((sum, batch) => sum + batch.numRows, 0)
  const rowsOut = bytes.reduce((sum, stream) => sum + tableFromIPC(stream).numRows, 0)
  check(rowsIn === rowsOut && batches.files.numRows === BATCH, `${rowsIn} rows became ${rowsOut}`)

  const perFile = 1000 / BATCH
  return {
    input: { files: BATCH, rows: rowsIn, ipcBytes: bytes.reduce((sum, stream) => sum + stream.length, 0) },
    rows: [
      row(
        'payloads to columns, vectors given',
        'us/file',
        await times(20, 5, () => tables.encodeRecords(withVectors, options)),
        perFile,
      ),
      row(
        'payloads to columns, vectors computed',
        'us/file',
        await times(20, 5, () => tables.encodeRecords(records, options)),
        perFile,
      ),
      row('columns to RecordBatches', 'us/file', await times(20, 5, () => arrow.encodedToBatches(encoded)), perFile),
      row('RecordBatches to IPC streams', 'us/file', await times(20, 5, toIpc), perFile),
    ],
    leavesOut: ['reading the files', 'writing the bytes anywhere'],
  }
}
