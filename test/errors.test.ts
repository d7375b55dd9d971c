import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ERROR_STATUS, ExrError, toPlainError, unwrap } from '../src/errors.ts'

describe('error codes', () => {
  it('are the ones the reference explains', () => {
    const reference = readFileSync(new URL('../docs/reference/errors.md', import.meta.url), 'utf8')
    const documented = [...reference.matchAll(/^### (ERR_\w+)$/gm)].map((match) => match[1])
    expect(documented.toSorted()).toEqual(Object.keys(ERROR_STATUS).toSorted())
  })

  it('survive the trip between threads as plain data', () => {
    const sent = structuredClone(
      toPlainError(
        new ExrError('ERR_EXR_MAGIC', 'not EXR', { details: { path: '/a.exr', byteOffset: 0 } }),
        'ERR_SOURCE_READ',
      ),
    )
    const thrown = () => unwrap({ ok: false, error: sent })
    expect(thrown).toThrow(ExrError)
    expect(thrown).toThrow(
      expect.objectContaining({ code: 'ERR_EXR_MAGIC', details: { path: '/a.exr', byteOffset: 0 } }),
    )
  })

  it('gives errors that are not ours the fallback code', () => {
    expect(toPlainError(new TypeError('boom'), 'ERR_SOURCE_READ')).toEqual({
      code: 'ERR_SOURCE_READ',
      message: 'boom',
      details: {},
    })
  })
})
