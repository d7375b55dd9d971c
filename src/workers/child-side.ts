import { writeSync } from 'node:fs'

/** File descriptors a child process inherits beside its streams. */
export const CHILD_FD = { channel: 3, blackBox: 4, lifeline: 5 } as const

/** First message to a child. */
export interface StartMessage {
  readonly worker: string
  readonly data: unknown
}

/** What a child says. */
export type ChildMessage =
  | { readonly ready: true }
  /** Comes before the answer that it is a part of. */
  | { readonly piece: NodeJS.TypedArray }
  | { readonly answer: unknown }
  | { readonly news: unknown }

/** Bytes of a mark in the black box: the item's index as a 32-bit integer, -1 for none, and a counter. */
export const MARK_BYTES = 8

let started: StartMessage | undefined
const mark = new Int32Array(MARK_BYTES / 4)

/** Called once, before the worker file is loaded. */
export function startChild(message: StartMessage): void {
  started = message
}

/** The `workerData` of this child process; undefined in any other process. */
export function childData(): unknown {
  return started?.data
}

/** Whether a pool started this process, which then is a child that may crash. */
export function isChild(): boolean {
  return started !== undefined
}

/** Writes to the black box, which the parent reads after a crash; does nothing in any other process. */
export function childMark(index: number | null): void {
  if (started === undefined) return
  mark[0] = index ?? -1
  mark[1]! += 1
  writeSync(CHILD_FD.blackBox, mark, 0, MARK_BYTES, 0)
}

/** Tells the parent's `onNews` how the work goes; does nothing in any other process. */
export function childTell(news: unknown): void {
  if (started !== undefined) process.send?.({ news } satisfies ChildMessage)
}
