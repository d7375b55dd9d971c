import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { TaskResult } from '../../src/errors.ts'
import { DEFAULT_LIMITS, HeaderMemory } from '../../src/header/index.ts'
import { inspectRuns } from '../../src/inspect/inspect-file.ts'
import type { Payload } from '../../src/inspect/payload.ts'
import { packResults, unpackResults } from '../../src/tasks/packed-results.ts'
import { farmDir, farmFamilies, fixturePath } from '../helpers.ts'

function results(): TaskResult<Payload>[] {
  const files = [
    ...farmFamilies()[0]!
      .files.slice(0, 6)
      .map((file) => join(farmDir(), file)),
    fixturePath('none.exr'),
  ]
  const memory = new HeaderMemory(DEFAULT_LIMITS.channels)
  return [...inspectRuns(files, {}, undefined, null, memory)].flat() as TaskResult<Payload>[]
}

it('come back as they were, errors too, in half the text', () => {
  const packed = packResults(results())
  expect(JSON.stringify(unpackResults(packed))).toBe(JSON.stringify(results()))
  expect(packed.length).toBeLessThan(JSON.stringify(results()).length / 2)
})

it('give every payload objects of its own', () => {
  const [first, second] = unpackResults(packResults(results()))
  if (!(first?.ok && second?.ok)) throw new Error('Expected two payloads')
  const before = JSON.stringify(second.value)
  for (const fact of [...first.value.attributes.parts.flat(), ...first.value.channels]) {
    for (const value of Object.values(fact)) if (Array.isArray(value)) value.push('changed')
    Object.assign(fact, { name: 'changed', channel_name: 'changed' })
  }
  expect(JSON.stringify(second.value)).toBe(before)
})
