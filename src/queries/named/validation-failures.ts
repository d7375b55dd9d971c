import { defineQuery, limit, where } from '../query.ts'

/** Rules that files break. */
export const validationFailures = defineQuery({
  name: 'validation-failures',
  title: 'Which rules of which policy do files break?',
  doc: 'Counts failed rules of live files that were judged (`ingest --validate`, `validate --catalog`); files that never were are not counted.',
  parameters: {
    policy: { type: 'text', doc: 'only this policy', optional: true },
    severity: { type: 'list', doc: 'only these severities', default: ['error', 'warn', 'info'] },
    where,
    limit,
  },
  columns: {
    policy: { type: 'text', doc: 'policy' },
    policy_version: { type: 'text', doc: 'its version' },
    rule: { type: 'text', doc: 'rule' },
    severity: { type: 'text', doc: 'weight the policy gives the rule' },
    file_count: { type: 'integer', doc: 'files that break it' },
    example: { type: 'text', doc: 'first of them' },
    message: { type: 'text', doc: 'what is said of it' },
  },
  sql: (
    { policy, severity, where, limit },
    { frames, table, literal, literals },
  ) => `SELECT v.policy, v.policy_version, v.rule, v.severity,
  count(*) AS file_count, min(frame.file_path) AS example, min_by(v.message, frame.file_path) AS message
FROM ${table('validation_results')} v
JOIN (SELECT file_id, file_path FROM ${frames} chosen WHERE (${where}
)) frame ON frame.file_id = v.file_id
WHERE v.state = 'fail' AND v.rule NOT IN ('*', '*sequence') AND v.severity IN ${literals(severity)}${policy === null ? '' : ` AND v.policy = ${literal(policy)}`}
GROUP BY v.policy, v.policy_version, v.rule, v.severity
ORDER BY file_count DESC, v.policy, v.rule LIMIT ${limit}`,
})
