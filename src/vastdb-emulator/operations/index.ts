import { COMMAND } from '../../vastdb/constants.ts'
import { notImplemented, RequestFailure } from '../errors.ts'
import type { EmulatorRequest } from '../request.ts'
import { headBucket, listBuckets, listSnapshots } from './buckets.ts'
import { addColumns, alterColumn, dropColumns, listColumns, listSortedColumns } from './columns.ts'
import type { Operation } from './operation.ts'
import {
  alterProjection,
  createProjection,
  dropProjection,
  listProjectionColumns,
  listProjections,
  projectionStats,
} from './projections.ts'
import { query } from './query.ts'
import { insert, remove, update } from './rows.ts'
import { alterSchema, createSchema, dropSchema, listChildSchemas, listViews } from './schemas.ts'
import { capabilities, fetchData, finishData, finishQuery, queryStatus, SQL_COMMAND, startQuery } from './sql.ts'
import {
  alterTable,
  createTable,
  dropTable,
  listTables,
  noRowColumnSecurity,
  scheduleOf,
  tableStats,
} from './tables.ts'
import { beginTransaction, commitTransaction, getTransaction, rollbackTransaction } from './transactions.ts'

type Methods = Readonly<Partial<Record<string, Operation>>>

const ROOT: Readonly<Record<string, Methods>> = {
  [COMMAND.transaction]: {
    POST: beginTransaction,
    PUT: commitTransaction,
    DELETE: rollbackTransaction,
    GET: getTransaction,
  },
  [SQL_COMMAND.capabilities]: { GET: capabilities, POST: capabilities },
  [SQL_COMMAND.run]: { POST: startQuery, DELETE: finishQuery },
  [SQL_COMMAND.status]: { POST: queryStatus },
  [SQL_COMMAND.data]: { POST: fetchData, DELETE: finishData },
  '': { GET: listBuckets },
}

const IN_BUCKET: Readonly<Record<string, Methods>> = {
  '': { HEAD: headBucket, GET: listSnapshots },
  [COMMAND.schema]: { GET: listChildSchemas, POST: createSchema, PUT: alterSchema, DELETE: dropSchema },
  [COMMAND.table]: { GET: listTables, POST: createTable, PUT: alterTable, DELETE: dropTable },
  [COMMAND.stats]: { GET: tableStats },
  [COMMAND.column]: { GET: listColumns, POST: addColumns, PUT: alterColumn, DELETE: dropColumns },
  [COMMAND.columns]: { GET: listColumns, PUT: alterColumn },
  [COMMAND.sortedColumns]: { GET: listSortedColumns },
  [COMMAND.rows]: { POST: insert, PUT: update, DELETE: remove },
  [COMMAND.data]: { GET: query },
  [COMMAND.projection]: {
    GET: listProjections,
    POST: createProjection,
    PUT: alterProjection,
    DELETE: dropProjection,
  },
  view: { GET: listViews },
  schedule: { GET: scheduleOf },
  'row-column-security': { GET: noRowColumnSecurity },
  [COMMAND.projectionStats]: { GET: projectionStats },
  [COMMAND.projectionColumns]: { GET: listProjectionColumns },
}

/** The operation a request asks for. Throws 501 for commands the emulator does not know and 405 for wrong methods. */
export function operationFor(request: EmulatorRequest): Operation {
  const commands = request.bucket === '' ? ROOT : IN_BUCKET
  const methods = commands[request.command]
  if (methods === undefined || (request.command === '' && request.path.length > 0)) {
    throw notImplemented(`The emulator does not implement ${request.method} ${request.url}`)
  }
  const operation = methods[request.method]
  if (operation !== undefined) return operation
  throw new RequestFailure(405, 'MethodNotAllowed', `${request.method} is not allowed for ?${request.command}`)
}
