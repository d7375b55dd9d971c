import type { Catalog, QueryStream } from '../../catalog/catalog.ts'
import { ExrError } from '../../errors.ts'
import { explainQuery, findQuery, type NamedQuery, type Parameter, QUERIES, streamQuery } from '../../queries/index.ts'
import { parseWhole } from '../../settings/parse.ts'
import { type AnswerFlags, checkAnswerFlags, printAnswer } from '../answer.ts'
import type { CatalogFlags } from '../catalog-flags.ts'
import { type CliContext, widthOf } from '../context.ts'
import { columns, hanging } from '../format/columns.ts'
import { plural } from '../format/units.ts'
import { interruptible } from '../interrupts.ts'
import { limitQueryMemory } from '../memory-limit.ts'
import { openToRead } from '../open-catalog.ts'

export interface QueryFlags extends AnswerFlags, CatalogFlags {
  readonly param: readonly string[]
  readonly where?: string
  readonly explain?: true
  readonly measure?: string
}

export async function runQuery(name: string, flags: QueryFlags, context: CliContext): Promise<void> {
  if (name === 'list') return list(flags, context)
  checkAnswerFlags(flags, context)
  const given = parametersOf(findQuery(name), flags)
  const files = filesToMeasure(name, flags)
  const config = context.config(flags)
  const catalog = await openToRead(config, context)
  try {
    if (files !== null) {
      const { answerMeasured } = await import('./measured.ts')
      return await answerMeasured(catalog, { files, jobs: config.jobs, where: given['where'] }, flags, context)
    }
    await interruptible((signal) => answerQuery(catalog, name, given, { ...flags, signal }, context))
  } finally {
    await catalog.close()
  }
}

/** Prints what an open catalog answers, or the SQL it would be asked. Throws as `streamQuery` does. */
export async function answerQuery(
  catalog: Catalog,
  name: string,
  given: Readonly<Record<string, string>>,
  flags: AnswerFlags & Pick<QueryFlags, 'explain'> & { readonly signal?: AbortSignal },
  context: CliContext,
): Promise<void> {
  if (flags.explain) return context.printData(`${await explainQuery(catalog, name, given)}\n`)
  if (context.ownsProcess) limitQueryMemory(catalog)
  const counted = new Counted(await streamQuery(catalog, name, given, flags.signal))
  await printAnswer(counted, flags, context)
  const limit = Number(given['limit'] ?? findQuery(name).parameters['limit']?.default ?? Number.NaN)
  if (counted.rows === limit) {
    context.note(`These are the first ${plural(limit, 'row')}; there may be more. Ask for them with -p limit=<n>`)
  }
}

/** Throws ERR_OPTION_INVALID where nothing can be measured. */
function filesToMeasure(name: string, { measure, explain }: QueryFlags): number | null {
  if (measure === undefined) return null
  if (name !== 'compression-cost') throw invalid(`Query ${name} takes no --measure; compression-cost does`)
  if (explain) throw invalid('What is measured has no SQL; give --measure or --explain')
  return parseWhole(measure, '--measure', 1, 10_000)
}

/** A stream that knows how many of its rows were read. */
class Counted implements QueryStream {
  rows = 0
  readonly columns: QueryStream['columns']
  readonly batches: QueryStream['batches']

  constructor({ columns, batches }: QueryStream) {
    this.columns = columns
    this.batches = this.#counting(batches)
  }

  async *#counting(
    batches: QueryStream['batches'],
  ): QueryStream['batches'] & AsyncGenerator<readonly (readonly unknown[])[]> {
    for await (const batch of batches) {
      this.rows += batch.length
      yield batch
    }
  }
}

function parametersOf(query: NamedQuery, { param, where }: QueryFlags): Record<string, string> {
  const given: Record<string, string> = {}
  for (const text of param) {
    const at = text.indexOf('=')
    if (at < 1) throw invalid(`Expected name=value for --param but received ${text}`)
    const name = text.slice(0, at)
    if (name in given) throw invalid(`Parameter ${name} is given twice`)
    given[name] = text.slice(at + 1)
  }
  if (where === undefined) return given
  if (!('where' in query.parameters)) throw invalid(`Query ${query.name} takes no --where`)
  if ('where' in given) throw invalid('A condition is given by --where and by --param where; give one')
  return { ...given, where }
}

async function list(flags: QueryFlags, context: CliContext): Promise<void> {
  const queries = Object.values(QUERIES) as unknown as readonly NamedQuery[]
  if (flags.json || flags.format === 'json') {
    const told = queries.map(({ name, title, doc, parameters, columns }) => ({ name, title, doc, parameters, columns }))
    return context.printData(`${JSON.stringify(told, null, 2)}\n`)
  }
  const { style } = context
  const rows = queries.map(({ name, title }) => [name, title])
  const width = widthOf(context)
  const lines = columns(rows, { width })
  const needed = queries.flatMap(({ name, parameters }) =>
    Object.entries(parameters)
      .filter(([, parameter]) => isNeeded(parameter))
      .flatMap(([parameter, { doc }]) => hanging(`${name} -p ${parameter}=...: ${doc}`, width, '  ')),
  )
  await context.print(
    [
      ...lines,
      '',
      style.dim('What must be given:'),
      ...needed,
      '',
      style.dim('All parameters and columns: --json'),
    ].join('\n'),
  )
  await context.print('\n')
}

function isNeeded({ default: fallback, optional }: Parameter): boolean {
  return fallback === undefined && optional === undefined
}

function invalid(message: string): ExrError {
  return new ExrError('ERR_OPTION_INVALID', message)
}
