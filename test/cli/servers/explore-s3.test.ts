import { readFileSync } from 'node:fs'
import { CreateBucketCommand, DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { expect, it } from 'vitest'
import { motoProgram, S3_TEST_KEYS, startMoto } from '../../../scripts/servers/s3.ts'
import type { Found } from '../../../src/server/explorer/api.ts'
import { connectS3 } from '../../../src/source/s3-client.ts'
import { fixturePath } from '../../helpers.ts'
import { startExplore } from '../explore-child.ts'

const moto = motoProgram()

it.skipIf(moto === null)('explores a prefix of an object store, pictures and pixels included', async () => {
  const server = await startMoto(moto!)
  const s3 = await connectS3({ endpoint: server.endpoint, ...S3_TEST_KEYS })
  await s3.client.send(new CreateBucketCommand({ Bucket: 'plates' }))
  const Body = readFileSync(fixturePath('compression-zip.exr'))
  for (const frame of [1001, 1003]) {
    await s3.client.send(new PutObjectCommand({ Bucket: 'plates', Key: `show/a.${frame}.exr`, Body }))
  }
  const env = { S3_ENDPOINT: server.endpoint, S3_ACCESS_KEY: 'test', S3_SECRET_KEY: 'test-secret' }
  const explore = await startExplore(['s3://plates/show/'], env)
  try {
    expect(await explore.settled()).toMatchObject({ state: 'ready', progress: { found: 2, done: 2, failed: 0 } })
    const found = (await (await explore.get('/files?fold=false')).json()) as Found
    expect(found.rows.map(({ name }) => name)).toEqual(['s3://plates/show/a.1001.exr', 's3://plates/show/a.1003.exr'])
    const [file] = found.rows
    const picture = await explore.get(`/files/${file!.file_id}/thumbnail?size=64`)
    expect([picture.status, picture.headers.get('content-type')]).toEqual([200, 'image/jpeg'])
    const pixels = await explore.get(`/files/${file!.file_id}/pixels?x=0&y=0&width=2&height=2`)
    expect((await pixels.arrayBuffer()).byteLength).toBe(2 * 2 * 4 * 2)
    await s3.client.send(new DeleteObjectCommand({ Bucket: 'plates', Key: 'show/a.1001.exr' }))
    const gone = await explore.get(`/files/${file!.file_id}/pixels?x=1&y=1&width=2&height=2`)
    expect([gone.status, await gone.json()]).toMatchObject([404, { code: 'ERR_SOURCE_NOT_FOUND' }])
  } finally {
    await explore.end()
    s3.close()
    await server.close()
  }
})
