import { copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { type FunctionContext, init, shutdown } from '../../../src/function/context.ts'
import { handler } from '../../../src/function/handler.ts'
import { VastEvent } from '../../../src/function/vast-event.ts'
import { functionSettings } from '../../../src/settings/function.ts'
import { emulator, tableRows, URL } from '../../catalog/vast/place.ts'
import { fixturePath, tempDir } from '../../helpers.ts'
import { hashesOfFile, statsOfFile } from '../../pixels/truth.ts'

it('looks at the pixels, and judges by the policy, that an event asks for and stores what they say in the transaction of the file', async () => {
  const folder = tempDir()
  const requests: string[] = []
  const server = await emulator({ onRequest: ({ method, url }) => requests.push(`${method} ${url}`) })
  const env = { EXR_ALLOWED_FOLDERS: folder, EXR_ISOLATION: 'thread', EXR_CATALOG: URL }
  const keys = { VAST_DB_ENDPOINT: server.endpoint, VAST_DB_ACCESS_KEY: 'test', VAST_DB_SECRET_KEY: 'test' }
  const ctx: FunctionContext = {
    settings: functionSettings({ ...env, ...keys }, { get: () => undefined, bySecret: {} }),
  }
  await init(ctx)
  const send = async (name: string, toggles: object, expected: object = { outcome: 'stored', code: null }) => {
    copyFileSync(fixturePath(name), join(folder, name))
    const data = { path: join(folder, name), ...toggles }
    const [result] = await handler(ctx, new VastEvent({ attributes: { id: name }, data }))
    expect(result).toMatchObject(expected)
  }
  try {
    await send('compression-piz.exr', {})
    for (const table of ['channel_stats', 'deep_stats', 'content_hashes', 'id_coverage']) {
      expect(await tableRows(server, table)).toEqual([])
    }
    requests.length = 0
    await send('cryptomatte.exr', { stats: true, deep_stats: true, hash: true })
    const isOf = (table: string) => (request: string) =>
      request.startsWith('POST') && request.includes(`/${table}?rows`)
    const begun = requests.flatMap((request, i) => (request.startsWith('POST /?transaction') ? [i] : []))
    const stored = ['files', 'channel_stats', 'content_hashes', 'id_coverage'].map((table) =>
      requests.findIndex(isOf(table)),
    )
    // No transaction begins between the first and the last of them.
    expect(Math.min(...stored)).toBeGreaterThan(begun[0]!)
    expect(begun.some((at) => at > Math.min(...stored) && at < Math.max(...stored))).toBe(false)
    await send('deep-scanline.exr', { deepStats: true })

    const { parts } = await statsOfFile(fixturePath('cryptomatte.exr'))
    const means = (await tableRows(server, 'channel_stats')).map((row) => [row['channel_name'], row['mean']])
    expect(Object.fromEntries(means)).toEqual(
      Object.fromEntries(parts[0]!.channels.map(({ channel_name, mean }) => [channel_name, mean])),
    )
    const hashes = (await tableRows(server, 'content_hashes')).find(
      (row) => row['channel_name'] === null && row['algorithm'] === 'xxh3-128',
    )
    expect(hashes!['pixel_hash']).toBe((await hashesOfFile(fixturePath('cryptomatte.exr'))).parts[0]!.pixel_hash)
    expect(await tableRows(server, 'id_coverage')).toHaveLength(95)
    expect(await tableRows(server, 'deep_stats')).toMatchObject([{ is_sorted: true }])

    const policy = join(folder, 'delivery.yaml')
    writeFileSync(policy, 'name: delivery\nrules: {compress-allowed: {severity: error, options: {allowed: [zip]}}}')
    await send('compression-rle.exr', { validate: true, policy_path: policy })
    const told = (await tableRows(server, 'validation_results')).map((row) => [
      row['rule'],
      row['state'],
      row['policy'],
    ])
    expect(told.sort()).toEqual([
      ['*', 'fail', 'delivery'],
      ['compress-allowed', 'fail', 'delivery'],
    ])
    // What a policy names is read from the folders of events alone.
    const outside = join(tempDir(), 'outside.yaml')
    writeFileSync(outside, 'rules: {}')
    writeFileSync(join(folder, 'own.yaml'), `extends: ${outside}`)
    await send(
      'compression-zips.exr',
      { validate: true, policy_path: join(folder, 'own.yaml') },
      {
        outcome: 'bad_event',
        code: 'ERR_POLICY_INVALID',
        path: join(folder, 'compression-zips.exr'),
        message: `${join(folder, 'own.yaml')}:1:10: Cannot read the policy ${outside}: it is in none of the folders that may be read.`,
      },
    )
    expect(await tableRows(server, 'validation_results')).toHaveLength(2)
    // Nor are plates that it names.
    const plates = [join(folder, 'rgb.exr'), join(tempDir(), 'rgb.exr'), 's3://elsewhere/rgb.exr']
    for (const plate of plates.slice(0, 2)) copyFileSync(fixturePath('compression-none.exr'), plate)
    for (const [i, plate] of plates.entries()) {
      const named = join(folder, `plate-${i}.yaml`)
      writeFileSync(named, `rules: {deliver-plate-unchanged: {options: {plate: "${plate}"}}}`)
      const looked = { stats: true, validate: true, policy_path: named }
      await send(i === 0 ? 'compression-zip.exr' : i === 1 ? 'compression-b44.exr' : 'compression-dwaa.exr', looked)
    }
    const found = (await tableRows(server, 'validation_results')).filter(
      ({ rule }) => rule === 'deliver-plate-unchanged',
    )
    expect(found.map(({ state, message }) => [state, `${message}`.replace(/^.*: /, '')])).toEqual([
      ['cannot_check', 'it is in none of the folders that may be read.'],
      ['cannot_check', "plates of an event's policy are in the bucket of its file."],
    ])
  } finally {
    await shutdown(ctx)
    await server.close()
  }
})
