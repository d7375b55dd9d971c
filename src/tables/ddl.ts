import type { ColumnDefinition, ColumnType, TableDefinition } from './definition.ts'

/** `trino` is the SQL of Trino's VAST connector. */
type SqlDialect = 'duckdb' | 'trino'

const SCALARS = {
  duckdb: {
    utf8: 'VARCHAR',
    int32: 'INTEGER',
    int64: 'BIGINT',
    float32: 'FLOAT',
    float64: 'DOUBLE',
    bool: 'BOOLEAN',
    timestamp: 'TIMESTAMPTZ',
    binary: 'BLOB',
  },
  trino: {
    utf8: 'VARCHAR',
    int32: 'INTEGER',
    int64: 'BIGINT',
    float32: 'REAL',
    float64: 'DOUBLE',
    bool: 'BOOLEAN',
    timestamp: 'TIMESTAMP(6)',
    binary: 'VARBINARY',
  },
} as const

/** The SQL type of a column. Trino has no vectors of fixed length, so there they are arrays. */
export function sqlType(type: ColumnType, dialect: SqlDialect): string {
  if (typeof type === 'string') return SCALARS[dialect][type]
  if (dialect === 'trino') return 'ARRAY(REAL)'
  return 'vector' in type ? `FLOAT[${type.vector}]` : 'FLOAT[]'
}

/** One CREATE TABLE statement, with the meaning of each column beside it. `schema` is written as given. */
export function createTableSql(table: TableDefinition, dialect: SqlDialect, schema?: string): string {
  const name = schema === undefined ? table.name : `${schema}.${table.name}`
  const lines = table.columns.map((column, index) => {
    const comma = index === table.columns.length - 1 ? '' : ','
    return `  ${columnSql(column, dialect)}${comma} -- ${column.doc}`
  })
  return `-- ${table.doc}\nCREATE TABLE IF NOT EXISTS ${name} (\n${lines.join('\n')}\n);`
}

function columnSql(column: ColumnDefinition, dialect: SqlDialect): string {
  return `${column.name} ${sqlType(column.type, dialect)}${column.nullable ? '' : ' NOT NULL'}`
}
