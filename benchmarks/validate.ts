// How long does it take to judge a header by every rule that needs no pixel, to judge 100,000 files, to group a million names?
import { farmFiles } from './farm.ts'
import { check, type Outcome, product, type Row, row, times } from './frame.ts'

const REPEATS = 200
const FILES = 100_000
const NAMES = 1_000_000

export async function run(): Promise<Outcome> {
  const { inspectFileSync } = await product<typeof import('../src/inspect/inspect-file.ts')>('inspect/inspect-file')
  const policies = await product<typeof import('../src/policy/index.ts')>('policy/index')
  const { groupSequences } = await product<typeof import('../src/sequences/index.ts')>('sequences/index')
  const { factsOf, Judge, loadPolicy, validate, validateFile } = policies

  const policy = await loadPolicy('all')
  const payload = farmFiles()
    .map((file) => inspectFileSync(file))
    .find(({ channels, parts }) => channels.length === 10 && parts.length === 1)
  check(payload !== undefined, 'the farm has no single-part file of 10 channels')
  const facts = factsOf(payload)
  check(validateFile(facts, policy).states.pass > 20, 'hardly a rule passes an ordinary file')
  const judge = new Judge(policy, { filesOnly: true })
  const one = await times(15, 5, () => {
    for (let i = 0; i < REPEATS; i++) judge.file(facts)
  })

  const many = Array.from({ length: FILES }, (_, i) => ({
    ...facts,
    path: `/show/sh${Math.floor(i / 100)}/f.${1001 + (i % 100)}.exr`,
  }))
  const sequences = validate(many, policy).summary.sequences
  check(sequences === FILES / 100, `${sequences} sequences of ${FILES / 100}`)
  const catalog = await times(1, 0, () => void validate(many, policy))

  const names = Array.from(
    { length: NAMES },
    (_, i) => `/show/sh${Math.floor(i / 1000)}/f_v003.${1001 + (i % 1000)}.exr`,
  )
  check(groupSequences(names).sequences.length === NAMES / 1000, 'names do not group')
  const grouping = await times(3, 1, () => void groupSequences(names))

  const rows: Row[] = [
    row('all rules of header and structure, one file of 10 channels', 'us', one, 1000 / REPEATS, { atMost: 150 }),
    row('100,000 files judged, sequences too', 's', catalog, 0.001, { atMost: 20 }),
    row('1,000,000 names grouped', 's', grouping, 0.001, { atMost: 3 }),
  ]
  return {
    input: { rules: policy.rules.size, channels: payload.channels.length },
    rows,
    leavesOut: [
      'reading headers, and rows from a catalog: facts are made before',
      'pixel rules, which answer not_checked',
    ],
  }
}
