import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Emulator, startEmulator } from '../../src/vastdb-emulator/index.ts'
import { vastPython } from './python.ts'
import { runSdkSuite } from './sdk-suite.ts'

interface Expectations {
  /** Every test that passes. */
  readonly passed: readonly string[]
  /** Tests that pass and take minutes; they run when VAST_SDK_SUITE=full. */
  readonly slow: readonly string[]
  /** Tests of these files that need what the emulator does not have; README.md gives the reasons. */
  readonly leftOut: readonly string[]
}

const expectations: Expectations = JSON.parse(readFileSync(new URL('sdk-suite.json', import.meta.url), 'utf8'))
const isFull = process.env['VAST_SDK_SUITE'] === 'full'
/** Two processes: the suite keeps one core busy with Python alone. */
const SHARES = [
  ['test_tables'],
  [
    ...['test_sanity', 'test_schemas', 'test_util', 'test_nested', 'test_table_in_tx', 'test_fixed_list'],
    ...['test_vector_index', 'test_projections', 'test_duckdb'],
    'test_vector_search::test_ibis_to_query_engine_predicates',
    'test_adbc_integration::test_end_user_passed_to_adbc_connect',
    'test_imports::test_parallel_imports_with_endpoints_negative',
    'test_imports::test_zip_imports_duplicate_key_values',
  ],
]

describe.runIf(vastPython)('the vendor’s own test-suite, unmodified, against the emulator', () => {
  const emulators: Emulator[] = []
  beforeAll(async () => {
    // The suite empties the whole bucket before each test, so each share has a server to itself.
    for (const _ of SHARES) emulators.push(await startEmulator({ port: 0, chunkBytes: 4093 }))
  })
  afterAll(async () => {
    for (const emulator of emulators) await emulator.close()
  })

  it('passes exactly the tests on the committed list', { timeout: 900_000 }, async () => {
    const skipped = isFull ? [] : expectations.slow
    const leftOut = [...expectations.leftOut, ...skipped]
    const results = await Promise.all(
      SHARES.map((targets, index) => runSdkSuite(vastPython!, emulators[index]!.endpoint, targets, leftOut)),
    )
    expect(results.flatMap((result) => result.failed)).toEqual([])
    const passed = results.flatMap((result) => result.passed).sort()
    expect(passed).toEqual(expectations.passed.filter((test) => !skipped.includes(test)).sort())
  })
})
