/** The program of a child process: loads the worker file it is told, answers one task after the other. */
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import { CHILD_FD, type ChildMessage, type StartMessage, startChild } from './child-side.ts'
import { takeApart } from './pieces.ts'

/** The parent's end of the lifeline closes however it dies; a thread notices it even while this one hangs. */
const LIFELINE = `
const { Socket } = require('node:net')
const line = new Socket({ fd: ${CHILD_FD.lifeline} })
line.on('error', () => {}).on('close', () => process.kill(process.pid, 'SIGKILL')).resume()`

type Task = (items: readonly unknown[]) => Promise<unknown>

new Worker(LIFELINE, { eval: true, execArgv: [], resourceLimits: { maxOldGenerationSizeMb: 16 } }).unref()
// Ctrl-C and service managers reach every process of a group; the parent decides when a child ends.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
process.on('disconnect', () => process.exit())

process.once('message', async (message: StartMessage) => {
  startChild(message)
  const { default: task } = (await import(pathToFileURL(message.worker).href)) as { default: Task }
  process.on('message', async ({ task: items }: { task: readonly unknown[] }) => sayAnswer(await task(items)))
  say({ ready: true })
})

function sayAnswer(answer: unknown): void {
  const { rest, pieces } = takeApart(answer)
  for (const piece of pieces) say({ piece })
  say({ answer: rest })
}

function say(message: ChildMessage): void {
  process.send?.(message)
}
