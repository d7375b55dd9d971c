import { writeFileSync } from 'node:fs'
import { policyPages, rulePages } from '../src/policy/pages.ts'
import { policySchema } from '../src/policy/policy-schema.ts'

/** Writes docs/reference/rules.md, policies.md's list and policy.schema.json from the registry; a test compares them. */
writeFileSync('docs/reference/rules.md', rulePages())
writeFileSync('docs/reference/policies.md', policyPages())
writeFileSync('docs/reference/policy.schema.json', `${JSON.stringify(policySchema(), null, 2)}\n`)
