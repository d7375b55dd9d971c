import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Emulator, startEmulator } from '../../src/vastdb-emulator/index.ts'
import { adbcVastPython, newestVastPython, runScript, vastPython } from './python.ts'
import { runSdkSuite } from './sdk-suite.ts'

interface Expectations {
  /** Every test that passes. */
  readonly passed: readonly string[]
  /** Tests that pass and take minutes; they run when VAST_SDK_SUITE=full. */
  readonly slow: readonly string[]
  /** Every test that passes through the vendor's SQL driver. */
  readonly throughDriver: readonly string[]
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
    ...['test_vector_index', 'test_projections', 'test_configs', 'test_ibis_utils'],
    // 403 cases, minutes of Python.
    ...(isFull ? ['test_by_column_inserter'] : []),
    'test_vector_search::test_ibis_to_query_engine_predicates',
  ],
]

const newest = newestVastPython()

describe.runIf(newest)('the vendor’s own test-suite, unmodified, against the emulator', () => {
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
      SHARES.map((targets, index) => runSdkSuite(newest!, emulators[index]!.endpoint, targets, leftOut)),
    )
    expect(results.flatMap((result) => result.failed)).toEqual([])
    const passed = results.flatMap((result) => result.passed).sort()
    const wanted = expectations.passed.filter((test) => isFull || !test.startsWith('test_by_column_inserter::'))
    expect(passed).toEqual(wanted.filter((test) => !skipped.includes(test)).sort())
  })
})

describe.runIf(newest && vastPython)('wrong keys, on servers before 5.5', () => {
  let emulator: Emulator
  beforeAll(async () => {
    emulator = await startEmulator({ port: 0, version: '5.4.0.1' })
  })
  afterAll(() => emulator.close())

  // 2.1.0 wants to be refused when it asks for the version; 2.0 reads the version of that refusal, and is refused next.
  it.each([
    ['2.1.0', newest!],
    ['2.0.14', vastPython!],
  ])('are refused as SDK %s has it', async (_, python) => {
    const { passed, failed } = await runSdkSuite(python, emulator.endpoint, ['test_sanity::test_bad_credentials'], [])
    expect({ passed, failed }).toEqual({ passed: ['test_sanity::test_bad_credentials'], failed: [] })
  })
})

const adbc = adbcVastPython()

describe.runIf(adbc)('the vendor’s SQL driver and the SDK that searches through it', () => {
  let emulator: Emulator
  beforeAll(async () => {
    emulator = await startEmulator({ port: 0 })
  })
  afterAll(() => emulator.close())

  it('pass exactly the tests on the committed list', async () => {
    const results = await runSdkSuite(adbc!, emulator.endpoint, ['test_adbc_integration', 'test_vector_search'], [])
    expect(results.failed).toEqual([])
    expect(results.passed).toEqual([...expectations.throughDriver].sort())
  })

  it('select, count, ingest and rank by distance', async () => {
    expect(await runScript('adbc.py', { endpoint: emulator.endpoint }, adbc!)).toEqual({
      selected: [
        [1, 'a'],
        [2, null],
        [3, 'c'],
      ],
      counted: [[3]],
      none: [],
      nearest: [
        [1, 0],
        [3, 5],
      ],
      ingested: [3, 1],
      sum: 10,
      refused: expect.stringContaining('nope'),
      columns: ['n', 'x', 'v'],
      statistics: 3,
    })
  })
})
