import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { ERROR_STATUS } from '../../src/errors.ts'
import { DEFECT_SEVERITY } from '../../src/header/index.ts'
import { inspect } from '../../src/inspect/inspect.ts'
import { inspectFileSync } from '../../src/inspect/inspect-file.ts'
import type { Payload } from '../../src/inspect/payload.ts'
import { corpusDir, corpusFiles, farmDir, farmFamilies, fixturePath, fixtures, projectRoot } from '../helpers.ts'

const schema = JSON.parse(readFileSync(join(projectRoot, 'docs/reference/payload.schema.json'), 'utf8'))
const validate = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true }).compile(schema)

/** The payload, or the code of the error; either must keep what is promised. */
function checked(path: string, options: object = {}): Payload | string {
  let payload: Payload
  try {
    payload = inspectFileSync(path, options)
  } catch (error) {
    return (error as { code: string }).code
  }
  const plain = JSON.parse(JSON.stringify(payload))
  expect(validate(plain), `${path}: ${JSON.stringify(validate.errors)}`).toBe(true)
  // Nothing in a payload may be lost on its way through JSON: no undefined, NaN, typed array or class.
  expect(plain).toEqual(payload)
  for (const error of payload.errors) {
    expect(ERROR_STATUS).toHaveProperty(error.code)
    if (error.defect !== undefined) expect(DEFECT_SEVERITY).toHaveProperty(error.defect)
  }
  return payload
}

describe('every payload fits the published schema', () => {
  it.each(fixtures().map(({ file, what }) => [file, what]))('fixture %s: %s', (file) => {
    const result = checked(fixturePath(file), { raw: true, timings: true })
    if (typeof result === 'string') expect(ERROR_STATUS).toHaveProperty(result)
  })

  it('one frame of every farm family', () => {
    for (const { files } of farmFamilies()) expect(checked(join(farmDir(), files[0]!))).toHaveProperty('file')
  })

  it('a payload with everything asked for that this version cannot do', () => {
    const payload = checked(fixturePath('compression-zip.exr'), { stats: 1, deep_stats: 'yes', validate: 'true' })
    expect((payload as Payload).errors.map(({ code }) => code)).toEqual(Array(2).fill('ERR_FEATURE_UNAVAILABLE'))
  })
})

describe.runIf(corpusDir() !== null)('the corpus', () => {
  it('gives a payload that fits the schema, or a coded error, for every file', () => {
    const refused: Record<string, string> = {}
    for (const file of corpusFiles()) {
      const result = checked(join(corpusDir()!, file), { timings: true })
      if (typeof result === 'string') refused[file] = result
    }
    expect(refused).toEqual({ 'openexr/tests/invalid.exr': 'ERR_EXR_MAGIC' })
  })

  it('gives the same payload through every door', async () => {
    for (const file of corpusFiles().filter((_, i) => i % 10 === 0)) {
      const path = join(corpusDir()!, file)
      const expected = JSON.stringify(inspectFileSync(path))
      expect(JSON.stringify(inspectFileSync(path))).toBe(expected)
      expect(JSON.stringify(await inspect(path))).toBe(expected)
    }
  })
})
if (corpusDir() === null) console.warn('No corpus beside the project: its payloads are not checked against the schema.')
