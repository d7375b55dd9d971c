import type { ExrError } from '../../errors.ts'
import type { Payload } from '../../inspect/payload.ts'
import { verdictOf } from '../../inspect/verdict.ts'
import { type CliContext, widthOf } from '../context.ts'
import { errorJson, errorLine } from '../errors.ts'
import { plural } from '../format/units.ts'
import { fileLine, fileLineHeading, unreadableLine } from './file-line.ts'
import { fileReport } from './report.ts'

/** Takes results one by one and writes them in one form. */
export interface InspectOutput {
  file(payload: Payload): Promise<void>
  failure(error: ExrError, location: string): Promise<void>
  end(): Promise<void>
}

/** `json`: one object, or an array when `single` is false. `ndjson`: an object a line. */
export function jsonOutput(context: CliContext, form: 'json' | 'ndjson', single: boolean): InspectOutput {
  const inArray = form === 'json' && !single
  let count = 0
  return {
    async file(payload) {
      const text = form === 'ndjson' ? JSON.stringify(payload) : JSON.stringify(payload, null, 2)
      if (!inArray) return context.printData(`${text}\n`)
      await context.printData(`${count === 0 ? '[\n' : ',\n'}${text}`)
      count += 1
    },
    async failure(error) {
      context.note(errorJson(error))
    },
    async end() {
      if (inArray) await context.print(count === 0 ? '[]\n' : '\n]\n')
    },
  }
}

/** One YAML document a file. */
export async function yamlOutput(context: CliContext): Promise<InspectOutput> {
  const { stringify } = await import('yaml')
  return {
    file: (payload) => context.printData(`---\n${stringify(payload, { lineWidth: 0 })}`),
    async failure(error) {
      context.note(errorLine(error, false))
    },
    async end() {},
  }
}

/** A full report for each file. */
export function reportOutput(context: CliContext, allAttributes: boolean): InspectOutput {
  const options = { style: context.style, width: widthOf(context), allAttributes }
  let count = 0
  return {
    async file(payload) {
      await context.print(`${count === 0 ? '' : '\n'}${fileReport(payload, options)}`)
      count += 1
    },
    async failure(error) {
      context.note(errorLine(error, false))
    },
    async end() {},
  }
}

/** A line for each file and a count at the end. */
export function lineOutput(context: CliContext, withAttributes: boolean): InspectOutput {
  const { style } = context
  const width = widthOf(context)
  const states = { whole: 0, incomplete: 0, invalid: 0, limited: 0, unknown: 0, unreadable: 0 }
  let lines = 0
  const print = async (text: string) => {
    await context.print(lines === 0 ? `${fileLineHeading(style)}\n${text}` : text)
    lines += 1
  }
  return {
    async file(payload) {
      states[verdictOf(payload).state] += 1
      await print(fileLine(payload, { style, width, withAttributes }))
    },
    async failure(error, location) {
      states.unreadable += 1
      await print(unreadableLine(error.details.path ?? location, `${error.message} [${error.code}]`, style, width))
    },
    async end() {
      const total = Object.values(states).reduce((sum, count) => sum + count, 0)
      const kinds = Object.entries(states)
        .filter(([, count]) => count > 0)
        .map(([state, count]) => `${count} ${state}`)
      await context.print(`\n${plural(total, 'file')}${kinds.length > 0 ? `: ${kinds.join(', ')}` : ''}\n`)
    },
  }
}
