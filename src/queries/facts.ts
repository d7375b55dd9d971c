import type { CatalogSql, CatalogValues } from '../catalog/catalog.ts'
import { attributeValue } from '../catalog/large-values.ts'
import type { AttributeFacts, ChannelFacts, FileFacts, PartFacts, Payload } from '../inspect/payload.ts'
import type { PolicyFacts } from '../policy/index.ts'
import { largeMarkerOf, tableNamed } from '../tables/index.ts'
import { checkWhere, dialectOf } from './dialect.ts'

/** Files of one page: enough that a page costs few scans, few enough that their attributes fit in memory. */
const PAGE = 5000

/** All but vectors, which say nothing to a rule and which Trino does not read. */
const FILE_COLUMNS = tableNamed('files')
  .columns.flatMap(({ name, type }) => (typeof type === 'object' ? [] : [name]))
  .join(', ')

/** How much is read. */
interface FactOptions {
  /** Read values that are too large for a row; else their place has what the row says of them. Default true. */
  readonly largeValues?: boolean
  /** Only these files, by id. Default: all that the condition holds for. */
  readonly among?: ReadonlySet<string>
}

/** Most files that are asked for by name: beyond it pages are read whole. */
const MOST_NAMED = 1000

/** Values by the JSON that stands for them. */
type Values = ReadonlyMap<string, unknown>

type Row = Readonly<Record<string, unknown>>

/**
 * Facts of every live file of a catalog, as rows tell them: values of the header and what is known of chunks. Nothing is
 * opened. `where` is a condition over files and their first part. Throws ERR_CATALOG_QUERY for a condition that does not parse.
 */
export async function* catalogFacts(
  catalog: CatalogSql & CatalogValues,
  where: string | null,
  { largeValues = true, among }: FactOptions = {},
): AsyncGenerator<PolicyFacts> {
  let values: Values = new Map()
  const { live, frames, table, literals } = dialectOf(catalog.dialect)
  if (where !== null) await checkWhere(catalog.dialect, where)
  const chosen = where === null ? '' : ` AND file_id IN (SELECT file_id FROM ${frames} chosen WHERE (${where}\n))`
  if (among?.size === 0) return
  const named = among === undefined || among.size > MOST_NAMED ? '' : ` AND file_id IN ${literals([...among])}`
  for (let last = ''; ; ) {
    const page = await rows(
      catalog,
      `SELECT ${FILE_COLUMNS} FROM ${live} live WHERE file_id > '${last}'${chosen}${named} ORDER BY file_id LIMIT ${PAGE}`,
    )
    if (page.length === 0) return
    const end = text(page.at(-1)!, 'file_id')!
    last = end
    const files = among === undefined ? page : page.filter((file) => among.has(text(file, 'file_id')!))
    if (files.length === 0) continue
    const first = text(files[0]!, 'file_id')!
    const range = `file_id >= '${first}' AND file_id <= '${end}'${named}`
    const parts = byFile(
      await rows(catalog, `SELECT * FROM ${table('parts')} WHERE ${range} ORDER BY file_id, part_index`),
    )
    const channels = byFile(
      await rows(
        catalog,
        'SELECT file_id, part_index, channel_name, layer_name, component_name, channel_type, x_sampling, y_sampling, p_linear ' +
          `FROM ${table('channels')} WHERE ${range}`,
      ),
    )
    const attributes = byFile(
      await rows(
        catalog,
        `SELECT file_id, part_index, attr_name, attr_type, value_json FROM ${table('attributes')} WHERE source = 'exr' AND ${range}`,
      ),
    )
    for (const file of files) {
      const id = text(file, 'file_id')!
      const own = attributes.get(id) ?? []
      if (largeValues) values = await readValues(catalog, own, values)
      yield factsOfRows(file, parts.get(id) ?? [], channels.get(id) ?? [], own, values)
    }
  }
}

/** The large values of one file, read when its turn comes so that few are held; frames of a shot often share theirs. */
async function readValues(catalog: CatalogValues, attributes: readonly Row[], before: Values): Promise<Values> {
  const values = new Map<string, unknown>()
  for (const row of attributes) {
    const json = text(row, 'value_json') ?? ''
    if (largeMarkerOf(json) === null || values.has(json)) continue
    values.set(json, before.has(json) ? before.get(json) : await attributeValue(catalog, json))
  }
  return values
}

async function rows(catalog: CatalogSql, sql: string): Promise<Row[]> {
  const { columns, batches } = await catalog.sqlStream(sql)
  const names = columns.map(({ name }) => name)
  const found: Row[] = []
  for await (const batch of batches) {
    for (const values of batch) {
      const row: Record<string, unknown> = {}
      for (const [i, name] of names.entries()) row[name] = plain(values[i])
      found.push(row)
    }
  }
  return found
}

function plain(value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value
}

function byFile(found: readonly Row[]): Map<string, Row[]> {
  const files = new Map<string, Row[]>()
  for (const row of found) {
    const id = text(row, 'file_id')!
    const list = files.get(id)
    if (list === undefined) files.set(id, [row])
    else list.push(row)
  }
  return files
}

function factsOfRows(
  file: Row,
  parts: readonly Row[],
  channels: readonly Row[],
  attributes: readonly Row[],
  values: Values,
): PolicyFacts {
  const path = text(file, 'file_path')!
  const payload: Payload = {
    schema_version: 1,
    file: {
      check_depth: 'table',
      format_version: null,
      version_flags: null,
      trailing_bytes: null,
      header_bytes: null,
      ...file,
      path,
    } as unknown as FileFacts,
    parts: parts.map(
      (part) =>
        ({
          ...part,
          data_window: json(part['data_window']),
          display_window: json(part['display_window']),
        }) as unknown as PartFacts,
    ),
    channels: channels as unknown as ChannelFacts[],
    attributes: {
      parts: parts.map(({ part_index: index }) =>
        attributes
          .filter(({ part_index }) => part_index === index)
          .map(
            (row): AttributeFacts => ({
              name: text(row, 'attr_name')!,
              type: text(row, 'attr_type') ?? '',
              value: values.has(text(row, 'value_json')!)
                ? values.get(text(row, 'value_json')!)
                : json(row['value_json']),
              source: 'exr',
            }),
          ),
      ),
    },
    stats: {},
    deep_stats: {},
    validation: {},
    readers: { oiio: { ok: false, version: null }, raw: { ok: true } },
    errors: [],
  }
  return { path, sizeBytes: file['size_bytes'] as number | null, payload, error: null, origin: 'catalog' }
}

function text(row: Row, name: string): string | null {
  const value = row[name]
  return typeof value === 'string' ? value : null
}

function json(value: unknown): unknown {
  return typeof value === 'string' ? JSON.parse(value) : (value ?? null)
}
