/**
 * Groups of at most `size` items, in order. A group is passed on unfilled when the next item takes longer than
 * `lingerMs`, so that a slow walk or a person typing does not wait for strangers.
 */
export async function* batchesOf<Item>(
  items: Iterable<Item> | AsyncIterable<Item>,
  size: number,
  lingerMs: number,
): AsyncGenerator<Item[], void, undefined> {
  if (Symbol.iterator in items) yield* fullBatches(items, size)
  else yield* lingeringBatches(items, size, lingerMs)
}

function* fullBatches<Item>(items: Iterable<Item>, size: number): Generator<Item[], void, undefined> {
  let batch: Item[] = []
  for (const item of items) {
    batch.push(item)
    if (batch.length < size) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

async function* lingeringBatches<Item>(
  items: AsyncIterable<Item>,
  size: number,
  lingerMs: number,
): AsyncGenerator<Item[], void, undefined> {
  const iterator = items[Symbol.asyncIterator]()
  let next = iterator.next()
  try {
    for (;;) {
      const first = await next
      if (first.done) return
      const batch = [first.value]
      const linger = timer(lingerMs)
      next = iterator.next()
      while (batch.length < size) {
        const result = await Promise.race([next, linger.over])
        if (result === undefined || result.done) break
        batch.push(result.value)
        next = iterator.next()
      }
      linger.cancel()
      yield batch
    }
  } finally {
    // Not awaited: an input that hangs would hang whoever stops early.
    next.catch(() => {})
    iterator.return?.().catch(() => {})
  }
}

function timer(ms: number): { over: Promise<undefined>; cancel: () => void } {
  const { promise, resolve } = promiseWithResolve()
  const handle = setTimeout(resolve, ms)
  return {
    over: promise,
    cancel: () => {
      clearTimeout(handle)
      resolve()
    },
  }
}

function promiseWithResolve() {
  let resolve: () => void = () => {}
  const promise = new Promise<undefined>((settle) => {
    resolve = () => settle(undefined)
  })
  return { promise, resolve }
}
