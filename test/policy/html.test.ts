import { expect, it } from 'vitest'
import { styleFor } from '../../src/cli/style.ts'
import { reportText } from '../../src/cli/validate/text.ts'
import { defineRule, loadPolicyText, validate, withRules } from '../../src/policy/index.ts'
import { htmlReport } from '../../src/policy/reports/html.ts'
import { sarifReport } from '../../src/policy/reports/sarif.ts'
import { madeFacts } from './make-facts.ts'

it('tells the worst first', async () => {
  const custom = (['info', 'error', 'warn'] as const).map(
    (severity) => `{id: show-${severity}, select: file, severity: ${severity}, assert: "false"}`,
  )
  const policy = await loadPolicyText(`custom: [${custom.join(', ')}]`, 'p.yaml')
  const report = validate([madeFacts({ path: '/show/a.exr' }), madeFacts({ path: '/show/b.exr' })], policy)
  const page = htmlReport(report, policy)
  const told = [...page.matchAll(/<td class="(error|warn|info)">/g)].map(([, severity]) => severity)
  expect(told).toEqual(['error', 'error', 'warn', 'warn', 'info', 'info'])
})

it('tells the remedies of own rules beside those of built-in ones, as the terminal and SARIF do', async () => {
  const custom = '{id: show-owner, select: file, assert: "false", remedy: "Ask <the> owner."}'
  const policy = await loadPolicyText(`rules: {file-not-empty: error}\ncustom: [${custom}]`, 'p.yaml')
  const coded = withRules(policy, [
    defineRule({
      id: 'show-code',
      title: 'Never right.',
      severity: 'warn',
      source: ['test'],
      tier: 'names',
      remedy: 'Call the pipeline desk.',
      check: () => [{ expected: 'this', actual: 'that' }],
    }),
  ])
  const report = validate([madeFacts({ path: '/show/a.exr' })], coded)
  const page = htmlReport(report, coded)
  expect(page).toContain('Ask &lt;the&gt; owner.')
  expect(page).toContain('Call the pipeline desk.')
  const text = reportText(report, { style: styleFor({}, {}), width: 80, policy: coded, root: '/', all: false })
  expect(text).toContain('Ask <the> owner.')
  expect(text).toContain('Call the pipeline desk.')
  const sarif = sarifReport(report, { toolVersion: '1.0.0', policy: coded, root: '/' })
  expect(JSON.stringify(sarif)).toContain('"help":{"text":"Ask <the> owner."}')
})
