/** How many items a group may have, by how many groups there were before it. */
type GroupSize = (before: number) => number

/**
 * Groups of at most `size` items, in order. A group is passed on unfilled when the next item takes longer than
 * `lingerMs`, so that a slow walk or a person typing does not wait for strangers.
 */
export async function* batchesOf<Item>(
  items: Iterable<Item> | AsyncIterable<Item>,
  size: number | GroupSize,
  lingerMs: number,
): AsyncGenerator<Item[], void, undefined> {
  const sizeOf = typeof size === 'number' ? () => size : size
  if (Symbol.iterator in items) yield* fullBatches(items, sizeOf)
  else yield* lingeringBatches(items, sizeOf, lingerMs)
}

function* fullBatches<Item>(items: Iterable<Item>, sizeOf: GroupSize): Generator<Item[], void, undefined> {
  let batch: Item[] = []
  let before = 0
  for (const item of items) {
    batch.push(item)
    if (batch.length < sizeOf(before)) continue
    yield batch
    before += 1
    batch = []
  }
  if (batch.length > 0) yield batch
}

async function* lingeringBatches<Item>(
  items: AsyncIterable<Item>,
  sizeOf: GroupSize,
  lingerMs: number,
): AsyncGenerator<Item[], void, undefined> {
  const iterator = items[Symbol.asyncIterator]()
  let next = iterator.next()
  try {
    for (let before = 0; ; before++) {
      const first = await next
      if (first.done) return
      const size = sizeOf(before)
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
