import type { OutdatedFile } from '../catalog/catalog.ts'
import { toPlainError } from '../errors.ts'
import type { Payload } from '../inspect/payload.ts'
import { inspectMany } from '../tasks/inspect-many.ts'
import type { EmbedOptions, EmbedProblem } from './embed-options.ts'

interface ReadAgain {
  readonly problems: EmbedProblem[]
  /** Files not come to before the run was stopped. */
  unread: number
}

/** Reads files whose rows do not suffice; `use` gets those whose header is still the one that was stored. */
export async function readAgain(
  files: readonly OutdatedFile[],
  { reread = true, jobs, s3, stop }: EmbedOptions,
  use: (file: OutdatedFile, payload: Payload) => void | Promise<void>,
): Promise<ReadAgain> {
  const done: ReadAgain = { problems: [], unread: 0 }
  const leave = ({ path }: OutdatedFile, code: string, message: string) => done.problems.push({ path, code, message })
  const readable = files.filter((file) => {
    if (file.isCurrent && reread) return true
    const why = file.isCurrent ? 'it was not to be read again' : 'another header has taken its place'
    leave(file, 'ERR_CATALOG_QUERY', `Rows of ${file.path} do not suffice for new vectors, and ${why}.`)
    return false
  })
  const paths = readable.map(({ path }) => path)
  const pool = { ...(jobs !== undefined && { maxThreads: jobs }), ...(s3 && { s3 }) }
  let at = 0
  for await (const { payload, error } of inspectMany(paths, { ...pool, ordered: true })) {
    const file = readable[at++]!
    if (error !== null) {
      const { code, message } = toPlainError(error, 'ERR_SOURCE_READ')
      leave(file, code, message)
    } else if (payload.file.header_hash !== file.headerHash) {
      leave(file, 'ERR_SOURCE_CHANGED', `${file.path} has another header than was stored. Ingest it again.`)
    } else {
      await use(file, payload)
    }
    if (stop?.aborted) break
  }
  done.unread = readable.length - at
  return done
}
