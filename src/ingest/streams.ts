/** Arrays of up to `size` consecutive items. */
export async function* chunked<T>(items: Iterable<T> | AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  let chunk: T[] = []
  for await (const item of items) {
    chunk.push(item)
    if (chunk.length >= size) {
      yield chunk
      chunk = []
    }
  }
  if (chunk.length > 0) yield chunk
}

/**
 * Pull from `items` before the consumer asks, until the weights of what waits reach `limit`. Joins two stages of a
 * pipeline so that both work at once and what waits between them stays bounded. An error arrives in its turn.
 */
export async function* readAhead<T>(
  items: AsyncIterable<T>,
  limit: number,
  weight: (item: T) => number = () => 1,
): AsyncGenerator<T> {
  const waiting: T[] = []
  let held = 0
  let ended = false
  let failure: { readonly error: unknown } | null = null
  let wake = () => {}
  const changed = () => new Promise<void>((resolve) => (wake = resolve))
  let stopped = false

  const pump = async () => {
    try {
      for await (const item of items) {
        waiting.push(item)
        held += weight(item)
        wake()
        while (held >= limit && !stopped) await changed()
        if (stopped) return
      }
    } catch (error) {
      failure = { error }
    } finally {
      ended = true
      wake()
    }
  }
  const pumping = pump()
  try {
    for (;;) {
      const item = waiting.shift()
      if (item !== undefined) {
        held -= weight(item)
        wake()
        yield item
      } else if (ended) {
        if (failure) throw (failure as { error: unknown }).error
        return
      } else {
        await changed()
      }
    }
  } finally {
    stopped = true
    wake()
    await pumping
  }
}
