import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Schema, type Table, tableFromIPC } from 'apache-arrow'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connect, type Session } from '../../src/vastdb/index.ts'
import { type Emulator, startEmulator } from '../../src/vastdb-emulator/index.ts'
import { everything } from '../vastdb/rows.ts'
import { runScript, vastPython } from './python.ts'

describe.runIf(vastPython)('rows exchanged with the vendor’s SDK', () => {
  const folder = mkdtempSync(join(tmpdir(), 'vast-exchange-'))
  let emulator: Emulator
  let session: Session

  beforeAll(async () => {
    emulator = await startEmulator({ port: 0 })
    session = await connect({ endpoint: emulator.endpoint, accessKey: 'test', secretKey: 'test' })
  })
  afterAll(async () => {
    await session?.close()
    await emulator?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it('are read by it as we wrote them', async () => {
    const table = everything(50)
    await session.transaction(async (tx) => {
      const schema = await tx.bucket('vastdb').schema('ours').create()
      await (await schema.createTable('t', table.schema as Schema)).insert(table)
    })
    const path = join(folder, 'ours.arrow')
    await runScript('exchange.py', { endpoint: emulator.endpoint, mode: 'read', schema: 'ours', table: 't', path })
    const read = tableFromIPC(readFileSync(path))
    const names = table.schema.fields.map((field) => field.name)
    expect(rowsOf(read.select(names as never))).toEqual(rowsOf(table))
    expect([...read.getChild('$row_id')!]).toEqual(Array.from({ length: 50 }, (_, i) => BigInt(i)))
    expect(typesOf(read.select(names as never))).toEqual(typesOf(table))
  })

  it('are read by us as it wrote them', async () => {
    const path = join(folder, 'theirs.arrow')
    await runScript('exchange.py', { endpoint: emulator.endpoint, mode: 'write', schema: 'theirs', table: 't', path })
    const written = tableFromIPC(readFileSync(path))
    const read = await session.transaction((tx) => tx.bucket('vastdb').schema('theirs').table('t').select().toTable())
    expect(typesOf(read)).toEqual(typesOf(written))
    expect(rowsOf(read)).toEqual(rowsOf(written))
  })
})

function typesOf(table: Table): string[] {
  return table.schema.fields.map((field) => `${field.name}: ${String(field.type).replace(/^Map<.*/, 'Map')}`)
}

/** Rows as text, so that nested values compare by value. */
function rowsOf(table: Table): string[] {
  return table
    .toArray()
    .map((row) => JSON.stringify(row, (_, value) => (typeof value === 'bigint' ? `${value}n` : value)))
}
