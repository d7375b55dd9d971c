/** Makes docs/reference/configuration.md from the definitions: `npx tsx scripts/configuration.ts`. A test compares the two. */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { VARIABLES, type Variable } from '../src/settings/variables.ts'

const HEAD = `# Configuration

Every setting there is, made from the definitions in \`src/settings/variables.ts\`. A flag wins over a mounted secret (the function's, below
\`EXR_SECRETS_DIR\`: \`<key>\`, \`<secret>/<key>\`, or a JSON or YAML file of values), a secret over the environment, the environment over
the default. An empty value is none. Bytes may have a unit of 1024 (\`16M\`, \`1GiB\`); true may be written \`1\`, \`yes\` or \`on\`; lists are
separated by commas. A value that does not fit ends the program with ERR_OPTION_INVALID, which names the setting.
`

/** The page. */
export function configurationPage(): string {
  const variables = Object.entries(VARIABLES) as [string, Variable][]
  const sections = [...new Set(variables.map(([, { section }]) => section))]
  const tables = sections.map(
    (section) => `## ${section}\n\n${table(variables.filter(([, variable]) => variable.section === section))}`,
  )
  return `${HEAD}\n${tables.join('\n\n')}\n`
}

function table(variables: readonly [string, Variable][]): string {
  const rows = variables.map(([name, variable]) => {
    const names = [name, ...(variable.names ?? [])].map(code).join(', ')
    return `| ${names} | ${variable.flag === undefined ? '' : code(variable.flag)} | ${defaultOf(variable)} | ${meaningOf(variable)} |`
  })
  return ['| variable | flag | default | meaning |', '| --- | --- | --- | --- |', ...rows].join('\n')
}

function defaultOf({ value, otherwise, isBytes }: Variable): string {
  if (value === undefined) return otherwise ?? 'none'
  return code(isBytes === true ? withUnit(Number(value)) : String(value))
}

function meaningOf({ meaning, min, max, isBytes }: Variable): string {
  if (min === undefined || max === undefined) return meaning
  const [from, to] = [min, max].map((bound) => (isBytes === true ? withUnit(bound) : String(bound)))
  return `${meaning} (${from} to ${to})`
}

function withUnit(bytes: number): string {
  const units = ['', 'K', 'M', 'G', 'T']
  let unit = 0
  while (unit < units.length - 1 && bytes % 1024 === 0 && bytes > 0) {
    bytes /= 1024
    unit++
  }
  return `${bytes}${units[unit]}`
}

function code(text: string): string {
  return `\`${text}\``
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(new URL('../docs/reference/configuration.md', import.meta.url), configurationPage())
}
