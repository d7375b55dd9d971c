import { type Table as ArrowTable, Int64, Table, vectorFromArray } from 'apache-arrow'
import { afterAll } from 'vitest'
import { connect, type Session } from '../../src/vastdb/index.ts'
import { type Emulator, type EmulatorOptions, startEmulator } from '../../src/vastdb-emulator/index.ts'
import { type RawClient, rawClient } from './raw-client.ts'

export interface Setup {
  readonly emulator: Emulator
  readonly session: Session
  readonly raw: RawClient
}

/** An emulator in memory with a session and a bare client on it; closed after the file's last test. */
export async function setup(options: EmulatorOptions = {}): Promise<Setup> {
  const emulator = await startEmulator({ port: 0, ...options })
  const session = await connect({ endpoint: emulator.endpoint, accessKey: 'test', secretKey: 'test' })
  afterAll(async () => {
    await session.close()
    await emulator.close()
  })
  return { emulator, session, raw: rawClient(emulator.endpoint) }
}

/** Columns of 64-bit integers. */
export function integers(columns: Readonly<Record<string, readonly (number | null)[]>>): ArrowTable {
  const vectors = Object.entries(columns).map(([name, values]) => [
    name,
    vectorFromArray(
      values.map((value) => (value === null ? null : BigInt(value))),
      new Int64(),
    ),
  ])
  return new Table(Object.fromEntries(vectors))
}

/** Create a table in schema `s` of the default bucket and insert rows, committed. */
export async function createTable(session: Session, name: string, rows: ArrowTable): Promise<void> {
  await session.transaction(async (tx) => {
    const bucket = tx.bucket('vastdb')
    const exists = (await bucket.schemas()).some((schema) => schema.name === 's')
    const schema = exists ? bucket.schema('s') : await bucket.schema('s').create()
    const table = await schema.createTable(name, rows.schema)
    if (rows.numRows > 0) await table.insert(rows)
  })
}
