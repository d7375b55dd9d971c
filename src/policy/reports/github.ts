import type { ValidationReport } from '../report.ts'
import type { Severity } from '../rule.ts'

const COMMANDS: Record<Severity, string> = { info: 'notice', warn: 'warning', error: 'error' }

/** Workflow commands of GitHub Actions, one a failure: annotations beside the files of a change. */
export function githubReport({ findings }: ValidationReport, root: string): string {
  return findings
    .filter(({ state }) => state === 'fail')
    .map(({ severity, path, rule, message, frames }) => {
      const file = path.startsWith(root) ? path.slice(root.length) : path
      const text = frames === undefined ? message : `${message} (frames ${frames})`
      return `::${COMMANDS[severity]} file=${property(file)},title=${property(rule)}::${data(text)}\n`
    })
    .join('')
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
