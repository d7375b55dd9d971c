import { type ChildProcess, spawn } from 'node:child_process'
import type { ExplorerState } from '../../src/server/explorer/api.ts'
import { CLI } from './run-cli.ts'

/** The command `explore` as it runs, and its API. */
export interface ExploreChild {
  readonly child: ChildProcess
  /** Asks a path of the API. */
  get(path: string): Promise<Response>
  /** Resolves with the state once nothing is ingested any more. */
  settled(): Promise<ExplorerState>
  /** Ends it as Ctrl-C does; resolves with its exit code. */
  end(): Promise<number | null>
}

/** Starts it and waits for its link. */
export async function startExplore(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<ExploreChild> {
  const child = spawn(process.execPath, [CLI, 'explore', ...args], { env: { ...process.env, ...env } })
  const link = await new Promise<URL>((found, failed) => {
    let text = ''
    child.stdout.on('data', (data: Buffer) => {
      text += data
      const [address] = /http:\S+(?=\n)/.exec(text) ?? []
      if (address !== undefined) found(new URL(address))
    })
    child.on('exit', (code) => failed(new Error(`ended with ${code}`)))
  })
  const get = (path: string) => {
    const url = new URL(`/api/v1${path}`, link)
    url.searchParams.set('token', link.searchParams.get('token')!)
    return fetch(url)
  }
  return {
    child,
    get,
    settled: async () => {
      for (;;) {
        const state = (await (await get('/state')).json()) as ExplorerState
        if (state.state !== 'filling') return state
        await new Promise((wait) => setTimeout(wait, 50))
      }
    },
    end: () => {
      const ended = new Promise<number | null>((done) => child.on('exit', done))
      child.kill('SIGINT')
      return ended
    },
  }
}
