/**
 * Everything of the DataEngine path on loopback: an S3 server, the VAST DataBase emulator and the function.
 * Uploads a sample frame, sends its event, shows the rows, and keeps running until Ctrl-C.
 *   npm run dev [-- --once]      --once ends after the rows were shown
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { connectS3 } from '../src/source/s3-client.ts'
import { freePort, type RunningServer, startServer } from './servers/process.ts'
import { motoProgram, S3_TEST_KEYS, startMoto, startVersitygw, versitygwProgram } from './servers/s3.ts'

const project = fileURLToPath(new URL('..', import.meta.url))
const cli = join(project, 'dist/cli/main.js')
const sample = join(project, 'test/fixtures/generated/files/compression-zip.exr')
const [bucket, key] = ['plates', 'demo/beauty.1001.exr']
const folder = mkdtempSync(join(tmpdir(), 'exr-dev-'))
const running: RunningServer[] = []

async function start(name: string, server: Promise<RunningServer>): Promise<string> {
  const started = await server
  running.push(started)
  console.log(`${name.padEnd(18)} ${started.endpoint}`)
  return started.endpoint
}

async function startStore(): Promise<string> {
  const gateway = versitygwProgram()
  if (gateway !== null) return start('object store', startVersitygw(gateway, join(folder, 'store')))
  const moto = motoProgram()
  if (moto === null) throw new Error('No S3 server at hand: install Go or Python')
  return start('object store', startMoto(moto))
}

async function startOurs(name: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const port = await freePort()
  return start(
    name,
    startServer(process.execPath, [cli, ...args, '--port', String(port)], `http://127.0.0.1:${port}`, env),
  )
}

async function main(): Promise<void> {
  execFileSync('bash', [join(project, 'test/fixtures/make.sh')], { stdio: 'inherit' })
  const store = await startStore()
  const database = await startOurs('VAST DataBase', ['vast-emulator', '--data', join(folder, 'vastdb')])
  const env = {
    S3_ENDPOINT: store,
    S3_ACCESS_KEY: S3_TEST_KEYS.accessKeyId,
    S3_SECRET_KEY: S3_TEST_KEYS.secretAccessKey,
    VAST_DB_ENDPOINT: database,
    VAST_DB_ACCESS_KEY: 'test',
    VAST_DB_SECRET_KEY: 'test',
    VAST_DB_BUCKET: 'vastdb',
  }
  const endpoint = await startOurs('function', ['serve', '--host', '127.0.0.1'], { ...env, EXR_DEBUG_ROUTE: 'true' })

  const s3 = await connectS3({ endpoint: store, ...S3_TEST_KEYS })
  await s3.client.send(new CreateBucketCommand({ Bucket: bucket }))
  await s3.client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: readFileSync(sample) }))
  s3.close()
  console.log(`\nUploaded s3://${bucket}/${key}; sending its event`)
  const answer = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'ce-specversion': '1.0',
      'ce-type': 'vastdata.com:Element.ElementCreated',
      'ce-id': '3007311000000042',
      'ce-source': 'vastdata.com:dev.00000000-0000-4000-8000-000000000001',
      'ce-subject': 'dev.main',
      'ce-elementpath': `${bucket}/${key}`,
    },
    body: JSON.stringify({
      Records: [{ eventName: 'ObjectCreated:Put', s3: { bucket: { name: bucket }, object: { key } } }],
    }),
  })
  console.log(`The function answered ${answer.status}\n`)
  const settings = Object.entries(env).map(([name, value]) => `${name}=${value}`)
  for (const args of [
    ['catalog', 'info', '--catalog', 'vast://vastdb/exr_metadata'],
    ['similar', sample, '--catalog', 'vast://vastdb/exr_metadata', '-k', '1'],
  ]) {
    console.log(`$ exr-inspector ${args.join(' ')}`)
    spawnSync(process.execPath, [cli, ...args], { stdio: 'inherit', env: { ...process.env, ...env } })
  }
  console.log(`\nTo use these servers from another terminal:\n  export ${settings.join(' ')}`)
  if (answer.status !== 204) process.exitCode = 1
}

async function stop(): Promise<void> {
  for (const server of running.splice(0).toReversed()) await server.close()
  rmSync(folder, { recursive: true, force: true })
}

if (process.argv.includes('--once')) {
  await main().finally(stop)
} else {
  // A keep-alive of our own: the servers are other processes.
  const idle = setInterval(() => {}, 2 ** 30)
  const end = () => {
    clearInterval(idle)
    void stop()
  }
  process.once('SIGINT', end)
  process.once('SIGTERM', end)
  await main().then(
    () => console.log('\nRunning until Ctrl-C.'),
    (error: unknown) => {
      console.error(error instanceof Error ? error.message : error)
      process.exitCode = 1
      end()
    },
  )
}
