import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { connect } from '../../src/vastdb/index.ts'
import { environmentLines } from '../../src/vastdb-emulator/index.ts'
import { projectRoot, tempDir } from '../helpers.ts'
import { createTable, integers } from './setup.ts'

interface Running {
  readonly child: ChildProcess
  readonly environment: Readonly<Record<string, string>>
  readonly ended: Promise<number | null>
}

/** The command as users run it, up to the point where it has said how to reach it. */
async function start(...args: readonly string[]): Promise<Running> {
  const main = join(projectRoot, 'src/cli/main.ts')
  const child = spawn(process.execPath, ['--import', 'tsx', main, 'vast-emulator', '--port', '0', ...args], {
    cwd: projectRoot,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  let out = ''
  let errors = ''
  child.stderr.on('data', (part: Buffer) => {
    errors += part
  })
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (part: Buffer) => {
      out += part
      if (out.split('\n').length > 5) resolve()
    })
    void ended.then((code) => reject(new Error(`exit code ${code}: ${errors}`)))
  })
  const lines = out
    .trim()
    .split('\n')
    .map((line) => /^export (\w+)=(.*)$/.exec(line)!)
  return { child, environment: Object.fromEntries(lines.map(([, name, value]) => [name, value])), ended }
}

it('prints the environment of a client, keeps data in a folder, records, and ends cleanly when told to', async () => {
  const folder = tempDir()
  const args = ['--data', join(folder, 'data'), '--record', join(folder, 'requests.ndjson'), '--bucket', 'studio']
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    const { child, environment, ended } = await start(...args)
    expect(environment).toMatchObject({
      VAST_DB_SECRET_KEY: 'test',
      VAST_DB_REGION: 'us-east-1',
      VAST_DB_BUCKET: 'studio',
    })
    const session = await connect({
      endpoint: environment['VAST_DB_ENDPOINT']!,
      accessKey: environment['VAST_DB_ACCESS_KEY']!,
      secretKey: environment['VAST_DB_SECRET_KEY']!,
    })
    await session.transaction(async (tx) => {
      const schemas = await tx.bucket('studio').schemas()
      expect(schemas.map((schema) => schema.name)).toEqual(signal === 'SIGTERM' ? [] : ['kept'])
      if (signal === 'SIGTERM') await tx.bucket('studio').schema('kept').create()
    })
    await session.close()
    child.kill(signal)
    expect(await ended).toBe(0)
  }
  const records = readFileSync(join(folder, 'requests.ndjson'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(records.at(-1)).toMatchObject({ method: 'PUT', url: '/?transaction', status: 200, body: '' })
})

it('does not repeat a secret key of the user’s own', async () => {
  const { child, environment, ended } = await start('--access-key', 'me', '--secret-key', 'hush-hush')
  expect(environment['VAST_DB_ACCESS_KEY']).toBe('me')
  expect(JSON.stringify(environment)).not.toContain('hush')
  const session = await connect({ endpoint: environment['VAST_DB_ENDPOINT']!, accessKey: 'me', secretKey: 'hush-hush' })
  await createTable(session, 't', integers({ a: [1] }))
  await session.close()
  child.kill('SIGTERM')
  expect(await ended).toBe(0)
})

it.each([
  [['--fault', 'boom'], /--fault but received boom/],
  [['--server-version', '5'], /for version but received 5/],
  [['--port', 'many'], /for --port but received many/],
])('refuses %o', async (args, message) => {
  await expect(start(...args)).rejects.toThrow(message)
})

it('quotes environment values for a shell', () => {
  const settings = { endpoint: 'http://127.0.0.1:1', accessKey: "it's me", secretKey: null, bucket: 'vastdb' }
  expect(environmentLines(settings)).toContain("export VAST_DB_ACCESS_KEY='it'\\''s me'")
})
