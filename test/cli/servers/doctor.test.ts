import { CreateBucketCommand } from '@aws-sdk/client-s3'
import { describe, expect, it } from 'vitest'
import { motoProgram, S3_TEST_KEYS, startMoto } from '../../../scripts/servers/s3.ts'
import { connectS3 } from '../../../src/source/s3-client.ts'
import { tempDir } from '../../helpers.ts'
import { runCli } from '../run-cli.ts'

const moto = motoProgram()

describe.runIf(moto !== null)('doctor with an object store', () => {
  it('says that it answers and how many buckets it shows', async () => {
    const server = await startMoto(moto!)
    const s3 = await connectS3({ endpoint: server.endpoint, ...S3_TEST_KEYS })
    try {
      for (const Bucket of ['plates', 'renders']) await s3.client.send(new CreateBucketCommand({ Bucket }))
      const env = { S3_ENDPOINT: server.endpoint, S3_ACCESS_KEY: 'test', S3_SECRET_KEY: 'test-secret' }
      const { code, stdout } = await runCli(['doctor'], { env, cwd: tempDir() })
      expect(code).toBe(0)
      expect(stdout).toMatch(new RegExp(`^ +ok +S3 +${server.endpoint}, shows 2 buckets$`, 'm'))
    } finally {
      s3.close()
      await server.close()
    }
  })
})
