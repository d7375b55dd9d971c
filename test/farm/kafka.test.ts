import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Admin } from '@platformatic/kafka'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lagOf, Member, makeTopics } from '../../scripts/servers/consumers.ts'
import { type KafkaServer, kafkaProgram, startKafka } from '../../scripts/servers/kafka.ts'
import { freePort } from '../../scripts/servers/process.ts'
import { type BrokerMessage, GroupReader, Publisher } from '../../src/broker/index.ts'
import { openCatalog } from '../../src/catalog/open.ts'
import { consume, dispatch } from '../../src/farm/index.ts'
import type { Emulator } from '../../src/vastdb-emulator/index.ts'
import { connectionTo, emulator, openAt, tableRows, URL } from '../catalog/vast/place.ts'
import { runHere } from '../cli/run-cli.ts'
import { fixturePath } from '../paths.ts'

const program = kafkaProgram()

describe.skipIf(program === null)('work over a real Kafka', () => {
  const folder = mkdtempSync(join(tmpdir(), 'farm-'))
  const never = new AbortController().signal
  let kafka: KafkaServer
  let vast: Emulator
  const broker = () => ({ brokers: [kafka.endpoint], tls: null, sasl: null })
  const bytes = readFileSync(fixturePath('compression-zip.exr'))
  const render = (name: string, frames: number) => {
    mkdirSync(join(folder, name), { recursive: true })
    for (let frame = 1; frame <= frames; frame++) writeFileSync(join(folder, name, `beauty.${frame}.exr`), bytes)
  }

  beforeAll(async () => {
    const names = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1']
    const files = ['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem')]
    const quiet = { stdio: 'ignore' } as const
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...files, ...names], quiet)
    const pemPath = join(folder, 'both.pem')
    writeFileSync(pemPath, ['key.pem', 'cert.pem'].map((name) => readFileSync(join(folder, name), 'utf8')).join(''))
    const secured = { pemPath, username: 'lena', password: 's3cret-word' }
    ;[kafka, vast] = await Promise.all([startKafka(program!, join(folder, 'kafka'), secured), emulator()])
    await makeTopics(kafka.endpoint, ['lists', 'dead', 'shared', 'secured', 'away'], 6)
  })
  afterAll(async () => {
    await vast?.close()
    await kafka?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it('is put on a topic once, by sequence, and stored with how far the topic is read', async () => {
    for (const shot of ['shots/a', 'shots/b']) render(shot, 12)
    const put = () =>
      dispatch({
        broker: broker(),
        topic: 'lists',
        roots: [join(folder, 'shots')],
        jobs: 1,
        statePath: join(folder, 'state'),
        stop: never,
      })
    expect(await put()).toMatchObject({ found: 24, published: 24, known: 0 })
    utimesSync(join(folder, 'shots/b/beauty.7.exr'), 1, 1)
    expect(await put()).toMatchObject({ found: 24, published: 12, known: 12 })

    const publisher = await Publisher.open(broker())
    const others = [
      '{"path"',
      JSON.stringify({ Records: [{ s3: { bucket: { name: 'b' }, object: { key: 'x.txt' } } }] }),
    ]
    await publisher.send(
      'lists',
      others.map((value) => ({ key: null, value: Buffer.from(value) })),
    )
    await publisher.close()

    const path = join(folder, 'catalog.duckdb')
    const work = async () => {
      const catalog = await openCatalog(path)
      await catalog.ensureSchema()
      const options = { broker: broker(), topic: 'lists', group: 'g', deadLetterTopic: 'dead', catalog, s3: {} }
      const counts = await consume({ ...options, jobs: 1, foldCase: false, idleMs: 400, stop: never, toolVersion: 't' })
      const { rows } = await catalog.sql(
        `SELECT (SELECT count(*)::INT FROM files), (SELECT count(*)::INT FROM inspections),
          (SELECT sum(next_offset)::INT FROM consumer_offsets), (SELECT count(*)::INT FROM sequences)`,
      )
      await catalog.close()
      return { counts, rows }
    }
    const first = await work()
    expect(first.counts).toMatchObject({ messages: 38, stored: 24, skipped: 1, deadLetters: 1, failed: 0 })
    expect(first.rows).toEqual([[24, expect.any(Number), 38, 2]])

    // As after a kill between the transaction and the word to the broker, which then knows of nothing.
    const admin = new Admin({ clientId: 'test', bootstrapBrokers: [kafka.endpoint] })
    await admin.deleteGroups({ groups: ['g'] })
    await admin.close()
    const second = await work()
    expect(second.counts).toMatchObject({ messages: 0, stored: 0 })
    expect(second.rows).toEqual(first.rows)
    expect(await lagOf(kafka.endpoint, 'lists', 'g')).toBe(0)

    const reader = await GroupReader.open(broker(), { topic: 'dead', group: 'looks' })
    const stop = new AbortController()
    let letter: BrokerMessage | undefined
    for await (const message of reader.messages(stop.signal)) {
      letter = message
      stop.abort()
    }
    await reader.close()
    expect(String(letter?.value)).toBe('{"path"')
    expect(letter?.headers.get('exr_code')).toBe('ERR_EVENT_INVALID')
  })

  it('is done once by three consumers of which one is killed and another comes and goes', async () => {
    for (const shot of ['c', 'd', 'e']) render(`shared/${shot}`, 100)
    const { endpoint, accessKey, secretKey } = connectionTo(vast)
    const env = { VAST_DB_ENDPOINT: endpoint!, VAST_DB_ACCESS_KEY: accessKey!, VAST_DB_SECRET_KEY: secretKey! }
    const port = await freePort()
    const args = ['--brokers', kafka.endpoint, '--topic', 'shared', '--group', 'farm', '--catalog', URL]
    const start = (...more: string[]) =>
      new Member([...args, '--session', '6s', '--batch', '8', '--jobs', '1', '--json', ...more], env)
    const catalog = await openAt(vast)
    await catalog.ensureSchema()
    const members = [start('--metrics', `127.0.0.1:${port}`), start(), start()]
    const published = await runHere([
      'dispatch',
      join(folder, 'shared'),
      ...['--brokers', kafka.endpoint, '--topic', 'shared', '--json'],
    ])
    expect(JSON.parse(published.stdout)).toMatchObject({ found: 300, published: 300, stopped: false })
    while ((await tableRows(vast, 'files', ['file_id'])).length === 0) await sleep(50)
    await members[1]!.end('SIGKILL')
    members.push(start())
    while ((await lagOf(kafka.endpoint, 'shared', 'farm')) > 0) await sleep(200)
    expect(await members[3]!.end('SIGTERM')).toBe(0)
    const page = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
    expect(page).toMatch(/^exr_consumer_messages_total \d+$/m)
    for (const index of [0, 2]) expect(await members[index]!.end('SIGTERM')).toBe(0)
    const paths = (await tableRows(vast, 'files', ['file_path_normalized'])).map((row) => row['file_path_normalized'])
    expect([paths.length, new Set(paths).size]).toEqual([300, 300])
    expect(await catalog.verify()).toMatchObject({ ok: true })
    await catalog.close()
  })

  it('goes over an encrypted connection to a broker that asks who is there', async () => {
    render('secured', 3)
    const env = {
      EXR_KAFKA_BROKERS: kafka.securedEndpoint,
      EXR_KAFKA_TLS: 'true',
      EXR_KAFKA_CA: join(folder, 'cert.pem'),
      EXR_KAFKA_USERNAME: 'lena',
      EXR_KAFKA_PASSWORD: 's3cret-word',
    }
    const put = ['dispatch', join(folder, 'secured'), '--topic', 'secured', '--json']
    expect(JSON.parse((await runHere(put, { env })).stdout)).toMatchObject({ published: 3 })
    const refused = await runHere(put, { env: { ...env, EXR_KAFKA_PASSWORD: 'another-word' } })
    expect([refused.code, refused.stderr]).toEqual([3, expect.stringContaining('"ERR_BROKER_AUTH"')])
    expect(refused.stderr).not.toContain('another-word')
    const stranger = await runHere(put, { env: { ...env, EXR_KAFKA_CA: '' } })
    expect([stranger.code, stranger.stderr]).toEqual([3, expect.stringMatching(/"ERR_BROKER".*self-signed/i)])

    const take = ['consume', '--topic', 'secured', '--group', 's', '--idle-exit', '1s', '--jobs', '1', '--json']
    const taken = await runHere([...take, '--catalog', join(folder, 'secured.duckdb')], {
      env: { ...env, EXR_KAFKA_SASL: 'SCRAM-SHA-256' },
    })
    expect([taken.code, JSON.parse(taken.stdout)]).toMatchObject([0, { stored: 3 }])
  })

  // Behind the others: the broker they have is another process from here on.
  it('waits for a broker that is away, and goes on', async () => {
    const { endpoint, accessKey, secretKey } = connectionTo(vast)
    const env = { VAST_DB_ENDPOINT: endpoint!, VAST_DB_ACCESS_KEY: accessKey!, VAST_DB_SECRET_KEY: secretKey! }
    const put = (frames: number) => {
      render('away', frames)
      const args = ['--brokers', kafka.endpoint, '--topic', 'away', '--json']
      return runHere(['dispatch', join(folder, 'away'), ...args])
    }
    const args = ['--brokers', kafka.endpoint, '--topic', 'away', '--group', 'away', '--catalog', URL]
    const member = new Member([...args, '--session', '6s', '--jobs', '1', '--json'], env)
    const done = async () => {
      while ((await lagOf(kafka.endpoint, 'away', 'away')) > 0) await sleep(200)
    }
    await put(2)
    await done()
    await kafka.close()
    await sleep(2_000)
    kafka = await startKafka(program!, join(folder, 'kafka'))
    await put(5)
    await done()
    expect(await member.end('SIGTERM')).toBe(0)
    const stored = (await tableRows(vast, 'files', ['file_path_normalized'])).map((row) => row['file_path_normalized'])
    expect(stored.filter((path) => String(path).includes('/away/'))).toHaveLength(5)
  })

  it('fails with a reason where there is no topic or no broker', async () => {
    const here = ['--group', 'g', '--catalog', join(folder, 'none.duckdb')]
    const missing = await runHere(['consume', '--brokers', kafka.endpoint, '--topic', 'absent', ...here])
    expect([missing.code, missing.stderr]).toEqual([3, expect.stringContaining('[ERR_BROKER_TOPIC]')])
    const nobody = await runHere(['consume', '--brokers', `127.0.0.1:${await freePort()}`, '--topic', 't', ...here])
    expect([nobody.code, nobody.stderr]).toEqual([3, expect.stringMatching(/ECONNREFUSED.*\[ERR_BROKER\]/)])
  })
})
