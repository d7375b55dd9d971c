import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { describe, expect, it } from 'vitest'
import { inspectMany } from '../../../src/index.ts'
import { factsOf, loadPolicyText, RULES, validate } from '../../../src/policy/index.ts'
import { tempDir } from '../../helpers.ts'
import { python } from '../../pixels/truth.ts'
import { runPython } from '../../python-env.ts'

const PIXEL_RULES = [...RULES.keys()].filter((id) => id.startsWith('pixel-'))

describe.skipIf(python === null)(
  'rules of pixels against numpy over planted values that OpenEXR 3.5 wrote and read',
  () => {
    it('say the same of every file, channel by channel', async () => {
      const script = readFileSync(new URL('./pixels.py', import.meta.url), 'utf8')
      const lines = runPython(python!, script, JSON.stringify({ folder: tempDir() }))
        .trim()
        .split('\n')
      const verdicts: Record<string, string[]> = JSON.parse(lines.at(-1)!)
      const rules = Object.fromEntries(PIXEL_RULES.map((id) => [id, 'on']))
      const policy = await loadPolicyText(JSON.stringify({ rules }), 'pixels.json')
      const told: Record<string, string[]> = {}
      for await (const { payload } of inspectMany(Object.keys(verdicts), { stats: true })) {
        const { findings } = validate([factsOf(payload!)], policy)
        const failures = findings.filter(({ state }) => state === 'fail')
        told[payload!.file.path] = [...new Set(failures.map(({ rule, channel = '' }) => `${rule} ${channel}`))].sort()
      }
      const byName = (found: Record<string, string[]>) =>
        Object.fromEntries(Object.entries(found).map(([path, list]) => [basename(path, '.exr'), list]))
      expect(byName(told)).toEqual(byName(verdicts))
      // What was planted is there: every rule speaks of some file, and of the sound ones none.
      const named = new Set(Object.values(verdicts).flatMap((list) => list.map((text) => text.split(' ')[0])))
      expect([...named].sort()).toEqual([...PIXEL_RULES].sort())
      expect([byName(verdicts)['sound-half'], byName(verdicts)['sound-float']]).toEqual([[], []])
    })
  },
)
