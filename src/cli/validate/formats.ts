import type { Policy, ValidationReport } from '../../policy/index.ts'
import { githubReport } from '../../policy/reports/github.ts'
import { htmlReport, type ReportPicture } from '../../policy/reports/html.ts'
import { junitReport } from '../../policy/reports/junit.ts'
import { sarifReport } from '../../policy/reports/sarif.ts'
import { toolVersion } from '../../settings/version.ts'
import { type CliContext, widthOf } from '../context.ts'
import { reportText } from './text.ts'

export const FORMATS = ['table', 'json', 'sarif', 'junit', 'html', 'github'] as const
export type Format = (typeof FORMATS)[number]

interface RenderOptions {
  readonly context: CliContext
  readonly policy: Policy
  readonly root: string
  readonly all: boolean
  /** Of files that fail, by path; only for HTML. */
  readonly pictures?: ReadonlyMap<string, ReportPicture>
}

/** A report in one of its forms, final newline included. */
export function renderReport(kind: Format, report: ValidationReport, options: RenderOptions): string {
  const { context, policy, root, all } = options
  switch (kind) {
    case 'table':
      return reportText(report, { style: context.style, width: widthOf(context), policy, root, all })
    case 'json':
      return `${JSON.stringify(report, null, 2)}\n`
    case 'sarif':
      return `${JSON.stringify(sarifReport(report, { toolVersion: toolVersion(), policy, root }), null, 2)}\n`
    case 'junit':
      return junitReport(report)
    case 'html':
      return htmlReport(report, policy, options.pictures)
    case 'github':
      return githubReport(report, root)
  }
}
