import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Catalog } from '../../src/catalog/catalog.ts'
import { openCatalog } from '../../src/catalog/open.ts'
import { describeCatalog } from './suite.ts'

/** Rows of a table through the catalog's own SQL. */
async function tableRows(catalog: Catalog, table: string): Promise<Record<string, unknown>[]> {
  const { columns, rows } = await catalog.sql(`FROM ${table}`)
  return rows.map((row) => Object.fromEntries(columns.map((column, index) => [column.name, row[index]])))
}

describeCatalog('embedded DuckDB', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'catalog-'))
  return {
    open: () => openCatalog(join(folder, 'catalog.duckdb')),
    rows: tableRows,
    dispose: () => rm(folder, { recursive: true, force: true }),
  }
})
