import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ExrError } from '../../../src/errors.ts'
import { decodeHeader, encodeHeader } from '../../../src/header/index.ts'
import { corpusDir, corpusFiles, fixturePath, fixtures } from '../../helpers.ts'
import { judgeFile } from '../headers.ts'

/** What the fixture writer broke, and the defects or errors that may say so. */
const SAYS: Readonly<Record<string, readonly string[]>> = {
  empty: ['ERR_SOURCE_EMPTY'],
  magic: ['ERR_EXR_MAGIC'],
  'truncated-magic': ['ERR_EXR_TRUNCATED'],
  'truncated-version': ['ERR_EXR_TRUNCATED'],
  'truncated-header': ['header-truncated', 'header-not-terminated', 'attribute-leaves-file'],
  'truncated-table': ['chunk-table-leaves-file'],
  'truncated-pixels': ['chunk-offset-outside-file', 'last-chunk-truncated'],
  'bad-table': [
    'chunk-offset-outside-file',
    'chunk-offset-inside-header',
    'chunk-offset-duplicate',
    'chunk-count-mismatch',
  ],
  'bad-chunk': ['last-chunk-truncated', 'chunk-leader-mismatch'],
  version: ['unsupported-version', 'unknown-version-flags'],
  flags: ['bad-flag-combination', 'missing-required-attribute'],
  claim: ['attribute-leaves-file', 'attribute-size-negative', 'attribute-malformed', 'bad-window', 'limit-exceeded'],
  window: ['bad-window'],
  tiles: ['bad-tile-description'],
  name: ['name-unterminated', 'name-too-long', 'attribute-type-empty'],
  duplicate: ['duplicate-attribute'],
  'missing-attribute': ['missing-required-attribute'],
  'wrong-type': ['wrong-attribute-type'],
  'wrong-size': ['attribute-size-mismatch'],
  'line-order': ['bad-line-order'],
  channels: [
    'no-channels',
    'attribute-malformed',
    'unknown-pixel-type',
    'bad-channel-sampling',
    'duplicate-channel',
    'limit-exceeded',
  ],
  parts: ['no-parts', 'duplicate-part-name', 'missing-required-attribute', 'limit-exceeded'],
}

/** Codes of every defect of header and chunks, or the code of the error thrown. */
function verdict(bytes: Uint8Array): string[] {
  try {
    const { header, report } = judgeFile(bytes)
    return [...header.defects, ...report.plan.defects, ...report.defects].map(({ code }) => code)
  } catch (error) {
    if (error instanceof ExrError) return [error.code]
    throw error
  }
}

describe('fixtures', () => {
  const all = fixtures()

  it.each(all.filter(({ valid }) => valid).map(({ file }) => file))('%s breaks no rule of the format', (file) => {
    const { defects } = decodeHeader(readFileSync(fixturePath(file)))
    expect(defects.filter(({ severity }) => severity === 'error')).toEqual([])
  })

  // A compression number says nothing of the pixels behind it, so those files are the native reader's to judge.
  const damaged = all.filter(({ valid, damage }) => !valid && damage !== 'compression')
  it.each(damaged.map(({ file, damage }) => [file, damage!] as const))('%s is called %s', (file, damage) => {
    const said = verdict(readFileSync(fixturePath(file)))
    expect(said.filter((code) => SAYS[damage]?.includes(code))).not.toEqual([])
  })

  it.each(damaged.map(({ file }) => file))('%s loses no byte of what could be read', (file) => {
    const bytes = readFileSync(fixturePath(file))
    if (verdict(bytes).some((code) => code.startsWith('ERR_'))) return
    const header = decodeHeader(bytes)
    expect(Buffer.compare(encodeHeader(header), bytes.subarray(0, header.byteLength))).toBe(0)
  })
})

const corpus = corpusDir()
if (corpus === null) console.warn('Skipped: defects of the corpus, there is no corpus beside the project (EXR_CORPUS)')

describe.runIf(corpus !== null)('the corpus', () => {
  it('has defects in the files made to have them, and in no other', () => {
    const found: Record<string, string[]> = {}
    for (const file of corpusFiles()) {
      const bytes = readFileSync(join(corpus!, file))
      if (bytes.readUInt32LE(0) !== 20000630) continue
      const codes = decodeHeader(bytes).defects.map(({ code }) => code)
      if (codes.length > 0) found[file.replace('openexr/tests/', '')] = [...new Set(codes)]
    }
    expect(found).toEqual({
      'comp_bad_bounds_piz.exr': ['attribute-leaves-file'],
      'comp_bad_neg_bounds_pxr24.exr': ['attribute-leaves-file'],
      'comp_bad_pos_bounds_piz.exr': ['attribute-leaves-file'],
      'comp_bad_pos_bounds_pxr24.exr': ['attribute-leaves-file'],
      'comp_early_eof_piz.exr': ['attribute-size-negative', 'bad-window'],
      'comp_invalid_unknown.exr': ['attribute-leaves-file'],
      'comp_short_decode_piz.exr': ['attribute-leaves-file'],
      'invalid_shared_attrs_multipart.exr': ['missing-required-attribute', 'shared-attribute-differs'],
      'scanline_with_deepscanline_type.exr': ['part-type-mismatch'],
      'scanline_with_deeptiled_type.exr': ['unknown-part-type'],
      'scanline_with_tiledimage_type.exr': ['part-type-mismatch'],
      'tiled_with_deepscanline_type.exr': ['part-type-mismatch'],
      'tiled_with_deeptile_type.exr': ['unknown-part-type'],
      'tiled_with_scanlineimage_type.exr': ['part-type-mismatch'],
    })
  })
})
