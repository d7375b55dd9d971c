import { spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { DefectCode } from '../../../src/header/defect-codes.ts'
import { DEFECT_SEVERITY } from '../../../src/header/defect-codes.ts'
import { inspectFileSync } from '../../../src/inspect/inspect-file.ts'
import { factsOf, loadPolicy, type PolicyFacts, unreadableFacts, validateFile } from '../../../src/policy/index.ts'
import { corpusDir, corpusFiles, exrFiles, fixturePath, projectRoot } from '../../helpers.ts'

/** The rule that tells each defect of a header or a chunk table. */
const RULE_OF: Readonly<Record<DefectCode, string>> = {
  'unsupported-version': 'file-format-version',
  'unknown-version-flags': 'file-flags-known',
  'bad-flag-combination': 'file-flags-combination',
  'deep-flag-mismatch': 'file-flags-combination',
  'header-truncated': 'file-header-terminated',
  'header-not-terminated': 'file-header-terminated',
  'limit-exceeded': 'header-required',
  'defects-omitted': 'header-required',
  'name-unterminated': 'file-header-terminated',
  'name-too-long': 'file-name-length',
  'name-not-utf8': 'meta-utf8',
  'long-names-unneeded': 'file-long-names-flag',
  'attribute-type-empty': 'file-name-length',
  'attribute-size-negative': 'file-attribute-size',
  'attribute-leaves-file': 'file-attribute-size',
  'attribute-size-mismatch': 'file-attribute-size',
  'attribute-malformed': 'file-attribute-size',
  'duplicate-attribute': 'file-attribute-unique',
  'missing-required-attribute': 'header-required',
  'wrong-attribute-type': 'header-required-types',
  'nonstandard-attribute-type': 'header-standard-types',
  'reserved-bytes-set': 'channel-plinear',
  'unknown-compression': 'header-compression-known',
  'unknown-enum-value': 'header-standard-types',
  'bad-line-order': 'header-line-order',
  'bad-window': 'header-windows-valid',
  'bad-pixel-aspect-ratio': 'header-pixel-aspect',
  'bad-screen-window': 'header-screen-window',
  'bad-tile-description': 'tile-size',
  'bad-deep-compression': 'deep-compression',
  'bad-deep-version': 'deep-version',
  'bad-time-code': 'meta-timecode',
  'bad-frame-rate': 'meta-rates',
  'contradicting-colors': 'color-id-conflict',
  'no-channels': 'channel-present',
  'duplicate-channel': 'channel-sorted-unique',
  'channels-not-sorted': 'channel-sorted-unique',
  'unknown-pixel-type': 'channel-pixel-type',
  'bad-channel-sampling': 'channel-sampling',
  'sampling-window-mismatch': 'channel-sampling-window',
  'no-parts': 'file-multipart-count',
  'single-part-list': 'file-multipart-count',
  'part-name-empty': 'part-name',
  'duplicate-part-name': 'part-name',
  'unknown-part-type': 'part-type',
  'part-type-mismatch': 'part-type-flags',
  'shared-attribute-differs': 'part-shared-attributes',
  'chunk-count-mismatch': 'part-chunk-count',
  'chunk-count-unknown': 'file-chunk-table-complete',
  'chunk-table-leaves-file': 'file-chunk-table-present',
  'chunk-table-unwritten': 'file-chunk-table-complete',
  'chunk-offset-zero': 'file-chunk-table-complete',
  'chunk-offset-outside-file': 'file-chunk-table-range',
  'chunk-offset-inside-header': 'file-chunk-table-range',
  'chunk-offset-duplicate': 'file-chunk-table-range',
  'chunk-leader-mismatch': 'file-chunk-leaders',
  'last-chunk-truncated': 'file-truncated',
  'text-mode-transfer': 'file-chunk-leaders',
}

/** Rules of structure that damaged files of the public samples break; every other sample breaks none. */
const DAMAGED: Readonly<Record<string, string>> = {
  'openexr/tests/comp_bad_bounds_piz.exr': 'file-attribute-size file-truncated',
  'openexr/tests/comp_bad_neg_bounds_pxr24.exr': 'file-attribute-size file-truncated tile-description tile-size',
  'openexr/tests/comp_bad_pos_bounds_piz.exr': 'file-attribute-size file-truncated',
  'openexr/tests/comp_bad_pos_bounds_pxr24.exr': 'file-attribute-size file-not-empty file-truncated',
  'openexr/tests/comp_early_eof_piz.exr': 'file-attribute-size header-windows-valid',
  'openexr/tests/comp_invalid_unknown.exr': 'file-attribute-size file-truncated',
  'openexr/tests/comp_short_decode_piz.exr': 'file-attribute-size file-truncated',
  'openexr/tests/invalid.exr': 'file-magic file-not-empty',
  'openexr/tests/invalid_shared_attrs_multipart.exr':
    'file-chunk-table-complete file-chunk-table-present file-truncated header-required part-chunk-count part-shared-attributes',
  'openexr/tests/python/unfinished_multipart.exr': 'file-chunk-table-complete file-chunk-table-range file-truncated',
  'openexr/tests/scanline_with_deepscanline_type.exr': 'deep-compression deep-version deep-z part-type-flags',
  'openexr/tests/scanline_with_deeptiled_type.exr': 'part-type',
  'openexr/tests/scanline_with_tiledimage_type.exr': 'part-type-flags tile-description tile-size',
  'openexr/tests/tiled.exr': 'file-chunk-table-complete file-chunk-table-range file-truncated',
  'openexr/tests/tiled_with_deepscanline_type.exr': 'deep-compression deep-version deep-z part-type-flags',
  'openexr/tests/tiled_with_deeptile_type.exr': 'part-type',
  'openexr/tests/tiled_with_scanlineimage_type.exr': 'part-type-flags',
  'openimageio/missingcolor/src/partial.exr': 'file-chunk-table-complete',
  'openimageio/oiiotool-readerror/src/incomplete.exr': 'file-chunk-table-complete',
  'openimageio/openexr-bomb/src/bomb.exr':
    'file-chunk-table-complete file-chunk-table-present file-chunk-table-range file-truncated',
}

/**
 * Where OpenEXR 3.1 says otherwise of a fixture: `checkOpenEXRFile` (which decodes) and its core reader in strict form.
 * docs/reference/rules.md explains each.
 */
const OPENEXR_SAYS_OTHERWISE: Readonly<Record<string, 'good' | 'bad'>> = {
  'chunk-count-huge.exr': 'good',
  'chunk-count-wrong.exr': 'good',
  'chunk-offset-duplicate.exr': 'good',
  'chunk-offset-in-header.exr': 'good',
  'chunk-offset-negative.exr': 'good',
  'chunk-offset-outside.exr': 'good',
  'unfinished-killed.exr': 'good',
  'unfinished-one-row.exr': 'good',
  'compression-htj2k256.exr': 'bad',
  'compression-htj2k32.exr': 'bad',
  'compression-unknown.exr': 'bad',
  'multipart-all-types.exr': 'bad',
}
/** Of the public samples. */
const OF_SAMPLES: Readonly<Record<string, 'good' | 'bad'>> = {
  'openexr/tests/tiled_with_deepscanline_type.exr': 'good',
  'openexr/tests/tiled_with_scanlineimage_type.exr': 'good',
}
/** OpenEXR reads it for longer than ten seconds. */
const NOT_ASKED = new Set(['claim-attribute-2gb.exr'])

function factsAt(path: string): PolicyFacts {
  try {
    return factsOf(inspectFileSync(path))
  } catch (error) {
    return unreadableFacts(path, error as Error & { code: string }, statSync(path).size)
  }
}

const core = await loadPolicy('core')
const all = await loadPolicy('all')
const errorsOf = (facts: PolicyFacts) => {
  const failures = validateFile(facts, core).findings.filter(
    ({ state, severity }) => state === 'fail' && severity === 'error',
  )
  return [...new Set(failures.map(({ rule }) => rule))].sort()
}

const fixtures = exrFiles(fixturePath('.'))
const checker = join(projectRoot, 'build/tools/exr-check')

/** `good` or `bad` by path, as OpenEXR says. */
function openexrSays(paths: readonly string[]): Map<string, 'good' | 'bad'> {
  const { stdout } = spawnSync(checker, [...paths], { encoding: 'utf8' })
  const lines = stdout.split('\n').filter((line) => line !== '')
  return new Map(
    lines.map((line) => {
      const [decoded, strict, ...path] = line.split(' ')
      return [path.join(' '), decoded === 'good' && strict === 'good' ? 'good' : 'bad']
    }),
  )
}

describe('defects of headers', () => {
  it('are findings of a rule each, in every fixture and sample that has one', () => {
    expect(Object.keys(RULE_OF).sort()).toEqual(Object.keys(DEFECT_SEVERITY).sort())
    const untold: string[] = []
    const samples = corpusDir() === null ? [] : Object.keys(DAMAGED).map((file) => join(corpusDir()!, file))
    for (const path of [...fixtures.map((file) => fixturePath(file)), ...samples]) {
      const facts = factsAt(path)
      const told = new Set(
        validateFile(facts, all)
          .findings.filter(({ state }) => state !== 'not_checked')
          .map(({ rule }) => rule),
      )
      for (const { defect } of facts.payload?.errors ?? []) {
        if (defect !== undefined && !told.has(RULE_OF[defect as DefectCode])) untold.push(`${path}: ${defect}`)
      }
    }
    expect(untold).toEqual([])
  })
})

describe.skipIf(corpusDir() === null)('public samples', () => {
  it('break the rules of structure that they were damaged in, and no others do', () => {
    const found = corpusFiles().map((file) => [file, errorsOf(factsAt(join(corpusDir()!, file))).join(' ')])
    expect(Object.fromEntries(found.filter(([, rules]) => rules !== ''))).toEqual(DAMAGED)
  })

  it.skipIf(!existsSync(checker))('are damaged to OpenEXR too', () => {
    const dir = corpusDir()!
    const says = openexrSays(Object.keys(DAMAGED).map((file) => join(dir, file)))
    const others = [...says].filter(([, verdict]) => verdict === 'good').map(([path]) => path.slice(dir.length + 1))
    expect(others).toEqual(Object.keys(OF_SAMPLES))
  })
})

describe.skipIf(!existsSync(checker))("OpenEXR's own check", () => {
  it('agrees on every fixture, but for what is explained', () => {
    const asked = fixtures.filter((file) => !NOT_ASKED.has(file) && statSync(fixturePath(file)).size < 40_000)
    const says = openexrSays(asked.map((file) => fixturePath(file)))
    expect(says.size).toBe(asked.length)
    const others = asked.flatMap((file) => {
      const ours = errorsOf(factsAt(fixturePath(file))).length > 0 ? 'bad' : 'good'
      const theirs = says.get(fixturePath(file))!
      return ours === theirs ? [] : [[file, theirs]]
    })
    expect(Object.fromEntries(others)).toEqual(OPENEXR_SAYS_OTHERWISE)
  })
})
