import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadPolicyText, type PolicyFacts, policySchema, RULES, validate } from '../../src/policy/index.ts'
import { policyPages, rulePages } from '../../src/policy/pages.ts'
import { cryptomatteId, murmur3 } from '../../src/policy/rules/murmur3.ts'
import { projectRoot } from '../paths.ts'
import { RULE_CASES } from './rule-cases.ts'

/** Rules whose facts nothing gives yet: they are never answered, and say so. */
const UNANSWERED = ['deliver-plate-unchanged', 'pixel-premultiplied']

async function statesOf(id: string, facts: readonly PolicyFacts[], options: object | undefined): Promise<string[]> {
  const setting = { severity: 'error', ...(options !== undefined && { options }) }
  const policy = await loadPolicyText(JSON.stringify({ version: 1, rules: { [id]: setting } }), 'test.json')
  const { states } = validate(facts, policy).summary
  return Object.entries(states).flatMap(([state, count]) => (count > 0 ? [state] : []))
}

describe('every rule', () => {
  it('has its cases, or is known to be unanswered', () => {
    expect([...Object.keys(RULE_CASES), ...UNANSWERED].sort()).toEqual([...RULES.keys()].sort())
    expect(RULES.size).toBe(189)
  })

  it.each(Object.entries(RULE_CASES))('%s passes, fails, and tells where it says neither', async (id, rule) => {
    expect(await statesOf(id, rule.pass, rule.options)).toEqual(['pass'])
    expect(await statesOf(id, rule.fail, rule.options)).toContain('fail')
    const expected = rule.otherState ?? 'not_applicable'
    const told = await statesOf(id, rule.other, rule.options)
    expect(told.length === 0 ? ['not_applicable'] : told).toEqual([expected])
  })

  it('has its page, and policies and the schema theirs', () => {
    const page = (name: string) => readFileSync(join(projectRoot, 'docs/reference', name), 'utf8')
    expect(page('rules.md')).toBe(rulePages())
    expect(page('policies.md')).toBe(policyPages())
    expect(JSON.parse(page('policy.schema.json'))).toEqual(policySchema())
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
