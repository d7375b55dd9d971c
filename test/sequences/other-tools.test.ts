import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { groupSequences } from '../../src/sequences/index.ts'
import { pythonWith } from '../python-env.ts'

const python = pythonWith('fileseq==3.4.0', 'pyseq==0.9.3')

/** Each listing with the frames of every sequence, as both libraries tell them: lists of paths that belong together. */
const script = `
import json, sys, fileseq, pyseq
out = []
for names in json.load(sys.stdin):
    f = [sorted(str(p) for p in s) for s in fileseq.findSequencesInList(names)]
    p = [sorted(str(i) for i in s) for s in pyseq.get_sequences(names)]
    out.append({'fileseq': sorted(f), 'pyseq': sorted(p)})
print(json.dumps(out))
`

interface Case {
  readonly what: string
  readonly names: readonly string[]
  /** Why a library groups otherwise; left out where all agree. */
  readonly fileseq?: string
  readonly pyseq?: string
}

const CASES: readonly Case[] = [
  { what: 'one range', names: ['a.1001.exr', 'a.1002.exr', 'a.1003.exr'] },
  { what: 'a gap', names: ['a.0001.exr', 'a.0002.exr', 'a.0005.exr'] },
  { what: 'two passes', names: ['a.1.exr', 'a.2.exr', 'b.1.exr', 'b.2.exr'] },
  { what: 'underscores', names: ['a_0001.exr', 'a_0002.exr'] },
  { what: 'letters before the number', names: ['render0001.exr', 'render0002.exr'] },
  { what: 'digits that grow', names: ['f.998.exr', 'f.999.exr', 'f.1001.exr'] },
  {
    what: 'negative frames',
    names: ['n.-2.exr', 'n.-1.exr', 'n.0.exr', 'n.1.exr'],
    pyseq: 'knows no sign: the minus is text, so frame -1 and frame 1 lie in two sequences',
  },
  {
    what: 'the number that varies is not the last',
    names: ['a_1_0001.exr', 'a_2_0001.exr', 'a_3_0001.exr'],
    fileseq: 'takes the last number for the frame wherever the changing one is',
  },
  {
    what: 'mixed padding',
    names: ['f.1.exr', 'f.02.exr', 'f.3.exr'],
    fileseq: 'a padding is a sequence of its own, which hides that the range is complete',
  },
  {
    what: 'versions of one file',
    names: ['a_v001.exr', 'a_v002.exr'],
    fileseq: 'versions are counted as frames',
    pyseq: 'versions are counted as frames',
  },
  {
    what: 'dates',
    names: ['take.2024-01-30.exr', 'take.2024-01-31.exr'],
    fileseq: 'the day is counted as a frame, a negative one',
    pyseq: 'the day is counted as a frame',
  },
  { what: 'another extension', names: ['a.1.exr', 'a.2.exr', 'a.1.tif', 'a.2.tif'] },
]

describe.runIf(python)('sequences beside those of fileseq and pyseq', () => {
  const answers = JSON.parse(
    execFileSync(python!, ['-c', script], { input: JSON.stringify(CASES.map(({ names }) => names)), encoding: 'utf8' }),
  ) as Record<'fileseq' | 'pyseq', string[][]>[]

  it.each(CASES.map((entry, index) => ({ ...entry, index })))('$what', ({ names, index, ...why }) => {
    const { sequences, others } = groupSequences(names)
    const ours = [
      ...sequences.map(({ members }) => members.map(({ path }) => path).sort()),
      ...others.map((i) => [names[i]!]),
    ]
    ours.sort((a, b) => (a[0]! < b[0]! ? -1 : 1))
    for (const tool of ['fileseq', 'pyseq'] as const) {
      if (why[tool] === undefined) expect(answers[index]![tool]).toEqual(ours)
      else expect(answers[index]![tool]).not.toEqual(ours)
    }
  })
})
