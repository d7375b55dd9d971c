import { createHash } from 'node:crypto'
import type { Policy } from '../policy.ts'
import type { ReportFinding, ValidationReport } from '../report.ts'
import type { Rule, Severity } from '../rule.ts'
import { RULES } from '../rules/index.ts'

const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json'
const PAGE = 'https://github.com/exr-inspector/exr-inspector/blob/main/docs/reference/rules.md'
const LEVELS: Record<Severity, 'note' | 'warning' | 'error'> = { info: 'note', warn: 'warning', error: 'error' }
/** Hosts show no more results of one run. */
const MAX_RESULTS = 5000

interface SarifOptions {
  readonly toolVersion: string
  /** Rules of the policy are listed with its own severities. */
  readonly policy: Policy
  /** Paths below it are told relative to it. Ends in a slash. */
  readonly root: string
}

/**
 * The report as SARIF 2.1.0: one result a rule and frame range, at most 5,000, the worst first; what was not and could
 * not be checked are notifications of the run, so that no host counts them as passed or failed.
 */
export function sarifReport({ findings, summary }: ValidationReport, options: SarifOptions): Record<string, unknown> {
  const { policy, toolVersion } = options
  const rules = [...new Map([...RULES, ...policy.custom]).values()]
  const indices = new Map(rules.map((rule, index) => [rule.id, index]))
  const failures = findings
    .filter(({ state }) => state === 'fail')
    .sort((a, b) => ORDER.indexOf(b.severity) - ORDER.indexOf(a.severity))
  const unchecked = findings.filter(({ state }) => state !== 'fail')
  const cut = failures.length - MAX_RESULTS
  const notifications = unchecked.slice(0, MAX_RESULTS).map((finding) => notification(finding, indices, options.root))
  if (cut > 0) {
    const text = `${cut} more results are left out; hosts show ${MAX_RESULTS} of a run. The JSON report has them all.`
    notifications.push({ level: 'warning', message: { text } })
  }
  return {
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'exr-inspector',
            version: toolVersion,
            semanticVersion: toolVersion,
            informationUri: 'https://github.com/exr-inspector/exr-inspector',
            rules: rules.map((rule) => ruleOf(rule, policy)),
          },
        },
        invocations: [{ executionSuccessful: true, toolExecutionNotifications: notifications }],
        originalUriBaseIds: { ROOT: { uri: fileUri(options.root) } },
        properties: { policy: summary.policy, policy_version: summary.policy_version, states: summary.states },
        results: failures.slice(0, MAX_RESULTS).map((finding) => resultOf(finding, indices, options.root)),
      },
    ],
  }
}

const ORDER: readonly Severity[] = ['info', 'warn', 'error']

function ruleOf({ id, title, severity, reason, remedy }: Rule, policy: Policy): Record<string, unknown> {
  const level = policy.rules.get(id)?.severity ?? (severity === 'policy' ? 'warn' : severity)
  return {
    id,
    shortDescription: { text: title },
    ...(reason !== undefined && { fullDescription: { text: reason } }),
    helpUri: `${PAGE}#${id}`,
    ...(remedy !== undefined && { help: { text: remedy } }),
    defaultConfiguration: { level: LEVELS[level], enabled: policy.rules.has(id) },
  }
}

function resultOf(finding: ReportFinding, indices: ReadonlyMap<string, number>, root: string): Record<string, unknown> {
  return {
    ruleId: finding.rule,
    ruleIndex: indices.get(finding.rule),
    level: LEVELS[finding.severity],
    message: { text: finding.frames === undefined ? finding.message : `${finding.message} (frames ${finding.frames})` },
    locations: [location(finding, root)],
    partialFingerprints: { 'finding/v1': fingerprint(finding, root) },
    properties: { expected: finding.expected, actual: finding.actual },
  }
}

function notification(
  finding: ReportFinding,
  indices: ReadonlyMap<string, number>,
  root: string,
): Record<string, unknown> {
  return {
    level: finding.state === 'cannot_check' ? 'warning' : 'note',
    message: { text: `${finding.rule} ${finding.state}: ${finding.message}` },
    associatedRule: { id: finding.rule, index: indices.get(finding.rule) },
    locations: [location(finding, root)],
    properties: { state: finding.state },
  }
}

function location({ path, byte_offset: offset, ...place }: ReportFinding, root: string): Record<string, unknown> {
  const logical = [
    place.sequence === undefined ? null : { name: place.sequence, kind: 'resource' },
    place.part_index === undefined ? null : { name: `part ${place.part_index}`, kind: 'member' },
    place.channel === undefined ? null : { name: place.channel, kind: 'member' },
    place.attribute === undefined ? null : { name: place.attribute, kind: 'member' },
  ].filter((entry) => entry !== null)
  return {
    physicalLocation: {
      artifactLocation: artifact(path, root),
      ...(offset !== undefined && { region: { byteOffset: offset, byteLength: 0 } }),
    },
    ...(logical.length > 0 && { logicalLocations: logical }),
  }
}

function artifact(path: string, root: string): Record<string, unknown> {
  if (path.startsWith(root)) return { uri: encoded(path.slice(root.length)), uriBaseId: 'ROOT' }
  // A name that is no UTF-8 is a URL already; of an object's key, # and ? are no parts of one.
  if (path.startsWith('file://')) return { uri: path }
  return { uri: path.includes('://') ? encodeURI(path).replace(/[#?]/g, encodeURIComponent) : fileUri(path) }
}

function fileUri(path: string): string {
  return path.startsWith('/') ? `file://${encoded(path)}` : encoded(path)
}

function encoded(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/')
}

/** The same finding in the next run: where and what, not which frames or values. */
export function fingerprint(
  { rule, path, sequence, part_index, channel, attribute }: ReportFinding,
  root: string,
): string {
  const place = sequence ?? path
  const text = [rule, place.startsWith(root) ? place.slice(root.length) : place, part_index, channel, attribute].join(
    '\0',
  )
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}
