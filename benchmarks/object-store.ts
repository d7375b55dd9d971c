import { readFileSync } from 'node:fs'
import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import pLimit from 'p-limit'
import type { RunningServer } from '../scripts/servers/process.ts'
import { motoProgram, S3_TEST_KEYS, startMoto, startVersitygw, versitygwProgram } from '../scripts/servers/s3.ts'
import { connectS3, type S3Connection } from '../src/source/s3-client.ts'

export const BENCH_BUCKET = 'bench'

/** An S3 server on loopback, in a process of its own. */
export interface Store extends RunningServer {
  readonly name: string
  readonly connection: S3Connection
}

/** The gateway where Go can build it, else moto. Throws where neither is at hand. */
export async function startStore(folder: string): Promise<Store> {
  const [gateway, moto] = [versitygwProgram(), motoProgram()]
  if (gateway === null && moto === null) throw new Error('No S3 server at hand: install Go or Python')
  const server = gateway === null ? await startMoto(moto!) : await startVersitygw(gateway, folder)
  const connection = await connectS3({ endpoint: server.endpoint, ...S3_TEST_KEYS })
  await connection.client.send(new CreateBucketCommand({ Bucket: BENCH_BUCKET }))
  return {
    name: gateway === null ? 'moto' : 'versitygw',
    endpoint: server.endpoint,
    connection,
    async close() {
      connection.close()
      await server.close()
    },
  }
}

/** Uploads files under keys; files are read one by one. */
export async function upload(
  store: Store,
  files: readonly { readonly key: string; readonly path: string }[],
): Promise<void> {
  const limit = pLimit(16)
  await limit.map(files, ({ key, path }) =>
    store.connection.client.send(new PutObjectCommand({ Bucket: BENCH_BUCKET, Key: key, Body: readFileSync(path) })),
  )
}
