import { availableParallelism } from 'node:os'
import { describe, expect, it } from 'vitest'
import { readConfig } from '../../src/settings/config.ts'

describe('readConfig', () => {
  it('fills every setting in and freezes them', () => {
    const config = readConfig({})
    expect(config).toMatchObject({ catalog: 'exr-catalog.duckdb', jobs: availableParallelism(), debug: false })
    expect(Object.isFrozen(config)).toBe(true)
  })

  it('takes flags before the environment, and the environment before defaults', () => {
    const env = { EXR_CATALOG: 'env.duckdb', EXR_JOBS: '3', EXR_DEBUG: '1' }
    expect(readConfig(env)).toMatchObject({ catalog: 'env.duckdb', jobs: 3, debug: true })
    expect(readConfig(env, { catalog: 'flag.duckdb', jobs: '5' })).toMatchObject({ catalog: 'flag.duckdb', jobs: 5 })
  })

  it('takes empty variables as not set', () => {
    expect(readConfig({ EXR_CATALOG: '', EXR_JOBS: '', EXR_DEBUG: '' })).toEqual(readConfig({}))
  })

  it.each(['0', '-1', '1.5', 'many', '257'])('refuses %s threads, naming where it was said', (jobs) => {
    expect(() => readConfig({ EXR_JOBS: jobs })).toThrow(/for EXR_JOBS but received/)
    expect(() => readConfig({}, { jobs })).toThrow(expect.objectContaining({ code: 'ERR_OPTION_INVALID' }))
  })
})
