/**
 * Items of several iterators as they come, each reading at most one item ahead: a slow consumer slows every source.
 * Ending early, or a failure of one source, ends all of them; `stop` is called first and must end reads under way.
 */
export async function* merge<T>(
  sources: readonly AsyncGenerator<T, void>[],
  stop: () => void,
): AsyncGenerator<T, void> {
  if (sources.length === 1) return yield* sources[0]!
  const ready: { readonly source: AsyncGenerator<T, void>; readonly result: IteratorResult<T, void> }[] = []
  let failure: { readonly error: unknown } | undefined
  let wake = () => {}
  const pull = (source: AsyncGenerator<T, void>) => {
    source
      .next()
      .then((result) => ready.push({ source, result }))
      .catch((error: unknown) => {
        failure ??= { error }
      })
      .finally(() => wake())
  }
  try {
    for (const source of sources) pull(source)
    for (let running = sources.length; running > 0; ) {
      const next = ready.shift()
      if (failure) throw failure.error
      if (!next) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
        continue
      }
      if (next.result.done) {
        running -= 1
        continue
      }
      yield next.result.value
      pull(next.source)
    }
  } finally {
    stop()
    await Promise.allSettled(sources.map((source) => source.return()))
  }
}
