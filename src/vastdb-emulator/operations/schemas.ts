import { PARAM } from '../../vastdb/constants.ts'
import { badRequest, notFound } from '../errors.ts'
import { type EmulatorRequest, listPage, readListRequest } from '../request.ts'
import {
  deleteSchema,
  findSchema,
  getSchema,
  insertSchema,
  listSchemas,
  renameSchema,
  schemaContentKey,
  setSchemaProperties,
} from '../store/catalog.ts'
import type { Transaction } from '../store/transactions.ts'
import { listSchemasBody, listTablesBody, readProperties } from './bodies.ts'
import { inTransaction } from './operation.ts'

export const createSchema = inTransaction(async (tx, request, store) => {
  const path = schemaPath(request)
  await shareParent(tx, request.bucket, path)
  const properties = readProperties(request.body) ?? ''
  await insertSchema(tx, { id: store.database.newId(), bucket: request.bucket, path, properties })
})

export const alterSchema = inTransaction(async (tx, request) => {
  const schema = await getSchema(tx, request.bucket, schemaPath(request))
  const properties = readProperties(request.body)
  if (properties) await setSchemaProperties(tx, schema, properties)
  const newPath = request.params.get(PARAM.newSchemaName)
  if (newPath === null) return
  const path = newPath.split('/').filter(Boolean).join('/')
  if (path === '') throw badRequest(`${PARAM.newSchemaName} must not be empty`)
  await shareParent(tx, request.bucket, path)
  await renameSchema(tx, schema, path)
})

export const dropSchema = inTransaction(async (tx, request) => {
  await deleteSchema(tx, await getSchema(tx, request.bucket, schemaPath(request)))
})

/** Direct children of the bucket or of a schema, named by their last path component. */
export const listChildSchemas = inTransaction(async (tx, request) => {
  const parent = request.path.join('/')
  if (parent !== '') await getSchema(tx, request.bucket, parent)
  const prefix = parent === '' ? '' : `${parent}/`
  const children = (await listSchemas(tx, request.bucket))
    .filter((schema) => schema.path.startsWith(prefix) && !schema.path.slice(prefix.length).includes('/'))
    .map((schema) => ({ name: schema.path.slice(prefix.length), properties: schema.properties }))
    .filter((child) => child.name !== '')
  const { page, headers } = listPage(readListRequest(request.headers), children, (child) => child.name)
  return { headers, body: listSchemasBody(request.bucket, page) }
})

function schemaPath(request: EmulatorRequest): string {
  if (request.path.length === 0) throw badRequest(`Expected /bucket/schema, found ${request.url}`)
  return request.path.join('/')
}

/** A nested schema needs its parent, and keeps it from being dropped. */
async function shareParent(tx: Transaction, bucket: string, path: string): Promise<void> {
  const parentPath = path.split('/').slice(0, -1).join('/')
  if (parentPath === '') return
  const parent = await findSchema(tx, bucket, parentPath)
  if (parent === null) throw notFound(`Schema ${parentPath} does not exist in bucket ${bucket}`)
  tx.intents.share(tx, schemaContentKey(parent.id))
}

/** There are no views; the answer is laid out as that for tables. */
export const listViews = inTransaction(async (tx, request) => {
  const { path } = await getSchema(tx, request.bucket, schemaPath(request))
  const { headers } = listPage(readListRequest(request.headers), [], String)
  return { headers, body: listTablesBody(request.bucket, path, []) }
})
