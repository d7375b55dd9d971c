import { HEADER } from '../../vastdb/constants.ts'
import { badRequest } from '../errors.ts'
import type { EmulatorRequest } from '../request.ts'
import { EMPTY, type Operation } from './operation.ts'

export const beginTransaction: Operation = async (store, request) => {
  const id = request.headers.transactionId()
  if (id !== null) throw badRequest(`A transaction is begun outside of transactions, but the request names ${id}`)
  const transaction = await store.transactions.begin()
  return { headers: { [HEADER.txid]: String(transaction.id) } }
}

export const commitTransaction: Operation = async (store, request) => {
  await store.transactions.commit(store.transactions.get(namedTransaction(request)))
  return EMPTY
}

export const rollbackTransaction: Operation = async (store, request) => {
  await store.transactions.rollback(store.transactions.get(namedTransaction(request)))
  return EMPTY
}

/** Keeps a transaction from expiring; without an id it only answers, which tells clients the server's version. */
export const getTransaction: Operation = async (store, request) => {
  const id = request.headers.transactionId()
  if (id !== null) store.transactions.get(id)
  return EMPTY
}

function namedTransaction(request: EmulatorRequest): bigint {
  const id = request.headers.transactionId()
  if (id === null) throw badRequest(`Header ${HEADER.txid} must name the transaction to end`)
  return id
}
