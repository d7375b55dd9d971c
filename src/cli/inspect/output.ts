import type { ExrError } from '../../errors.ts'
import type { Payload } from '../../inspect/payload.ts'
import { verdictOf } from '../../inspect/verdict.ts'
import { type CliContext, widthOf } from '../context.ts'
import { errorJson, errorLine } from '../errors.ts'
import { csvLine } from '../format/csv.ts'
import { jsonValue } from '../format/plain-text.ts'
import { tableText } from '../format/rows.ts'
import { plural } from '../format/units.ts'
import { fileLine, fileLineHeading, unreadableLine } from './file-line.ts'
import { longReport } from './long-report.ts'
import { LookedAt } from './looked-at.ts'
import { namedColumns, namedValues } from './named-columns.ts'
import type { Pictures } from './picture.ts'
import { fileReport } from './report.ts'

/** Takes results one by one and writes them in one form. */
export interface InspectOutput {
  file(payload: Payload): Promise<void>
  failure(error: ExrError, location: string): Promise<void>
  end(): Promise<void>
}

interface JsonOptions {
  /** `json`: one object, or an array when `single` is false. `ndjson`: an object a line. */
  readonly form: 'json' | 'ndjson'
  readonly single: boolean
  /** Only these of each file; null for the payload as it is. */
  readonly columns: readonly string[] | null
}

export function jsonOutput(context: CliContext, { form, single, columns }: JsonOptions): InspectOutput {
  const inArray = form === 'json' && !single
  let count = 0
  return {
    async file(payload) {
      const indent = form === 'ndjson' ? undefined : 2
      // A payload is JSON as it is, and a replacer makes its text three times as dear.
      const text =
        columns === null
          ? JSON.stringify(payload, null, indent)
          : JSON.stringify(namedColumns(payload, columns), jsonValue, indent)
      if (!inArray) return context.printData(`${text}\n`)
      await context.printData(`${count === 0 ? '[\n' : ',\n'}${text}`)
      count += 1
    },
    async failure(error) {
      context.note(errorJson(error))
    },
    async end() {
      if (inArray) await context.printData(count === 0 ? '[]\n' : '\n]\n')
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

/** A heading, then a line a file. */
export function csvOutput(context: CliContext, columns: readonly string[], safe: boolean): InspectOutput {
  let lines = 0
  const print = async (values: readonly unknown[]) => {
    if (lines === 0) await context.printData(csvLine(columns, { safe }))
    lines += 1
    await context.printData(csvLine(values, { safe }))
  }
  return {
    file: (payload) => print(namedValues(payload, columns)),
    async failure(error) {
      context.note(errorLine(error, false))
    },
    async end() {
      if (lines === 0) await context.printData(csvLine(columns, { safe }))
    },
  }
}

/** A row a file, printed at the end, when the widths are known. */
export function tableOutput(context: CliContext, columns: readonly string[]): InspectOutput {
  const rows: unknown[][] = []
  return {
    async file(payload) {
      rows.push(namedValues(payload, columns))
    },
    async failure(error) {
      context.note(errorLine(error, false))
    },
    async end() {
      const types = columns.map((name, column) => ({
        name,
        type: rows.length > 0 && rows.every((row) => typeof (row[column] ?? 0) === 'number') ? 'DOUBLE' : 'VARCHAR',
      }))
      const batches = (async function* () {
        yield rows
      })()
      const options = { style: context.style, width: widthOf(context), noun: 'file' }
      for await (const text of tableText({ columns: types, batches }, options)) await context.print(text)
    },
  }
}

interface PeopleOptions {
  /** A path as the user typed it. */
  readonly shown: (path: string) => string
  /** The directory that was typed, where its name would take most of every line. */
  readonly below?: string | null
  /** Shown before each report; null for no pictures. */
  readonly picture: Pictures | null
  /** Attributes were asked for by name: what matches is shown, derived ones too. */
  readonly byName: boolean
}

/** A report for each file: one screen of it, or all. */
export function reportOutput(
  context: CliContext,
  long: boolean,
  { shown, byName, picture }: PeopleOptions,
): InspectOutput {
  let count = 0
  return {
    async file(payload) {
      // A part was asked for that this file does not have, which is said elsewhere.
      if (payload.parts.length === 0 && payload.file.multipart_count > 0) return
      const path = shown(payload.file.path)
      const options = { style: context.style, width: widthOf(context), path, derived: byName }
      const text = long || byName ? longReport(payload, options) : fileReport(payload, options)
      await context.print(count === 0 ? '' : '\n')
      if (picture !== null) await context.printPicture(await picture.of(payload))
      await context.print(text)
      count += 1
    },
    async failure(error) {
      context.note(errorLine(error, false))
    },
    async end() {
      await picture?.close()
    },
  }
}

/** A line for each file and a count at the end. */
export function lineOutput(context: CliContext, { shown, byName, below = null }: PeopleOptions): InspectOutput {
  const { style } = context
  const width = widthOf(context)
  const base = below !== null && Number.isFinite(width) ? below : null
  const inList = (path: string) =>
    base !== null && path.startsWith(`${base}/`) ? path.slice(base.length + 1) : shown(path)
  const states: Record<string, number> = {}
  const looked = new LookedAt()
  const tell = (state: string) => {
    states[state] = (states[state] ?? 0) + 1
  }
  let lines = 0
  const print = async (text: string) => {
    await context.print(lines === 0 ? `${fileLineHeading(style, base)}\n${text}` : text)
    lines += 1
  }
  return {
    async file(payload) {
      tell(verdictOf(payload).state)
      looked.add(payload)
      await print(fileLine(payload, { style, width, path: inList(payload.file.path), withAttributes: byName }))
    },
    async failure(error, location) {
      tell('unreadable')
      const path = inList(error.details.path ?? location)
      await print(unreadableLine(path, `${error.message} [${error.code}]`, style, width))
    },
    async end() {
      if (lines === 0) return
      const kinds = Object.entries(states).map(([state, count]) => `${count} ${state}`)
      await context.print(`\n${[`${plural(lines, 'file')}: ${kinds.join(', ')}`, ...looked.lines()].join('\n')}\n`)
    },
  }
}
