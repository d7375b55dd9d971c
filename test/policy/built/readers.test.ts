import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { loadPolicyText, RULES, unreadableFacts, type ValidationReport, validate } from '../../../src/policy/index.ts'
import { junitReport } from '../../../src/policy/reports/junit.ts'
import { sarifReport } from '../../../src/policy/reports/sarif.ts'
import { murmur3 } from '../../../src/policy/rules/murmur3.ts'
import { groupSequences, inRanges, missingFrames } from '../../../src/sequences/index.ts'
import { tempDir } from '../../helpers.ts'
import { pythonWith } from '../../python-env.ts'
import { madeFacts } from '../make-facts.ts'

/** SARIF's object model by the schema's editors, a JUnit reader of CI systems, the sequence and hash packages of the trade. */
const python = pythonWith('sarif-om==1.0.4', 'attrs==25.4.0', 'junitparser==5.0.3', 'fileseq==3.4.0', 'mmh3==5.3.1')

const NAMES = [
  ['/a/f.0998.exr', '/a/f.0999.exr', '/a/f.1001.exr', '/a/f.1004.exr'],
  ['/a/b_v001.0001.exr', '/a/b_v001.0002.exr', '/a/b_v001.0004.exr'],
  ['/a/n.-2.exr', '/a/n.-1.exr', '/a/n.1.exr'],
]
const TEXTS = ['', 'a', 'hello', 'bunny_01', 'Ä € 😀', 'x'.repeat(1023)]

interface Answers {
  readonly sarif: {
    readonly version: string
    readonly rules: readonly string[]
    readonly results: readonly { rule: string; named: string; level: string; uri: string; prints: string[] }[]
    readonly notes: readonly string[]
  }
  readonly junit: {
    readonly stated: readonly number[]
    readonly suites: readonly { name: string; counts: number[]; cases: [string, string, string[]][] }[]
  }
  readonly sequences: readonly (readonly [string, readonly number[], string])[][]
  readonly hashes: readonly number[]
}

describe.skipIf(python === null)('readers that others publish', () => {
  let report: ValidationReport
  let answers: Answers

  beforeAll(async () => {
    const policy = await loadPolicyText(
      JSON.stringify({
        name: 'interop & "co"',
        extends: 'all',
        custom: [{ id: 'own-rule', select: 'file', assert: 'file.name == "x"' }],
      }),
      'p.json',
    )
    const frame = (number: number, defects: string[] = []) =>
      madeFacts({ path: `/show/a <b> & "c" ü/f.${number}.exr`, file: { size_bytes: 1000 }, defects })
    const facts = [
      ...[1, 2, 4].map((number) => frame(number)),
      frame(5, ['chunk-offset-duplicate']),
      madeFacts({ path: '/show/s.exr', parts: [{ facts: { part_name: '\u0001' } }, { channels: ['Z HALF', 'R'] }] }),
      unreadableFacts('/elsewhere/é.exr', { code: 'ERR_EXR_TRUNCATED', message: 'cut ]]> off' }, 12),
    ]
    report = validate(facts, policy)
    const dir = tempDir()
    const [sarif, junit] = [join(dir, 'r.sarif'), join(dir, 'r.xml')]
    writeFileSync(sarif, JSON.stringify(sarifReport(report, { toolVersion: '1.0.0', policy, root: '/show/' })))
    writeFileSync(junit, junitReport(report))
    const input = JSON.stringify({ sarif, junit, names: NAMES, texts: TEXTS })
    const script = new URL('readers.py', import.meta.url).pathname
    const { stdout, stderr, status } = spawnSync(python!, [script], { input, encoding: 'utf8' })
    if (status !== 0) throw new Error(stderr)
    answers = JSON.parse(stdout)
  }, 180_000)

  it('know every property of the SARIF, each failure a result, what was not checked a notification', () => {
    const { sarif } = answers
    const failures = report.findings.filter(({ state }) => state === 'fail')
    expect(sarif.version).toBe('2.1.0')
    expect(sarif.rules).toEqual([...RULES.keys(), 'own-rule'])
    expect(sarif.results.map(({ named }) => named).sort()).toEqual(failures.map(({ rule }) => rule).sort())
    for (const { rule, named, level, uri, prints } of sarif.results) {
      expect(named).toBe(rule)
      expect(level).toMatch(/^(?:note|warning|error)$/)
      expect(() => new URL(uri, 'file:///show/')).not.toThrow()
      expect(prints).toEqual(['finding/v1'])
    }
    expect(sarif.notes).toHaveLength(report.findings.length - failures.length)
    expect(new Set(sarif.results.map(({ uri }) => uri))).toContain('a%20%3Cb%3E%20%26%20%22c%22%20%C3%BC/f.1.exr')
  })

  it('count the cases of the JUnit as it does', () => {
    const { stated, suites } = answers.junit
    const sums = [0, 0, 0, 0]
    for (const { counts, cases } of suites) {
      const results = cases.flatMap(([, , found]) => found)
      const of = (kind: string) => results.filter((result) => result === kind).length
      expect(counts).toEqual([cases.length, of('Failure'), of('Error'), of('Skipped')])
      for (const [at, value] of counts.entries()) sums[at]! += value
    }
    expect(stated).toEqual(sums)
    const states = new Map(
      suites.flatMap(({ cases }) => cases.map(([place, rule, found]) => [`${rule} ${place}`, found])),
    )
    expect(states.get('file-chunk-table-range /show/a <b> & "c" ü/f.#.exr')).toEqual(['Failure'])
    expect(states.get('file-magic /elsewhere/é.exr')).toEqual(['Error'])
    expect(states.get('header-required all files')).toBeUndefined()
    expect(states.get('aces-flag all files') ?? states.get('aces-flag /elsewhere/é.exr')).not.toEqual([])
  })

  it('find the frames and the gaps that we find', () => {
    NAMES.forEach((names, at) => {
      const [sequence] = groupSequences(names).sequences
      const [found] = answers.sequences[at]!
      expect(found![1]).toEqual(sequence!.frames)
      const missing = missingFrames(sequence!.frames, { step: 1 })
      const between = Array.from({ length: 20 }, (_, i) => sequence!.frames[0]! + i).filter((n) => inRanges(missing, n))
      expect(expanded(found![2])).toEqual(between)
    })
  })

  it('hash names as we do', () => {
    expect(TEXTS.map(murmur3)).toEqual(answers.hashes)
  })
})

/** `1000,1002-1003` as numbers. */
function expanded(ranges: string): number[] {
  return ranges.split(',').flatMap((range) => {
    const [first, last] = /^(-?\d+)(?:-(-?\d+))?$/.exec(range)!.slice(1).map(Number) as [number, number]
    return Array.from({ length: (Number.isNaN(last) ? first : last) - first + 1 }, (_, i) => first + i)
  })
}
