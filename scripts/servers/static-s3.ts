import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { RunningServer } from './process.ts'

/** Objects of a store that only gives: the bytes of a key, or undefined. */
export type Objects = (key: string) => Uint8Array | undefined

/**
 * A store with one bucket and objects made up on the spot, for loads that no real server in tests carries: ranged GETs
 * and HEADs by path style, without a look at keys or signatures.
 */
export async function startStaticS3(objects: Objects): Promise<RunningServer> {
  const server = createServer((request, response) => answer(objects, request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    endpoint: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function answer(objects: Objects, { url = '', headers }: IncomingMessage, response: ServerResponse): void {
  const key = decodeURIComponent(new URL(url, 'http://store').pathname.split('/').slice(2).join('/'))
  const bytes = objects(key)
  if (bytes === undefined) {
    response.writeHead(404).end('<Error><Code>NoSuchKey</Code><Message>No such key</Message></Error>')
    return
  }
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '') ?? []
  const start = Number(first ?? 0)
  const end = Math.min(bytes.length, last === undefined ? bytes.length : Number(last) + 1)
  response.writeHead(206, {
    etag: `"${Buffer.from(key).toString('hex').slice(0, 32)}"`,
    'last-modified': new Date(1_700_000_000_000).toUTCString(),
    'content-range': `bytes ${start}-${end - 1}/${bytes.length}`,
    'content-length': end - start,
  })
  response.end(bytes.subarray(start, end))
}
