import type { PayloadValidation } from '../policy/index.ts'
import { columnsOf, type RecordTable } from './definition.ts'
import type { ValidationResultRow } from './facts.ts'
import { fileId, filePath } from './shared-columns.ts'

const { required, optional } = columnsOf<ValidationResultRow>()

/** What a policy said when the payload was made: failures and what was not or could not be checked, one row a rule. */
function resultRows(validation: Record<string, unknown>): ValidationResultRow[] {
  const { findings = [], policy = null, policy_version: version = null } = validation as Partial<PayloadValidation>
  const rows = new Map<string, ValidationResultRow>()
  for (const { rule, state, severity, part_index, message } of findings) {
    if (rows.has(rule)) continue
    const place = part_index === undefined ? {} : { part_index }
    rows.set(rule, {
      rule,
      ...place,
      state,
      severity,
      message,
      policy,
      policy_version: version === null ? null : String(version),
    })
  }
  return [...rows.values()]
}

/** One row per file and rule. */
export const validationResults = {
  name: 'validation_results',
  doc: 'one row per file and rule',
  key: ['file_id', 'rule'],
  parent: 'files',
  written: 'latest',
  rows: ({ record }) => record.facts?.validation_results ?? resultRows(record.payload.validation),
  columns: [
    fileId,
    filePath,
    required('rule', 'utf8', 'name of the rule'),
    optional('part_index', 'int32', 'part it speaks of; null for the file'),
    required('state', 'utf8', 'outcome'),
    optional('severity', 'utf8', 'weight the policy gives the rule'),
    optional('message', 'utf8', 'for people'),
    optional('policy', 'utf8', 'name of the policy'),
    optional('policy_version', 'utf8', 'version of the policy'),
    optional('validated_at', 'timestamp', 'when', (_, { record }) => record.inspectedAtUs),
  ],
} as const satisfies RecordTable<ValidationResultRow>
