import { useEffect, useState } from 'preact/hooks'
import { apiUrl } from './api.ts'

/** A browser has six connections to a server: pictures leave some to questions. */
const AT_ONCE = 3

/** Who waits for a picture, newest first: what came into sight last is looked at. */
const waiting: (() => void)[] = []
let underWay = 0

/** Calls back when there is a place; the answer gives the place back, or the wait up. */
function takePlace(ready: () => void): () => void {
  let state: 'waiting' | 'under way' | 'done' = 'waiting'
  const begin = () => {
    if (state !== 'waiting') return next()
    state = 'under way'
    underWay++
    ready()
  }
  waiting.push(begin)
  next()
  return () => {
    if (state === 'under way') underWay--
    state = 'done'
    next()
  }
}

function next(): void {
  if (underWay < AT_ONCE) waiting.pop()?.()
}

/** A picture beside the name of its file; where there is none its place says so. What scrolls away is not waited for, and the server hears of it. */
export function Thumbnail({ id, size = 256 }: { readonly id: string; readonly size?: number }) {
  const [url, setUrl] = useState<string | null>(null)
  const [isLost, setLost] = useState(false)
  useEffect(() => {
    const left = new AbortController()
    setUrl(null)
    setLost(false)
    let shown: string | null = null
    const giveBack = takePlace(() => {
      fetch(apiUrl(`/files/${id}/thumbnail`, { size }), { signal: left.signal })
        .then(async (answer) => {
          if (!answer.ok) throw new Error(String(answer.status))
          shown = URL.createObjectURL(await answer.blob())
          setUrl(shown)
        })
        .catch(() => !left.signal.aborted && setLost(true))
        .finally(() => giveBack())
    })
    return () => {
      left.abort()
      giveBack()
      if (shown !== null) URL.revokeObjectURL(shown)
    }
  }, [id, size])
  if (isLost) return <span class="thumbnail none">no picture</span>
  if (url === null) return <span class="thumbnail" />
  return <img class="thumbnail" src={url} alt="" decoding="async" />
}
