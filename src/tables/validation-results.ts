import { hash } from 'node:crypto'
// Not the room's index: whoever opens a catalog would load every rule.
import { FILE_ANSWERS, keptFindings } from '../policy/answers.ts'
import type { PayloadValidation } from '../policy/index.ts'
import { columnsOf, type RecordTable } from './definition.ts'
import type { ValidationResultRow } from './facts.ts'
import type { FileRecord } from './record.ts'
import { fileId, filePath } from './shared-columns.ts'

const { required, optional } = columnsOf<ValidationResultRow>()

/** Which bytes of a file were looked at: its header, and what the file system or the object store says of the rest. */
export interface JudgedBytes {
  readonly headerHash: string
  readonly sizeBytes: number | bigint | null
  readonly mtimeUs: bigint | null
  readonly etag: string | null
}

/** `judged_from`: the same policy over the same bytes gives the same results. */
export function judgedFrom(policyDigest: string, { headerHash, sizeBytes, mtimeUs, etag }: JudgedBytes): string {
  return hash('sha256', [policyDigest, headerHash, sizeBytes, mtimeUs, etag].join('\0'), 'hex').slice(0, 32)
}

/** What a policy said when the payload was made: failures and what was not or could not be checked, one row a rule. */
function resultRows({ record, mtimeUs }: FileRecord): ValidationResultRow[] {
  const { file, validation } = record.payload
  const { policy, policy_version, policy_digest, answers, findings = [] } = validation as Partial<PayloadValidation>
  if (policy === undefined) return []
  const from = { headerHash: file.header_hash, sizeBytes: file.size_bytes, mtimeUs, etag: file.etag ?? null }
  return keptFindings(answers ?? '', findings).map((row) => ({
    ...row,
    policy,
    policy_version: policy_version === undefined ? null : String(policy_version),
    judged_from: row.rule === FILE_ANSWERS && policy_digest !== undefined ? judgedFrom(policy_digest, from) : null,
  }))
}

/** One row per file and rule, and one for all of its rules. */
export const validationResults = {
  name: 'validation_results',
  doc: 'one row per file and rule',
  key: ['file_id', 'rule'],
  parent: 'files',
  written: 'latest',
  rows: (file) => file.record.facts?.validation_results ?? resultRows(file),
  columns: [
    fileId,
    filePath,
    required('rule', 'utf8', 'name of the rule; * for all rules of the file, *sequence for those of its sequence'),
    optional('part_index', 'int32', 'part it speaks of; null for the file'),
    required('state', 'utf8', 'outcome; of several the worst'),
    optional('severity', 'utf8', 'weight the policy gives the rule'),
    optional('message', 'utf8', 'for people'),
    optional('policy', 'utf8', 'name of the policy'),
    optional('policy_version', 'utf8', 'version of the policy'),
    optional('validated_at', 'timestamp', 'when', (_, { record }) => record.inspectedAtUs),
    optional('judged_from', 'utf8', 'digest of policy and file, in rows of all rules: the same needs no second look'),
    optional('details', 'utf8', 'JSON: every finding of the rule, or the answer of each rule'),
  ],
} as const satisfies RecordTable<ValidationResultRow>
