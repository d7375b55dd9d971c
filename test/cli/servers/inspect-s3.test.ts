import { readFileSync } from 'node:fs'
import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunningServer } from '../../../scripts/servers/process.ts'
import { motoProgram, S3_TEST_KEYS, startMoto } from '../../../scripts/servers/s3.ts'
import { connectS3 } from '../../../src/source/s3-client.ts'
import { fixturePath, tempDir } from '../../helpers.ts'
import { runCli } from '../run-cli.ts'

const moto = motoProgram()
const KEYS = [
  'show/a/beauty.0998.exr',
  'show/a/beauty.1001.exr',
  'show/a/notes.txt',
  'show/b/depth.1001.exr',
  'other/c.exr',
]

describe.runIf(moto !== null)('inspect with an object store', () => {
  let server: RunningServer
  beforeAll(async () => {
    server = await startMoto(moto!)
    const s3 = await connectS3({ endpoint: server.endpoint, ...S3_TEST_KEYS })
    await s3.client.send(new CreateBucketCommand({ Bucket: 'plates' }))
    const Body = readFileSync(fixturePath('compression-zip.exr'))
    for (const Key of KEYS) await s3.client.send(new PutObjectCommand({ Bucket: 'plates', Key, Body }))
    s3.close()
  })
  afterAll(() => server?.close())

  const run = (...args: string[]) => {
    const env = { S3_ENDPOINT: server.endpoint, S3_ACCESS_KEY: 'test', S3_SECRET_KEY: 'test-secret' }
    return runCli(args, { env, cwd: tempDir() })
  }
  const inspect = (...args: string[]) => run('inspect', ...args)
  const url = (key: string) => `s3://plates/${key}`
  const [a998, a1001, , b1001, c] = KEYS.map(url)

  it.each([
    ['s3://plates/show/', [a998, a1001, b1001]],
    ['s3://plates', [c, a998, a1001, b1001]],
    ['s3://plates/show/*/beauty.*.exr', [a998, a1001]],
    ['s3://plates/**/*.1001.exr', [a1001, b1001]],
    ['s3://plates/show/a/beauty.####.exr', [a998, a1001]],
    ['s3://plates/show/a/beauty.1001-1001#.exr', [a1001]],
    ['s3://plates/show/{b,c}/*.exr', [b1001]],
  ])('takes %s', async (location, expected) => {
    const { code, stdout } = await inspect(location, '--json')
    const paths = JSON.parse(stdout).map((payload: { file: { path: string } }) => payload.file.path)
    expect([code, paths]).toEqual([0, expected])
  })

  it('ingests and lists by pattern, and says which frames of a range are not there', async () => {
    const ingest = await run('ingest', '--json', 's3://plates/show/a/beauty.0998-1001#.exr')
    expect(ingest.code).toBe(1)
    expect(JSON.parse(ingest.stdout)).toMatchObject({ found: 2, inserted: 2, failed: 1 })
    expect(ingest.stdout).toContain('are not there: 999-1000')
    const list = async (...args: string[]) => {
      const { stdout } = await run('ls', '--json', ...args)
      return JSON.parse(stdout).map(({ pattern, size_bytes }: Record<string, unknown>) => [
        pattern,
        Number(size_bytes) > 0,
      ])
    }
    expect(await list('s3://plates/show/a/')).toEqual([['s3://plates/show/a/beauty.####.exr', true]])
    expect((await run('ls', 's3://plates/show/')).code).toBe(1)
    expect(await list('-r', 's3://plates/show/**/depth.%04d.exr')).toEqual([
      ['s3://plates/show/b/depth.####.exr', true],
    ])
  })

  it('keys payloads by all names of a listing', async () => {
    const s3 = await connectS3({ endpoint: server.endpoint, ...S3_TEST_KEYS })
    const Body = readFileSync(fixturePath('compression-zip.exr'))
    for (const frame of [998, 999, 1001]) {
      await s3.client.send(new PutObjectCommand({ Bucket: 'plates', Key: `digits/f.${frame}.exr`, Body }))
    }
    s3.close()
    const { stdout } = await inspect('s3://plates/digits/', '--json')
    const files = JSON.parse(stdout).map(({ file }: { file: Record<string, unknown> }) => file)
    expect(files.map((file: Record<string, unknown>) => file['frame_number']).toSorted()).toEqual([1001, 998, 999])
    expect(new Set(files.map((file: Record<string, unknown>) => file['sequence_key']))).toEqual(
      new Set(['s3://plates/digits/f.###.exr']),
    )
  })

  it('says that nothing has such a key', async () => {
    const { code, stderr } = await inspect('s3://plates/show/*/albedo.*.exr', '--json')
    expect(code).toBe(1)
    expect(stderr).toContain('ERR_SOURCE_NOT_FOUND')
  })
})
