import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { createMetrics } from '../../src/function/metrics.ts'
import { projectRoot } from '../helpers.ts'

const read = (file: string) => readFileSync(join(projectRoot, 'deploy', file), 'utf8')

/** Names of metrics in a query; histograms are asked for by their buckets. */
const metricsIn = (query: string) =>
  [...query.matchAll(/\b(exr_\w+|process_\w+)\b/g)].map(([name]) => name!.replace(/_bucket$/, ''))

const known = new Set(
  createMetrics()
    .registry.getMetricsAsArray()
    .map(({ name }) => name),
)

it('shows metrics that the function has, and every one of them', () => {
  const { panels } = JSON.parse(read('grafana-dashboard.json')) as {
    panels: { title: string; targets: { expr: string }[] }[]
  }
  const shown = new Set(panels.flatMap(({ targets }) => targets.flatMap(({ expr }) => metricsIn(expr))))
  expect([...known].toSorted()).toEqual([...shown].toSorted())
})

it('raises alerts on metrics that the function has, each with what to do', () => {
  const runbook = readFileSync(join(projectRoot, 'docs/guides/dataengine-production.md'), 'utf8')
  const { groups } = parse(read('alerts.yaml')) as {
    groups: { rules: { alert: string; expr: string; annotations: Record<string, string> }[] }[]
  }
  const rules = groups.flatMap((group) => group.rules)
  expect(rules.length).toBeGreaterThan(4)
  for (const { alert, expr, annotations } of rules) {
    expect(
      metricsIn(expr).filter((name) => !known.has(name)),
      alert,
    ).toEqual([])
    expect(annotations['description']?.length, alert).toBeGreaterThan(40)
    expect(runbook, `a first look for ${alert}`).toContain(`| ${alert} |`)
  }
})
