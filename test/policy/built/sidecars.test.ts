import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { encodeHeader, makeAttribute, makeHeader } from '../../../src/header/index.ts'
import { inspectFileSync } from '../../../src/inspect/inspect-file.ts'
import { readSidecars } from '../../../src/tasks/sidecars.ts'
import { runHere } from '../../cli/run-cli.ts'
import { box, channel, part, text } from '../../header/headers.ts'
import { tempDir } from '../../helpers.ts'

const window = box(3, 3)

/** A file whose Cryptomatte names a side-car file. */
function matte(folder: string, sidecar: string): string {
  const entries = { name: 'CryptoObject', hash: 'MurmurHash3_32', conversion: 'uint32_to_float32', manif_file: sidecar }
  const extra = Object.entries(entries).map(([key, value]) =>
    makeAttribute(`cryptomatte/1234567/${key}`, 'string', text(value)),
  )
  const channels = ['A', 'B', 'G', 'R'].map((name) => channel(`CryptoObject00.${name}`, 'FLOAT'))
  const path = join(folder, 'f.1001.exr')
  writeFileSync(path, encodeHeader(makeHeader([part({ dataWindow: window, displayWindow: window, channels, extra })])))
  return path
}

it.each([
  ['names.json', '{"hello":"248bfa47"}', null],
  ['below/names.json', '{}', null],
  ['names.json', '{"hello":"248b', 'cut off after 14 characters'],
  ['names.json', '[1]', 'no JSON object'],
  ['names.json', null, 'there is no such file'],
])('the side-car file %s with %j is judged as %j', async (name, content, problem) => {
  const folder = tempDir()
  mkdirSync(join(folder, 'below'))
  if (content !== null) writeFileSync(join(folder, name), content)
  const path = matte(folder, name)
  expect(await readSidecars(inspectFileSync(path))).toEqual(new Map([[name, problem]]))
  const { stdout } = await runHere(['validate', path, '--policy', 'cryptomatte', '--json'])
  const { findings } = JSON.parse(stdout) as { findings: { rule: string; state: string; actual: string }[] }
  const found = findings.filter(({ rule, state }) => rule === 'crypto-sidecar' && state !== 'pass')
  expect(found.map(({ state, actual }) => [state, actual])).toEqual(problem === null ? [] : [['fail', problem]])
})

it('nothing outside of the folder is opened', async () => {
  const folder = tempDir()
  writeFileSync(join(folder, 'names.json'), '{}')
  mkdirSync(join(folder, 'shot'))
  for (const name of ['../names.json', join(folder, 'names.json'), 'C:names.json', 'a/../../names.json']) {
    expect(await readSidecars(inspectFileSync(matte(join(folder, 'shot'), name)))).toBeUndefined()
  }
})
