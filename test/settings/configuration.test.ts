import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { configurationPage } from '../../scripts/configuration.ts'
import { parseBytes, parseFlag, parseWhole } from '../../src/settings/parse.ts'
import { SettingsReader } from '../../src/settings/reader.ts'
import { VARIABLES, type Variable } from '../../src/settings/variables.ts'
import { projectRoot } from '../helpers.ts'

it('is what the reference says: npx tsx scripts/configuration.ts', () => {
  expect(readFileSync(join(projectRoot, 'docs/reference/configuration.md'), 'utf8')).toBe(configurationPage())
})

it('has a definition for every variable of ours that code reads', () => {
  const known = new Set(
    Object.entries(VARIABLES as Record<string, Variable>).flatMap(([name, { names = [] }]) => [name, ...names]),
  )
  const files = readdirSync(join(projectRoot, 'src'), { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  )
  const read = files.flatMap((file) =>
    [...readFileSync(join(projectRoot, 'src', file), 'utf8').matchAll(/\benv\['([A-Z][A-Z0-9_]+)'\]/g)].map(
      ([, name]) => name!,
    ),
  )
  // What a terminal says of itself, and switches of Node and of libraries, are not settings of this program.
  const ours = read.filter((name) => /^(EXR|VAST|S3|AWS|K|OTEL)_/.test(name))
  expect([...new Set(ours)].filter((name) => !known.has(name))).toEqual([])
})

it('reads numbers, sizes, flags and lists by one rule each, and names what was set', () => {
  const read = (env: Record<string, string>) => new SettingsReader((name) => env[name])
  expect(read({ EXR_MAX_BODY_BYTES: '2MiB' }).number('EXR_MAX_BODY_BYTES')).toBe(2 * 2 ** 20)
  expect(read({ EXR_MAX_BODY_BYTES: '2048' }).number('EXR_MAX_BODY_BYTES')).toBe(2_048)
  expect(read({}).number('EXR_MAX_BODY_BYTES')).toBe(2 ** 20)
  expect(read({ EXR_DEBUG_ROUTE: 'Yes' }).flag('EXR_DEBUG_ROUTE')).toBe(true)
  expect(read({}).flag('S3_VERIFY_TLS')).toBe(true)
  expect(read({ EXR_ALLOWED_BUCKETS: ' a, ,b' }).list('EXR_ALLOWED_BUCKETS')).toEqual(['a', 'b'])
  expect(read({ AWS_REGION: 'eu-1', S3_REGION: '' }).text('S3_REGION')).toBe('eu-1')
  expect(() => read({ EXR_MAX_BODY_BYTES: '1 mile' }).number('EXR_MAX_BODY_BYTES')).toThrow(
    'Expected a size from 1024 to 68719476736 bytes, such as 16M for EXR_MAX_BODY_BYTES but received 1 mile',
  )
  expect(() => read({ S3_MAX_SOCKETS: '0' }).number('S3_MAX_SOCKETS')).toThrow(/S3_MAX_SOCKETS but received 0$/)
})

it('refuses what is on the wrong side of a bound, and takes the bound', () => {
  expect(parseWhole('256', '--jobs', 1, 256)).toBe(256)
  for (const value of ['257', '0', '1.5', '', ' ', 'x', null])
    expect(() => parseWhole(value, '--jobs', 1, 256)).toThrow()
  expect(parseBytes('1k', '--first-read', 1_024, 2_048)).toBe(1_024)
  for (const value of ['3k', '1023', '-1', '1kk', ''])
    expect(() => parseBytes(value, '--first-read', 1_024, 2_048)).toThrow()
  expect(() => parseFlag('perhaps', 'stats')).toThrow('Expected true or false for stats but received "perhaps"')
})
