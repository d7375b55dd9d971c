import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Emulator, startEmulator } from '../../../src/vastdb-emulator/index.ts'
import { projectRoot } from '../../paths.ts'

describe('the guide', () => {
  let emulator: Emulator
  beforeAll(async () => {
    emulator = await startEmulator({ port: 0 })
    vi.stubEnv('VAST_DB_ENDPOINT', emulator.endpoint)
  })
  afterAll(async () => {
    vi.unstubAllEnvs()
    await emulator?.close()
  })

  it('holds examples that run, one after the other', async () => {
    const guide = readFileSync(join(projectRoot, 'docs/guides/vastdb-client.md'), 'utf8')
    const blocks = [...guide.matchAll(/^```ts\n(.*?)^```$/gms)].map((match) => match[1]!)
    expect(blocks.length).toBeGreaterThan(6)
    const folder = join(projectRoot, 'test/fixtures/generated')
    mkdirSync(folder, { recursive: true })
    const script = join(folder, 'vastdb-guide.ts')
    writeFileSync(script, blocks.join('\n').replaceAll('exr-inspector/vastdb', '../../../src/vastdb/index.ts'))
    const said: string[] = []
    const log = vi.spyOn(console, 'log').mockImplementation((...words) => void said.push(words.join(' ')))
    try {
      await import(script)
    } finally {
      log.mockRestore()
    }
    expect(said).toEqual([
      '5.5.0.1',
      'stored rows 0, 1, 2',
      '{"shot": "sq010_sh0010", "frame": 1001}',
      '{"shot": "sq010_sh0010", "frame": 1002}',
      '{"shot": "sq010_sh0020", "frame": 1001}',
      '3 rows pass',
      '3',
      'ERR_VASTDB_NOT_FOUND   ',
    ])
  })
})
