import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { endpointsFor } from '../../src/function/endpoints.ts'
import { outputBody } from '../../src/function/sink.ts'
import { functionSettings } from '../../src/settings/function.ts'
import { readSecrets } from '../../src/settings/secrets.ts'
import { tempDir } from '../helpers.ts'

const noSecrets = { get: () => undefined, bySecret: {} }
const secretsOf = (values: Record<string, string>) => ({ get: (key: string) => values[key], bySecret: {} })
const settingsOf = (env: Record<string, string>) => functionSettings(env, noSecrets)

describe('function settings', () => {
  it('has defaults that fit the platform', () => {
    expect(settingsOf({})).toMatchObject({
      host: '0.0.0.0',
      port: 8080,
      catalogUrl: null,
      debugRoute: false,
      allowedEndpoints: [],
      allowedFolders: [],
      logLevel: 'info',
      sinkUrl: null,
    })
  })

  it('refuses a sink that is no URL and attributes that no header can name, and shows neither', () => {
    for (const sink of ['sink', 'ftp://key@sink/', 'http://']) {
      expect(() => settingsOf({ K_SINK: sink })).toThrow('Expected an http:// or https:// URL for K_SINK.')
    }
    for (const name of ['a b', 'a\r\nx', '', 'é']) {
      expect(() => settingsOf({ K_CE_OVERRIDES: JSON.stringify({ extensions: { [name]: 'x' } }) })).toThrow(
        'Expected JSON with an extensions object for K_CE_OVERRIDES.',
      )
    }
  })

  it('takes mounted secrets before the environment', () => {
    const settings = functionSettings(
      { S3_ACCESS_KEY: 'from-env', S3_REGION: 'eu-1' },
      secretsOf({ S3_ACCESS_KEY: 'mounted' }),
    )
    expect(settings.s3).toMatchObject({ accessKeyId: 'mounted', region: 'eu-1' })
  })

  it('reads mounted files and the environment together', () => {
    const folder = tempDir()
    writeFileSync(join(folder, 'S3_SECRET_KEY'), 'mounted')
    const settings = functionSettings({ S3_ENDPOINT: 'http://s3', S3_ACCESS_KEY: 'a' }, readSecrets(folder))
    expect(settings.s3).toMatchObject({ endpoint: 'http://s3', accessKeyId: 'a', secretAccessKey: 'mounted' })
  })

  it('lets VAST DataBase fall back to the S3 endpoint and keys, and names the catalog by bucket and schema', () => {
    const settings = settingsOf({
      S3_ENDPOINT: 'http://s3',
      S3_ACCESS_KEY: 'a',
      S3_SECRET_KEY: 'b',
      VAST_DB_SECRET_KEY: 'c',
      VAST_DB_BUCKET: 'db',
    })
    expect(settings.vast).toMatchObject({
      endpoint: 'http://s3',
      accessKey: 'a',
      secretKey: 'c',
      region: 'us-east-1',
      bucket: 'db',
      schema: 'exr_metadata',
    })
    expect(settings.catalogUrl).toBe('vast://db/exr_metadata')
    expect(settingsOf({ VAST_DB_BUCKET: 'db', EXR_CATALOG: 'own.duckdb' }).catalogUrl).toBe('own.duckdb')
  })

  it("knows the platform's level names, and names the variable that is wrong", () => {
    expect(settingsOf({ VAST_LOG_LEVEL: 'WARNING' }).logLevel).toBe('warn')
    for (const env of [
      { PORT: 'http' },
      { EXR_DEBUG_ROUTE: 'maybe' },
      { VAST_LOG_LEVEL: 'LOUD' },
      { K_CE_OVERRIDES: '{' },
    ]) {
      const name = Object.keys(env)[0] ?? ''
      expect(() => settingsOf(env as Record<string, string>)).toThrow(
        expect.objectContaining({ code: 'ERR_OPTION_INVALID', message: expect.stringContaining(name) }),
      )
    }
  })
})

describe('endpoints in events', () => {
  const settings = settingsOf({ S3_ENDPOINT: 'http://s3', EXR_CATALOG: 'own.duckdb' })
  const fields = {
    vastdb_endpoint: 'http://10.0.0.9:9090',
    vastdb_access_key: 'k',
    vastdb_secret_key: 's',
    vastdb_bucket: 'db',
  }

  it('are taken from a library call', () => {
    expect(endpointsFor(settings, fields, 'any')).toMatchObject({
      catalogUrl: 'vast://db/exr_metadata',
      vast: { endpoint: 'http://10.0.0.9:9090', accessKey: 'k', secretKey: 's' },
    })
  })

  it('are refused by a server that was not told to allow them, without showing the keys', () => {
    const refused = (allowed: string[]) => {
      try {
        endpointsFor(settings, fields, allowed)
        return null
      } catch (error) {
        return error as Error
      }
    }
    expect(refused([])).toMatchObject({ code: 'ERR_OPTION_INVALID' })
    expect(refused(['other.host'])?.message).toContain('10.0.0.9:9090')
    expect(refused(['10.0.0.9'])).toBeNull()
    expect(refused(['10.0.0.9:9090'])).toBeNull()
  })

  it('have keys that tell sets apart and hide them', () => {
    const [plain, other] = [endpointsFor(settings, {}, []), endpointsFor(settings, fields, 'any')]
    expect(plain.key).toMatch(/^[0-9a-f]{64}$/)
    expect(plain.key).toBe(endpointsFor(settings, { path: 's3://a/b.exr' }, []).key)
    expect(other.key).not.toBe(plain.key)
  })
})

describe('output events', () => {
  it('stay under 100,000 bytes and say what was left out', () => {
    const results = Array.from({ length: 2_000 }, (_, index) => ({
      path: `s3://plates/${'x'.repeat(100)}/${index}.exr`,
    }))
    const body = outputBody(results)
    const parsed = JSON.parse(body) as { results: unknown[]; omitted: number }
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(100_000)
    expect(parsed.results.length + parsed.omitted).toBe(2_000)
    expect(outputBody(results.slice(0, 2))).toBe(JSON.stringify({ results: results.slice(0, 2) }))
  })
})
