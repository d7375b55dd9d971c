/** A worker for tests: each item says what it does to the thread that gets it. Written as the ones in dist are. */
import { threadId } from 'node:worker_threads'
import { register } from 'tsx/esm/api'

register()
const { poolData, poolTask, Transfer } = await import('../../src/workers/task.ts')
const { ExrError } = await import('../../src/errors.ts')

const deeds = {
  double: (item) => item.value * 2,
  thread: () => threadId,
  data: () => poolData(),
  exit: () => process.exit(3),
  throw: () => {
    throw new ExrError('ERR_EXR_MAGIC', 'not an image')
  },
  later: () => {
    setTimeout(() => {
      throw new Error('thrown between tasks')
    })
    return new Promise(() => {})
  },
  hoard: () => {
    const hoard = []
    for (;;) hoard.push(new Array(100_000).fill(hoard.length))
  },
  spin: () => {
    for (;;);
  },
  slow: (item) => new Promise((resolve) => setTimeout(() => resolve(item.value), item.ms)),
  uncloneable: () => () => {},
}

export default poolTask(async (items) => {
  if (items[0].deed === 'buffers') {
    const buffers = items.map((item) => new Uint8Array(item.value).fill(7).buffer)
    return new Transfer(buffers, buffers)
  }
  const answers = []
  for (const item of items) answers.push(await deeds[item.deed](item))
  return answers
})
