/** Makes docs/reference/queries.md from the queries: `npx tsx scripts/query-pages.ts`. A test compares the two. */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type NamedQuery, type Parameter, QUERIES } from '../src/queries/index.ts'

const HEAD = `# Named queries

Questions that a catalog answers by name, on the command line (\`exr-inspector query <name>\`) and in the library (\`ask(catalog, '<name>',
{...})\` of \`exr-inspector/queries\`, rows with types). All speak of live files: the current header of every path that is not removed. \`where\` (\`--where\`) is one SQL
condition over the columns of \`files\` and of a file's first part ([catalog.md](catalog.md)), as \`similar\` and \`validate\` take it. Other
parameters are given by \`-p name=value\`, lists with commas. \`--explain\` prints the SQL. Null is unknown.

An embedded catalog answers all of them, and so does a VAST cluster's own engine (VAST_DB_SEARCH=engine); Trino all but those that
say otherwise; a VAST catalog without either has no SQL. Whoever asks on the command line is told when there may be more rows.
Made from \`src/queries/named\`.
`

/** The page. */
export function queriesPage(): string {
  const queries = Object.values(QUERIES) as unknown as readonly NamedQuery[]
  return `${HEAD}\n${queries.map(section).join('\n')}`
}

function section({ name, title, doc, parameters, columns, unanswered = {} }: NamedQuery): string {
  const limits = Object.values(unanswered).map((reason) => `Not through Trino: ${reason}.`)
  const told = Object.entries(parameters).map(
    ([parameter, about]) => `| ${code(parameter)} | ${typeOf(about)} | ${about.doc} |`,
  )
  const given = Object.entries(columns).map(([column, about]) => `| ${code(column)} | ${about.type} | ${about.doc} |`)
  return [
    `## ${name}`,
    '',
    `${title} ${[doc, ...limits].join(' ')}`,
    '',
    '| parameter | type | |',
    '| --- | --- | --- |',
    ...told,
    '',
    '| column | type | |',
    '| --- | --- | --- |',
    ...given,
    '',
  ].join('\n')
}

function typeOf({ type, default: fallback, optional }: Parameter): string {
  if (fallback === undefined) return optional ? `${type}, optional` : `${type}, needed`
  const text = Array.isArray(fallback) ? fallback.join(',') : String(fallback)
  return text === '' ? `${type}, none unless given` : `${type}, ${code(text)} unless given`
}

function code(text: string): string {
  return `\`${text}\``
}

const file = fileURLToPath(new URL('../docs/reference/queries.md', import.meta.url))
if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(file, queriesPage())
