import { writeFileSync } from 'node:fs'
import { toPlainError } from '../errors.ts'
import { inspectAnew, type ObjectInspection } from '../inspect/inspect-object.ts'
import { GrantExceeded, inspectWithin } from '../inspect/inspect-within.ts'
import { type AskOiio, askOiioSync } from '../oiio/ask.ts'
import { limitChildMemory } from '../oiio/memory-limit.ts'
import { withPixelFacts } from '../pixels/payload.ts'
import type { PlateWish } from '../policy/index.ts'
import { fileSource } from '../source/file.ts'
import { connectS3, type S3Connection } from '../source/s3-client.ts'
import type { S3Settings } from '../source/s3-settings.ts'
import { S3Source } from '../source/s3-source.ts'
import { isS3Url, parseS3Url } from '../source/s3-url.ts'
import type { ByteSource } from '../source/source.ts'
import { encodeRecords, transferList } from '../tables/index.ts'
import { Answer, poolTask } from '../workers/task.ts'
import type { EventAnswer, EventTask } from './event-task.ts'
import { comparePlate } from './plates.ts'
import { withValidation } from './validation.ts'

limitChildMemory('headers')
goFirst()

/** Inspects one file with a large header, from the first read to the encoded rows, away from the loop that answers requests. */
export default poolTask(async ([task]: readonly EventTask[], mark) => {
  mark(0)
  const answer = await answerTo(task!)
  mark(null)
  return answer.kind === 'encoded' ? new Answer<EventAnswer>(answer, { transfer: transferList(answer.batch) }) : answer
}, 'ERR_INTERNAL')

async function answerTo(task: EventTask): Promise<EventAnswer> {
  try {
    const open = await openerOf(task)
    return encoded(
      task,
      await inspectAnew(open, async (source) => {
        const payload = await inspectWithin(source, task.options, task.grantBytes, { askOiio: askHere })
        const seen = await withPixelFacts(payload, source, task.options)
        const doors = { s3: task.s3, folders: task.folders }
        const compare = (wish: PlateWish) => comparePlate(wish, source, doors)
        return withValidation(seen, task.options, { ...doors, compare })
      }),
    )
  } catch (error) {
    if (error instanceof GrantExceeded) return { kind: 'larger', neededBytes: error.neededBytes }
    return { kind: 'failed', error: toPlainError(error, 'ERR_INTERNAL') }
  }
}

/** Where memory runs out all the same, the system is to end this process and not the one that answers requests. */
function goFirst(): void {
  if (process.send === undefined) return
  try {
    writeFileSync('/proc/self/oom_score_adj', '1000')
  } catch {
    // Only Linux has it.
  }
}

/** This process has nothing else to do meanwhile, and may crash. */
const askHere: AskOiio = async (source) => askOiioSync([source])[0]!

function encoded(task: EventTask, { payload, counters }: ObjectInspection): EventAnswer {
  const durationUs = Number(BigInt(Date.now()) * 1000n - task.inspectedAtUs)
  const order = task.sequencer === undefined ? {} : { sequencer: task.sequencer }
  const record = { payload, inspectedAtUs: task.inspectedAtUs, durationUs, ...order }
  return {
    kind: 'encoded',
    batch: encodeRecords([record], { runId: task.runId }),
    path: payload.file.path,
    payload: task.wantsPayload ? JSON.stringify(payload) : null,
    requests: counters.requests,
    bytes: counters.bytes,
  }
}

async function openerOf({ location, s3, folders, options }: EventTask): Promise<() => ByteSource> {
  if (!isS3Url(location)) return () => fileSource(location, { folders })
  const store = await connection(s3)
  const firstRead = { firstReadBytes: options.firstReadBytes }
  return () => new S3Source(store, parseS3Url(location), firstRead)
}

let connected: { readonly key: string; readonly connection: Promise<S3Connection> } | undefined

/** The connection of the last store asked: events name few. */
function connection(settings: S3Settings): Promise<S3Connection> {
  const key = JSON.stringify(settings)
  if (connected?.key !== key) {
    connected?.connection.then((open) => open.close()).catch(() => {})
    connected = { key, connection: connectS3(settings) }
  }
  return connected.connection
}
