import { describe, expect, it } from 'vitest'
import { resolveInspectOptions } from '../../src/inspect/options.ts'

const code = 'ERR_OPTION_INVALID'

describe('resolveInspectOptions', () => {
  it('fills in every default and freezes the result', () => {
    const options = resolveInspectOptions()
    expect(options).toEqual({
      meta: true,
      stats: false,
      deepStats: false,
      hash: null,
      sample: { method: 'full' },
      validate: false,
      policyPath: null,
      schemaVersion: 1,
      raw: false,
      timings: false,
      foldCase: false,
      firstReadBytes: 65_536,
      check: 'leaders',
      limits: {},
    })
    expect(Object.isFrozen(options)).toBe(true)
  })

  it.each(['true', 'TRUE', ' yes ', 1, '1', 'on', true])('takes %j for true', (value) => {
    expect(resolveInspectOptions({ stats: value }).stats).toBe(true)
  })

  it.each(['false', 'No', 0, '0', 'off', false])('takes %j for false', (value) => {
    expect(resolveInspectOptions({ meta: value }).meta).toBe(false)
  })

  it.each([null, undefined, ''])('takes %j for the default', (value) => {
    expect(resolveInspectOptions({ meta: value, first_read_bytes: value }).meta).toBe(true)
  })

  it('reads snake_case names and numbers given as text, as events carry them', () => {
    const options = resolveInspectOptions({
      deep_stats: 'yes',
      policy_path: '/p.yaml',
      schema_version: '1',
      first_read_bytes: ' 4096 ',
    })
    expect(options).toMatchObject({ deepStats: true, policyPath: '/p.yaml', schemaVersion: 1, firstReadBytes: 4096 })
  })

  it('gives a checked object back as it is', () => {
    const options = resolveInspectOptions({ raw: true })
    expect(resolveInspectOptions(options)).toBe(options)
  })

  it('names the option, what was expected and what was received', () => {
    expect(() => resolveInspectOptions({ stats: 'maybe' })).toThrow(
      expect.objectContaining({ code, message: 'Expected true or false for stats but received "maybe"' }),
    )
    expect(() => resolveInspectOptions({ schema_version: 2 })).toThrow(
      expect.objectContaining({ code, message: 'Expected 1 for schemaVersion but received 2' }),
    )
    expect(() => resolveInspectOptions({ statz: true })).toThrow(expect.objectContaining({ code }))
    expect(() => resolveInspectOptions({ __proto__: null, constructor: 1 })).toThrow(expect.objectContaining({ code }))
  })

  it.each([
    ['below the least first read', { firstReadBytes: 255 }],
    ['above the largest first read', { firstReadBytes: 16 * 1024 * 1024 + 1 }],
    ['a fraction', { firstReadBytes: 300.5 }],
    ['an unknown limit', { limits: { pixels: 5 } }],
    ['a limit of zero', { limits: { parts: 0 } }],
    ['a bigint', { stats: 5n }],
    ['text where an object belongs', { limits: 'all' }],
    ['a number where text belongs', { policyPath: 5 }],
  ])('refuses %s', (_, options) => {
    expect(() => resolveInspectOptions(options)).toThrow(expect.objectContaining({ code }))
  })

  it('accepts both ends of the first read', () => {
    for (const firstReadBytes of [256, 16 * 1024 * 1024]) {
      expect(resolveInspectOptions({ firstReadBytes }).firstReadBytes).toBe(firstReadBytes)
    }
  })

  it.each([null, 'meta', 5, []])('refuses %j in place of options', (options) => {
    expect(() => resolveInspectOptions(options)).toThrow(expect.objectContaining({ code }))
  })
})
