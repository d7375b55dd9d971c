import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { loadPolicy, loadPolicyText, type PolicyFacts, policySchema, RULES, validate } from '../../src/policy/index.ts'
import { policiesPage, rulePages } from '../../src/policy/pages.ts'
import { cryptomatteId, murmur3 } from '../../src/policy/rules/murmur3.ts'
import { starterPages } from '../../src/policy/starter-pages.ts'
import { projectRoot } from '../paths.ts'
import { RULE_CASES } from './rule-cases.ts'

async function statesOf(id: string, facts: readonly PolicyFacts[], options: object | undefined): Promise<string[]> {
  const setting = { severity: 'error', ...(options !== undefined && { options }) }
  const policy = await loadPolicyText(JSON.stringify({ version: 1, rules: { [id]: setting } }), 'test.json')
  const { states } = validate(facts, policy).summary
  return Object.entries(states).flatMap(([state, count]) => (count > 0 ? [state] : []))
}

describe('every rule', () => {
  it('has its cases, a reason and a remedy', () => {
    const silent = [...RULES.values()].filter(({ reason, remedy }) => !reason?.endsWith('.') || !remedy?.endsWith('.'))
    expect(silent.map(({ id }) => id)).toEqual([])
    expect(Object.keys(RULE_CASES).sort()).toEqual([...RULES.keys()].sort())
    expect(RULES.size).toBe(189)
  })

  it.each(Object.entries(RULE_CASES))('%s passes, fails, and tells where it says neither', async (id, rule) => {
    expect(await statesOf(id, rule.pass, rule.options)).toEqual(['pass'])
    expect(await statesOf(id, rule.fail, rule.options)).toContain('fail')
    const expected = rule.otherState ?? 'not_applicable'
    const told = await statesOf(id, rule.other, rule.options)
    expect(told.length === 0 ? ['not_applicable'] : told).toEqual([expected])
  })

  it('has its page, and policies and the schema theirs', async () => {
    const page = (name: string) => readFileSync(join(projectRoot, 'docs/reference', name), 'utf8')
    expect(page('rules.md')).toBe(rulePages())
    expect(page('policies.md')).toBe(policiesPage())
    const starters = await starterPages()
    expect(readdirSync(join(projectRoot, 'docs/reference/policies')).sort()).toEqual([...starters.keys()].sort())
    for (const [name, text] of starters) expect(page(`policies/${name}`)).toBe(text)
    expect(JSON.parse(page('policy.schema.json'))).toEqual(policySchema())
  })
})

describe('the page of every built-in policy', () => {
  it('shows an extension that loads and differs from what it extends, and names every rule with its level', async () => {
    for (const [name, text] of await starterPages()) {
      const starter = name.replace('.md', '')
      const example = /```yaml\n([\s\S]*?)```/.exec(text)?.[1] ?? ''
      const [plain, extended] = [await loadPolicy(starter), await loadPolicyText(example, 'my.yaml')]
      expect(JSON.stringify([...extended.rules]), name).not.toBe(JSON.stringify([...plain.rules]))
      for (const id of Object.keys(parse(example).rules)) {
        // What an example switches off was on before.
        if (!extended.rules.has(id)) expect(plain.rules.has(id), `${name} ${id}`).toBe(true)
      }
      const rows = [...text.matchAll(/^\| \[([a-z0-9-]+)\]\(\S+\) \| (error|warn|info) \|/gm)].map(([, id]) => id)
      expect(rows.sort(), name).toEqual([...plain.rules.keys()].sort())
    }
  })
})

describe('hashes of Cryptomatte', () => {
  it('are those of mmh3, with exponents that a float cannot hold moved', () => {
    // python: mmh3.hash(name, signed=False)
    expect(murmur3('hello')).toBe(0x248bfa47)
    expect(murmur3('')).toBe(0)
    expect(cryptomatteId('')).toBe('00800000')
  })
})
