import { describe, expect, it } from 'vitest'
import {
  defineRule,
  eachPart,
  loadPolicy,
  loadPolicyText,
  needsOf,
  textOf,
  validate,
  withRules,
} from '../../src/policy/index.ts'
import { madeFacts } from './make-facts.ts'

const facts = { title: 'Every part names its owner.', severity: 'warn', tier: 'header', source: ['test'] } as const
const owner = defineRule({
  ...facts,
  id: 'show-owner',
  options: { name: { type: 'string', default: null, about: 'whose it is' } },
  check: (file, options) =>
    eachPart(
      file,
      () => true,
      (part) => {
        const found = textOf(part, 'owner')
        return found === options['name']
          ? []
          : [{ attribute: 'owner', expected: `${options['name']}`, actual: `${found}` }]
      },
    ),
})
const alike = defineRule({
  ...facts,
  id: 'show-alike',
  collect: (file) => textOf(file.parts[0]!, 'owner'),
  judge: ({ files }) =>
    files.every(({ value }) => value === files[0]?.value)
      ? []
      : [{ expected: 'one owner', actual: files.map(({ value }) => value).join(', ') }],
})
const owned = (by: string, frame = 1001) =>
  madeFacts({ path: `/show/f.${frame}.exr`, parts: [{ attributes: { owner: ['string', by] } }] })

describe('rules in code', () => {
  it('judge files and sequences beside those of the policy', async () => {
    const policy = withRules(await loadPolicy('core'), [owner, alike], { 'show-owner': { name: 'us' } })
    const report = validate([owned('us'), owned('them', 1002)], policy)
    const failed = report.findings.filter(({ state }) => state === 'fail')
    expect(failed.map(({ rule, severity, expected, actual }) => [rule, severity, expected, actual])).toEqual([
      ['show-owner', 'warn', 'us', 'them'],
      ['show-alike', 'warn', 'one owner', 'us, them'],
    ])
    expect(validate([owned('us')], policy).summary.states.fail).toBe(0)
  })

  it('are read for, and change the digest by which results are kept', async () => {
    const empty = await loadPolicyText('rules: {}', 'p.yaml')
    const pixels = defineRule({ ...facts, id: 'show-pixels', tier: 'pixels', check: () => null })
    expect([needsOf(empty).tier, needsOf(withRules(empty, [pixels])).tier]).toEqual(['names', 'pixels'])
    const other = defineRule({ ...facts, id: 'show-pixels', tier: 'pixels', check: () => [] })
    const digests = [empty, withRules(empty, [pixels]), withRules(empty, [other])].map(({ digest }) => digest)
    expect(new Set(digests).size).toBe(3)
    expect(withRules(empty, [pixels]).digest).toBe(digests[1])
  })

  it.each([
    ['seq-missing', 'There is a built-in rule seq-missing already'],
    ['Show Owner', 'Expected an id such as show-owner'],
    ['owner', 'Expected an id such as show-owner'],
  ])('are refused by the id %s', (id, message) => {
    expect(() => defineRule({ ...facts, id, check: () => null })).toThrow(message)
  })

  it('are refused twice', async () => {
    const policy = withRules(await loadPolicy('core'), [owner])
    expect(() => withRules(policy, [owner])).toThrow('Policy core has a rule show-owner already')
  })
})
