import { optional, required, type TableDefinition } from './definition.ts'

/** One row per migration applied. */
export const schemaMigrations: TableDefinition = {
  name: 'schema_migrations',
  doc: 'one row per migration applied',
  key: ['version'],
  parent: null,
  columns: [
    required('version', 'int32', 'number of the migration'),
    required('name', 'utf8', 'what it does'),
    required('applied_at', 'timestamp', 'when'),
    optional('tool_version', 'utf8', 'exr-inspector version'),
  ],
}
