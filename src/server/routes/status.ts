import type { FastifyInstance } from 'fastify'
import { toolVersion } from '../../settings/version.ts'
import type { Service } from '../service.ts'

/** What the status page tells. */
interface Status {
  readonly function: string
  readonly version: string
  readonly state: string
  readonly startedAt: string
  readonly node: string
  readonly residentBytes: number
  /** Pieces of work by outcome since the start. */
  readonly events: Readonly<Record<string, number>>
  readonly queued: number
  readonly active: number
  /** Latest failures, newest first. */
  readonly lastErrors: Service['mishaps']
}

/** `GET /`: counters, last errors and version, as a page for people; `GET /status.json` for scripts. */
export function statusRoutes(service: Service) {
  return async (app: FastifyInstance): Promise<void> => {
    app.get('/status.json', async () => readStatus(service))
    app.get('/', async (_request, reply) =>
      reply
        .header('content-type', 'text/html; charset=utf-8')
        // Paths and messages come from strangers: they are escaped, and nothing on the page may run.
        .header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'")
        .header('x-content-type-options', 'nosniff')
        .send(statusPage(await readStatus(service))),
    )
  }
}

async function readStatus({ settings, metrics, state, startedAt, mishaps }: Service): Promise<Status> {
  const [events, queued, active] = await Promise.all([metrics.events.get(), metrics.queued.get(), metrics.active.get()])
  return {
    function: settings.functionName,
    version: toolVersion(),
    state,
    startedAt: startedAt.toISOString(),
    node: process.version,
    residentBytes: process.memoryUsage.rss(),
    events: Object.fromEntries(events.values.map(({ labels, value }) => [String(labels.outcome), value])),
    queued: queued.values[0]?.value ?? 0,
    active: active.values[0]?.value ?? 0,
    lastErrors: mishaps,
  }
}

/** The page: plain HTML without scripts, which reads itself again every ten seconds. */
function statusPage(status: Status): string {
  const facts: [string, string][] = [
    ['State', status.state],
    ['Version', status.version],
    ['Node', status.node],
    ['Running since', status.startedAt],
    ['Memory', `${Math.round(status.residentBytes / 2 ** 20)} MiB resident`],
    ['Waiting', String(status.queued)],
    ['In work', String(status.active)],
    ...Object.entries(status.events).map(([outcome, count]): [string, string] => [`Events: ${outcome}`, String(count)]),
  ]
  const rows = facts.map(([name, value]) => `<tr><th>${escapeHtml(name)}</th><td>${escapeHtml(value)}</td></tr>`)
  const errors = status.lastErrors.map(
    ({ at, outcome, code, path, message }) =>
      `<tr>${[at, outcome, code, path, message].map((cell) => `<td>${escapeHtml(cell)}</td>`).join('')}</tr>`,
  )
  const heading = ['When', 'Outcome', 'Code', 'Location', 'Message'].map((name) => `<th>${name}</th>`).join('')
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="10">
<title>${escapeHtml(status.function)}</title>
<style>body{font:14px system-ui,sans-serif;margin:2rem;max-width:70rem}table{border-collapse:collapse;margin-bottom:2rem}
th,td{text-align:left;padding:.25rem .75rem;border-bottom:1px solid #ccc;vertical-align:top;overflow-wrap:anywhere}</style>
</head><body><h1>${escapeHtml(status.function)}</h1>
<table>${rows.join('\n')}</table>
<h2>Last errors</h2>
${errors.length === 0 ? '<p>None since the start.</p>' : `<table><tr>${heading}</tr>\n${errors.join('\n')}</table>`}
</body></html>
`
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escapeHtml(text: string): string {
  return text.toWellFormed().replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? character)
}
