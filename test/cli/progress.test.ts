import { PassThrough, Writable } from 'node:stream'
import { expect, it } from 'vitest'
import { createContext } from '../../src/cli/context.ts'
import { barProgress } from '../../src/cli/progress.ts'
import { zeroCounts } from '../../src/ingest/counts.ts'

/** The lines that a terminal of endless height shows: enough of its language for a bar that redraws itself. */
class Screen extends Writable {
  readonly isTTY = true
  readonly columns = 80
  readonly #lines: string[] = ['']
  #row = 0
  #column = 0
  #saved: readonly [number, number] = [0, 0]

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the language of terminals
    for (const [token] of chunk.toString().matchAll(/\u001b\[[?\d;]*[A-Za-z]|\u001b[78]|[\s\S]/g)) this.#take(token)
    done()
  }

  shown(): string[] {
    return this.#lines.map((line) => line.trimEnd())
  }

  #take(token: string): void {
    const line = this.#lines[this.#row] ?? ''
    if (token === '\u001b7') this.#saved = [this.#row, this.#column]
    else if (token === '\u001b8') [this.#row, this.#column] = this.#saved
    else if (token === '\u001b[1G' || token === '\r') this.#column = 0
    else if (token === '\u001b[2K') this.#lines[this.#row] = ''
    else if (token === '\u001b[0K' || token === '\u001b[K') this.#lines[this.#row] = line.slice(0, this.#column)
    else if (token === '\n') {
      this.#row++
      this.#column = 0
      this.#lines[this.#row] ??= ''
    } else if (token.startsWith('\u001b')) return
    else {
      this.#lines[this.#row] = line.padEnd(this.#column).slice(0, this.#column) + token + line.slice(this.#column + 1)
      this.#column++
    }
  }
}

it('leaves what was said above the bar, and nothing of the bar', async () => {
  const screen = new Screen()
  const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: screen, env: { NO_COLOR: '1' } }
  const context = createContext(streams)
  context.note('before')
  const progress = await barProgress(context, Number.POSITIVE_INFINITY)
  progress.update({ ...zeroCounts(), toInspect: 1000, inspected: 500 })
  progress.note('Storing what has been read.')
  progress.update({ ...zeroCounts(), toInspect: 1000, inspected: 501 })
  progress.end()
  context.note('done')
  expect(screen.shown()).toEqual(['before', 'Storing what has been read.', 'done', ''])
})
