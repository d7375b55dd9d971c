import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { policiesPage, rulePages } from '../src/policy/pages.ts'
import { policySchema } from '../src/policy/policy-schema.ts'
import { starterPages } from '../src/policy/starter-pages.ts'

/** Writes docs/reference/rules.md, policies.md, a page a built-in policy and policy.schema.json from the registry; a test compares them. */
writeFileSync('docs/reference/rules.md', rulePages())
writeFileSync('docs/reference/policies.md', policiesPage())
writeFileSync('docs/reference/policy.schema.json', `${JSON.stringify(policySchema(), null, 2)}\n`)
rmSync('docs/reference/policies', { recursive: true, force: true })
mkdirSync('docs/reference/policies')
for (const [name, text] of await starterPages()) writeFileSync(`docs/reference/policies/${name}`, text)
