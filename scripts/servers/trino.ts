import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { javaProgram, mavenFolder } from './java.ts'
import { freePort, type RunningServer, startServer } from './process.ts'
import { CACHE, makeFolder, provide } from './provide.ts'

const VERSION = 476

/** What starts a Trino. */
export interface TrinoProgram {
  readonly java: string
  /** The server, unpacked. */
  readonly home: string
  /** Its connector for tables in memory. */
  readonly plugin: string
}

/** Trino with tables in memory, kept in `.cache`. Null, with the reason printed, where it is not to be had. */
export function trinoProgram(): TrinoProgram | null {
  const java = javaProgram()
  if (java === null) return null
  const folder = join(CACHE, `trino-${VERSION}`)
  const program = provide(`trino-${VERSION}`, folder, () => {
    const artifacts = [`io.trino:trino-server-core:${VERSION}:tar.gz`, `io.trino:trino-memory:${VERSION}:zip`]
    const packed = mavenFolder(`trino-${VERSION}-packed`, artifacts, { isAlone: true })
    if (packed === null) throw new Error('Maven has no archives of it')
    makeFolder(folder, (making) => {
      mkdirSync(making, { recursive: true })
      for (const file of readdirSync(join(packed, 'lib'))) {
        const archive = join(packed, 'lib', file)
        if (file.endsWith('.zip')) execFileSync('python3', ['-m', 'zipfile', '-e', archive, making], { stdio: 'pipe' })
        else execFileSync('tar', ['-xzf', archive, '-C', making], { stdio: 'pipe' })
      }
    })
    rmSync(packed, { recursive: true, force: true })
  })
  if (program === null) return null
  return { java, home: join(folder, `trino-server-core-${VERSION}`), plugin: join(folder, `trino-memory-${VERSION}`) }
}

/** One server on loopback; its catalog `vast` has tables in memory. Half a GB. */
export async function startTrino({ java, home, plugin }: TrinoProgram, folder: string): Promise<RunningServer> {
  const port = await freePort()
  const endpoint = `http://127.0.0.1:${port}`
  const etc = join(folder, 'etc')
  mkdirSync(join(etc, 'catalog'), { recursive: true })
  mkdirSync(join(folder, 'plugin'), { recursive: true })
  execFileSync('ln', ['-sfn', plugin, join(folder, 'plugin/memory')])
  writeFileSync(join(etc, 'catalog/vast.properties'), 'connector.name=memory\n')
  writeFileSync(
    join(etc, 'config.properties'),
    `coordinator=true
node-scheduler.include-coordinator=true
http-server.http.port=${port}
discovery.uri=${endpoint}
node.internal-address=127.0.0.1
plugin.dir=${join(folder, 'plugin')}
catalog.config-dir=${join(etc, 'catalog')}
task.concurrency=1
exchange.client-threads=2
task.max-worker-threads=2
http-server.log.enabled=false
`,
  )
  // Without the incubating vector module, which this runtime lacks.
  const jvm = ['-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Djdk.attach.allowAttachSelf=true']
  const node = ['-Dnode.environment=test', '-Dnode.id=t1', `-Dnode.data-dir=${join(folder, 'data')}`]
  const args = [...jvm, ...node, `-Dconfig=${join(etc, 'config.properties')}`, '-cp', join(home, 'lib/*')]
  return startServer(java, [...args, 'io.trino.server.TrinoServer'], endpoint, {}, () => isUp(endpoint))
}

async function isUp(endpoint: string): Promise<boolean> {
  try {
    const { starting } = (await (await fetch(`${endpoint}/v1/info`)).json()) as { starting: boolean }
    return !starting
  } catch {
    return false
  }
}

/** Runs a statement to its end, past the program's own client, and gives its rows as Trino writes them. */
export async function trinoRows(endpoint: string, sql: string): Promise<unknown[][]> {
  const headers = { 'x-trino-user': 'test' }
  const rows: unknown[][] = []
  let response = await fetch(`${endpoint}/v1/statement`, { method: 'POST', body: sql, headers })
  for (;;) {
    if (response.status === 503) {
      await sleep(100)
      continue
    }
    const page = (await response.json()) as { nextUri?: string; data?: unknown[][]; error?: { message: string } }
    if (page.error) throw new Error(`${page.error.message}: ${sql.slice(0, 300)}`)
    rows.push(...(page.data ?? []))
    if (page.nextUri === undefined) return rows
    response = await fetch(page.nextUri, { headers })
  }
}
