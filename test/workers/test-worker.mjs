/** A worker for tests: each item says what it does to the thread that gets it. Written as the ones in dist are. */
import { isMainThread, threadId } from 'node:worker_threads'
import { register } from 'tsx/esm/api'

register()
// A child process runs the program in dist, and a worker must share its modules.
const [root, ending] = isMainThread ? ['../../dist', 'js'] : ['../../src', 'ts']
const { Answer, poolData, poolTask } = await import(`${root}/workers/task.${ending}`)
const { ExrError } = await import(`${root}/errors.${ending}`)

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
  enough: (item) => item.value,
  pid: () => process.pid,
  abort: () => process.abort(),
  kill: () => process.kill(process.pid, 'SIGSEGV'),
  array: (item) => ({ list: [new Float64Array(item.value).fill(item.value)] }),
  ints: (item) => BigInt64Array.of(BigInt(item.value)),
}

export default poolTask(async (items, mark) => {
  if (items[0].deed === 'buffers') {
    const buffers = items.map((item) => new Uint8Array(item.value).fill(7).buffer)
    return new Answer(buffers, { transfer: buffers })
  }
  const answers = []
  for (const [index, item] of items.entries()) {
    if (item.mark) mark(index)
    answers.push(await deeds[item.deed](item))
    mark(null)
    if (item.deed === 'enough') return new Answer(answers, { itemCount: answers.length })
  }
  return answers
})
