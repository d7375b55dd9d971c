import {
  ESTIMATE_SPLIT_ID,
  FINISHED_ROW_ID,
  HEADER,
  MAX_SUB_SPLITS,
  ROWS_PER_ROW_GROUP,
} from '../../vastdb/constants.ts'
import { badRequest } from '../errors.ts'
import type { Headers } from '../request.ts'

/** What part of a table one query request reads. */
export interface SplitRequest {
  readonly split: number
  readonly splits: number
  /** Rows a reader takes in a row before it skips ahead: row groups per sub-split, in rows. */
  readonly blockRows: bigint
  readonly subSplits: number
  /** Where each sub-split goes on; null when it is finished. */
  readonly starts: readonly (bigint | null)[]
  /** Rows to send of each sub-split; null for one page, whatever it holds. */
  readonly limit: number | null
  readonly isEstimate: boolean
}

/** Read the split headers of a query. Throws 400. */
export function readSplitRequest(headers: Headers): SplitRequest {
  const [split, splits, rowGroups] = numbers(headers.text(HEADER.split) ?? '0,1,8', 3, HEADER.split)
  const subSplits = headers.integer(HEADER.subSplits) ?? 1
  if (subSplits < 1 || subSplits > MAX_SUB_SPLITS)
    throw badRequest(`${HEADER.subSplits} must be 1 to ${MAX_SUB_SPLITS}`)
  const isEstimate = split === ESTIMATE_SPLIT_ID
  if (splits! < 1 || rowGroups! < 1 || (!isEstimate && split! >= splits!)) {
    throw badRequest(`${HEADER.split} ${split},${splits},${rowGroups} is out of range`)
  }
  const limit = headers.integer(HEADER.limitRows) ?? 0
  return {
    split: split!,
    splits: splits!,
    blockRows: BigInt(rowGroups!) * BigInt(ROWS_PER_ROW_GROUP),
    subSplits,
    starts: Array.from({ length: subSplits }, (_, index) => startOf(headers, index)),
    limit: limit > 0 ? limit : null,
    isEstimate,
  }
}

/** A finished sub-split is sent with the finished id or, by one of the clients, left out. */
function startOf(headers: Headers, subSplit: number): bigint | null {
  const name = `${HEADER.startRowIdPrefix}${subSplit}`
  const value = headers.text(name)
  if (value === null) return null
  const match = /^(\d+),(\d+)$/.exec(value)
  if (!match || Number(match[1]) !== subSplit) throw badRequest(`${name} must be ${subSplit},<row id>, found ${value}`)
  const start = BigInt(match[2]!)
  return start >= FINISHED_ROW_ID ? null : start
}

function numbers(text: string, count: number, name: string): number[] {
  const parts = text.split(',').map(Number)
  if (parts.length !== count || !parts.every(Number.isSafeInteger) || parts.some((part) => part < 0)) {
    throw badRequest(`${name} must be ${count} numbers, found ${text}`)
  }
  return parts
}

export interface RowRange {
  readonly start: bigint
  readonly endExclusive: bigint
}

/**
 * The row ranges of one sub-split from `start` on. Tables are dealt out in blocks: row r belongs to reader
 * floor(r / blockRows) mod (splits * subSplits), readers being numbered split by split.
 */
export function* rowRanges(
  request: SplitRequest,
  subSplit: number,
  start: bigint,
  endExclusive: bigint,
): Generator<RowRange> {
  const readers = BigInt(request.splits * request.subSplits)
  const reader = BigInt(request.split * request.subSplits + subSplit)
  const firstBlock = start / request.blockRows
  let block = firstBlock + ((reader - (firstBlock % readers) + readers) % readers)
  for (; block * request.blockRows < endExclusive; block += readers) {
    const from = block * request.blockRows
    const to = from + request.blockRows
    const range = { start: from > start ? from : start, endExclusive: to < endExclusive ? to : endExclusive }
    if (range.start < range.endExclusive) yield range
  }
}
