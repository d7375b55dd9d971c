import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readSecrets } from '../../src/settings/secrets.ts'

const folder = mkdtempSync(join(tmpdir(), 'exr-secrets-'))

beforeAll(() => {
  writeFileSync(join(folder, 'S3_ACCESS_KEY'), 'flat\n')
  mkdirSync(join(folder, 'exr-creds'))
  writeFileSync(join(folder, 'exr-creds', 'VAST_DB_SECRET_KEY'), 'nested')
  writeFileSync(join(folder, 'more.json'), JSON.stringify({ PORT: 9090, VERIFY: true, 'db-creds': { USER: 'ingest' } }))
  writeFileSync(join(folder, 'more.yaml'), 'REGION: us-east-1\n')
  writeFileSync(join(folder, 'broken.json'), '{ "a": ')
  // Kubernetes keeps the real files behind such a link.
  mkdirSync(join(folder, '..2026_10_01'))
  writeFileSync(join(folder, '..2026_10_01', 'S3_ACCESS_KEY'), 'not this one')
  symlinkSync('..2026_10_01', join(folder, '..data'))
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

it('reads flat, nested, JSON and YAML layouts, all values as text', () => {
  const secrets = readSecrets(folder)
  expect(secrets.get('S3_ACCESS_KEY')).toBe('flat')
  expect(secrets.get('vast_db_secret_key')).toBe('nested')
  expect(secrets.get('PORT')).toBe('9090')
  expect(secrets.get('VERIFY')).toBe('true')
  expect(secrets.get('USER')).toBe('ingest')
  expect(secrets.get('REGION')).toBe('us-east-1')
  expect(secrets.bySecret['exr-creds']).toEqual({ VAST_DB_SECRET_KEY: 'nested' })
  expect(Object.keys(secrets.bySecret)).not.toContain('..data')
})

it('has none where there is no folder', () => {
  expect(readSecrets(join(folder, 'nothing')).bySecret).toEqual({})
})
