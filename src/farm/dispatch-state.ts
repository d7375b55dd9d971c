import { hash } from 'node:crypto'
import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs'
import { ExrError } from '../errors.ts'
import type { FoundFiles } from '../ingest/found.ts'

/** What is on a topic already, kept in a file: a line for each folder, or part of one, that was published whole. */
export interface DispatchState {
  /** Whether these files, as they are now, were published. */
  has(files: FoundFiles): boolean
  /** To be called once they are on the topic; kept before this returns. */
  add(files: FoundFiles): void
  /** May be called twice. */
  close(): void
}

const HEAD = 'exr-inspector dispatch 1'

/** Remembers nothing. */
export const forgetful: DispatchState = { has: () => false, add() {}, close() {} }

/** Opens or makes the file. Throws ERR_OPTION_INVALID for one of another topic, or that is none. */
export function openDispatchState(path: string, topic: string): DispatchState {
  const head = `${HEAD} ${topic}`
  const text = readIfThere(path)
  const [first, ...lines] = text.split('\n')
  if (text !== '' && first !== head) {
    const found = first?.startsWith(HEAD) ? `one of topic ${first.slice(HEAD.length + 1)}` : 'another file'
    throw new ExrError('ERR_OPTION_INVALID', `Expected the state of topic ${topic} for --state but ${path} is ${found}`)
  }
  // The last line may be cut off by the end of an earlier run: its folder is then published again.
  const known = new Set(lines.filter((line) => line.length === DIGITS))
  let file: number | null = open(path)
  const write = (line: string) => {
    writeSync(file!, line)
    fsyncSync(file!)
  }
  if (text === '') write(`${head}\n`)
  else if (!text.endsWith('\n')) write('\n')
  return {
    has: (files) => known.has(nameOf(files)),
    add(files) {
      const name = nameOf(files)
      known.add(name)
      write(`${name}\n`)
    },
    close() {
      if (file !== null) closeSync(file)
      file = null
    },
  }
}

const DIGITS = 32

/** Of everything that a walk says of files: one that changes, comes or goes makes another name. */
function nameOf({ directory, names, sizes, mtimesUs, etags }: FoundFiles): string {
  const all = JSON.stringify([directory, names, Array.from(sizes), Array.from(mtimesUs, String), etags])
  return hash('sha256', all, 'hex').slice(0, DIGITS)
}

function open(path: string): number {
  try {
    return openSync(path, 'a', 0o600)
  } catch (cause) {
    const message = `Expected a file that can be written for --state but received ${path}`
    throw new ExrError('ERR_OPTION_INVALID', message, { cause })
  }
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
