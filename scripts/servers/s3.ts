import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { freePort, type RunningServer, startServer } from './process.ts'
import { CACHE, makePython, provide } from './provide.ts'

/** Key pair that both servers accept. */
export const S3_TEST_KEYS = { accessKeyId: 'test', secretAccessKey: 'test-secret' }

/** Moto's S3 server, from PyPI, kept in `.cache`. Null, with the reason printed, where Python or PyPI is not at hand. */
export function motoProgram(): string | null {
  // Its interpreter and not its script, which would name the folder where it was installed before a move.
  const program = join(CACHE, 'moto/bin/python')
  return provide('moto server', program, () => makePython(join(CACHE, 'moto'), 'moto[server]==5.2.*'))
}

export async function startMoto(program: string): Promise<RunningServer> {
  const port = await freePort()
  return startServer(program, ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)], `http://127.0.0.1:${port}`)
}

/** Versity's gateway over a folder, built by Go, kept in `.cache`. Null, with the reason printed, where Go is not at hand. */
export function versitygwProgram(): string | null {
  const program = join(CACHE, 'bin/versitygw')
  return provide('versitygw server', program, () =>
    execFileSync('go', ['install', 'github.com/versity/versitygw/cmd/versitygw@v1.8.0'], {
      stdio: 'ignore',
      env: { ...process.env, GOBIN: join(CACHE, 'bin') },
    }),
  )
}

export async function startVersitygw(program: string, folder: string): Promise<RunningServer> {
  const [objects, metadata] = [join(folder, 'objects'), join(folder, 'metadata')]
  for (const part of [objects, metadata]) mkdirSync(part, { recursive: true })
  const port = await freePort()
  const endpoint = `http://127.0.0.1:${port}`
  const { accessKeyId, secretAccessKey } = S3_TEST_KEYS
  const args = [
    '--access',
    accessKeyId,
    '--secret',
    secretAccessKey,
    '--port',
    `127.0.0.1:${port}`,
    '--quiet',
    '--keep-alive',
  ]
  return startServer(program, [...args, 'posix', '--sidecar', metadata, objects], endpoint)
}
