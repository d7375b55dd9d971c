import { optional, required, type TableDefinition } from './definition.ts'

/** One row per writer, which each of its transactions brings up to date: their sum is what the catalog should hold. */
export const ledger: TableDefinition = {
  name: 'ledger',
  doc: 'one row per writer (a catalog opened once): what its transactions added and took away; the sum is what there is',
  key: ['writer_id'],
  parent: null,
  columns: [
    required('writer_id', 'utf8', 'made up when it opened the catalog'),
    optional(
      'follows',
      'utf8',
      'last commit known when it did: writer_id, colon, transactions; embedded catalogs only',
    ),
    required('started_at', 'timestamp', 'its first transaction'),
    required('last_commit_at', 'timestamp', 'its latest transaction'),
    required('transactions', 'int64', 'how many it committed'),
    required('files', 'int64', 'rows of files with a content_digest'),
    required('files_digest', 'utf8', 'hex, sum of their content_digest and the digests in latest_rows'),
    required('current_files', 'int64', 'those among them that nothing supersedes'),
    required('current_digest', 'utf8', 'the same sum over these'),
    required('inspections', 'int64', 'rows of inspections'),
    required('inspections_digest', 'utf8', 'hex, sum of the digests of these rows'),
    required('removals', 'int64', 'rows of removals'),
    required('removals_digest', 'utf8', 'hex, sum of the digests of these rows'),
  ],
}
