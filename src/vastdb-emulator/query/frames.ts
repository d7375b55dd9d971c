import { DATA_FRAME_PREFIX_BYTES, FRAME_COMPLETED, FRAME_FAILED, FRAME_KEEP_ALIVE } from '../../vastdb/constants.ts'

/** A frame that says nothing but that the server is alive. */
export function keepAliveFrame(): Uint8Array {
  return mark(FRAME_KEEP_ALIVE)
}

/** The last frame of a response that is whole. */
export function completedFrame(): Uint8Array {
  return mark(FRAME_COMPLETED)
}

/** The last frame of a response that broke off: an error code, and a zero where a message length could be. */
export function failedFrame(errorCode: bigint): Uint8Array {
  const frame = new Uint8Array(16)
  const view = new DataView(frame.buffer)
  view.setUint32(0, FRAME_FAILED, true)
  view.setBigUint64(4, errorCode, true)
  return frame
}

/** One Arrow message of a sub-split. Only the row id on a page's last frame counts. */
export function dataFrame(subSplit: number, nextRowId: bigint, message: Uint8Array): Uint8Array {
  const frame = new Uint8Array(DATA_FRAME_PREFIX_BYTES + message.byteLength)
  const view = new DataView(frame.buffer)
  view.setUint32(0, subSplit, true)
  view.setBigUint64(4, nextRowId, true)
  frame.set(message, DATA_FRAME_PREFIX_BYTES)
  return frame
}

function mark(streamId: number): Uint8Array {
  const frame = new Uint8Array(4)
  new DataView(frame.buffer).setUint32(0, streamId, true)
  return frame
}

/** Frames as they come, and a keep-alive whenever none has come for so many milliseconds. */
export async function* withKeepAlives(
  frames: AsyncGenerator<Uint8Array>,
  silenceMs: number,
): AsyncGenerator<Uint8Array> {
  try {
    for (let next = frames.next(); ; next = frames.next()) {
      for (;;) {
        const result = await orSilence(next, silenceMs)
        if (result === null) {
          yield keepAliveFrame()
          continue
        }
        if (result.done) return
        yield result.value
        break
      }
    }
  } finally {
    await frames.return(undefined)
  }
}

async function orSilence<T>(next: Promise<T>, silenceMs: number): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined
  const silence = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), silenceMs)
  })
  try {
    return await Promise.race([next, silence])
  } finally {
    clearTimeout(timer)
  }
}
