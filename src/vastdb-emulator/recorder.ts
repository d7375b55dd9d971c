import { createWriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'
import { ExrError } from '../errors.ts'
import type { RecordedRequest } from './options.ts'

/** Writes requests to a file, one JSON object a line, bodies in base64. */
interface Recorder {
  record(request: RecordedRequest): void
  close(): Promise<void>
}

/** Start a recording, replacing what the file held. Throws ERR_OPTION_INVALID when it cannot be written. */
export async function openRecorder(path: string): Promise<Recorder> {
  const stream = createWriteStream(path)
  await new Promise<void>((resolve, reject) => {
    stream.once('open', () => resolve())
    stream.once('error', (error) => {
      reject(
        new ExrError('ERR_OPTION_INVALID', `Cannot record requests to ${path}: ${error.message}`, { cause: error }),
      )
    })
  })
  return {
    record: ({ body, ...request }) => {
      stream.write(`${JSON.stringify({ ...request, body: Buffer.from(body).toString('base64') })}\n`)
    },
    close: async () => {
      stream.end()
      await finished(stream)
    },
  }
}
