import type PQueue from 'p-queue'

/**
 * What `work` gives, once the queue comes to it. p-queue keeps its last hundred tasks until it compacts, with all they can
 * reach, so no task reaches what it gave: a result is as short-lived as its caller's use of it.
 */
export async function takeTurn<Result>(queue: PQueue, work: () => Result | Promise<Result>): Promise<Result> {
  const given: { result?: Result } = {}
  await queue.add(async () => {
    given.result = await work()
  })
  const result = given.result as Result
  delete given.result
  return result
}
