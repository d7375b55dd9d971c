import { listAll, type Scope } from './calls.ts'
import { COMMAND } from './constants.ts'
import { VastdbError } from './errors.ts'
import { type ObjectInfo, readSchemaList, readTableList } from './wire/tabular.ts'

/** Which names are listed, and how many at a time. */
export interface ListOptions {
  readonly prefix?: string
  /** Entries per request. Default 1,000. */
  readonly pageSize?: number
}

/** A schema as a listing names it. */
export interface SchemaInfo {
  /** Last component of the path. */
  readonly name: string
  /** Path inside the bucket. */
  readonly path: string
  readonly properties: string
}

/** Statistics are exact only for single look-ups (`Table.info`); lists may leave them at zero. */
export type TableInfo = ObjectInfo

const PAGE_SIZE = 1000

/** The direct children of a schema, or of the bucket when `parent` is empty. */
export async function listSchemas(
  scope: Scope,
  bucket: string,
  parent: string,
  options: ListOptions & { readonly exact?: string },
): Promise<SchemaInfo[]> {
  const inside = parent === '' ? bucket : `${bucket}/${parent}`
  const { exact, prefix } = options
  const objects = await listAll(
    scope,
    {
      path: `/${inside}`,
      command: COMMAND.schema,
      ...(exact === undefined ? {} : { exact }),
      ...(prefix === undefined ? {} : { prefix }),
      pageSize: exact === undefined ? (options.pageSize ?? PAGE_SIZE) : 1,
      what: `List schemas of ${inside}`,
    },
    readSchemaList,
  )
  return objects.map(({ name, properties }) => ({ name, path: parent === '' ? name : `${parent}/${name}`, properties }))
}

/** The tables of a schema; with `exact` only that one, with its statistics. */
export async function listTables(
  scope: Scope,
  schema: string,
  options: ListOptions & { readonly exact?: string },
): Promise<TableInfo[]> {
  const { exact, prefix } = options
  return listAll(
    scope,
    {
      path: `/${schema}`,
      command: COMMAND.table,
      ...(exact === undefined ? {} : { exact }),
      ...(prefix === undefined ? {} : { prefix }),
      pageSize: options.pageSize ?? PAGE_SIZE,
      stats: exact !== undefined,
      what: `List tables of ${schema}`,
    },
    readTableList,
  )
}

/** What `look` finds; false when the server knows nothing at that path at all. */
export async function presence(look: () => Promise<boolean>): Promise<boolean> {
  try {
    return await look()
  } catch (error) {
    if (error instanceof VastdbError && error.code === 'ERR_VASTDB_NOT_FOUND') return false
    throw error
  }
}
