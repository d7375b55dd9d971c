/** One step between two versions of the schema, in DuckDB's SQL. */
export interface Migration {
  readonly version: number
  /** What it does. */
  readonly name: string
  /** From `version - 1` to `version`. Statements run in order, in one transaction with the others of the run. */
  readonly up: readonly string[]
  /** And back. Rows of tables that go are lost; rows of tables that stay are kept. */
  readonly down: readonly string[]
}

/** A step taken. */
export interface AppliedMigration {
  readonly version: number
  readonly name: string
  readonly direction: 'up' | 'down'
}
