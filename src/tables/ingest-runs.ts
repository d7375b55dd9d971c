import { optional, required, type TableDefinition } from './definition.ts'

/** One row per run of ingest. */
export const ingestRuns: TableDefinition = {
  name: 'ingest_runs',
  doc: 'one row per run of ingest',
  key: ['run_id'],
  parent: null,
  columns: [
    required('run_id', 'utf8', 'name of the run'),
    required('started_at', 'timestamp', 'start'),
    optional('ended_at', 'timestamp', 'end; null while it runs, and for one that did not come to its end'),
    optional('source', 'utf8', 'roots the run was asked for'),
    optional('found', 'int64', 'files found'),
    optional('inserted', 'int64', 'files that were new'),
    optional('updated', 'int64', 'files seen again'),
    optional('unchanged', 'int64', 'files skipped without opening'),
    optional('failed', 'int64', 'files that could not be read or written'),
    optional('tool_version', 'utf8', 'exr-inspector version'),
  ],
}
