import { expect, it } from 'vitest'
import { loadPolicyText, validate } from '../../src/policy/index.ts'
import { htmlReport } from '../../src/policy/reports/html.ts'
import { madeFacts } from './make-facts.ts'

it('tells the worst first', async () => {
  const custom = (['info', 'error', 'warn'] as const).map(
    (severity) => `{id: show-${severity}, select: file, severity: ${severity}, assert: "false"}`,
  )
  const policy = await loadPolicyText(`custom: [${custom.join(', ')}]`, 'p.yaml')
  const page = htmlReport(validate([madeFacts({ path: '/show/a.exr' }), madeFacts({ path: '/show/b.exr' })], policy))
  const told = [...page.matchAll(/<td class="(error|warn|info)">/g)].map(([, severity]) => severity)
  expect(told).toEqual(['error', 'error', 'warn', 'warn', 'info', 'info'])
})
