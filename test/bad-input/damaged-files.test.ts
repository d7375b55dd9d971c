import { describe, expect, it } from 'vitest'
import { inspectMany } from '../../src/index.ts'
import { inspectFileSync } from '../../src/inspect/inspect-file.ts'
import { fixturePath, fixtures } from '../helpers.ts'
import { cli, failures, payloads } from './cli.ts'

/** By kind of damage: thrown, because nothing of the file can be told, or in the payload beside what could be read. */
const CODES: Readonly<Record<string, { readonly thrown: string } | { readonly told: string }>> = {
  empty: { thrown: 'ERR_SOURCE_EMPTY' },
  magic: { thrown: 'ERR_EXR_MAGIC' },
  'truncated-magic': { thrown: 'ERR_EXR_TRUNCATED' },
  'truncated-version': { thrown: 'ERR_EXR_TRUNCATED' },
  'truncated-header': { told: 'ERR_EXR_TRUNCATED' },
  'truncated-table': { told: 'ERR_EXR_CHUNKS' },
  'truncated-pixels': { told: 'ERR_EXR_CHUNKS' },
  'bad-table': { told: 'ERR_EXR_CHUNKS' },
  'bad-chunk': { told: 'ERR_EXR_CHUNKS' },
  version: { told: 'ERR_EXR_VERSION' },
  flags: { told: 'ERR_EXR_HEADER' },
  window: { told: 'ERR_EXR_HEADER' },
  tiles: { told: 'ERR_EXR_HEADER' },
  name: { told: 'ERR_EXR_HEADER' },
  duplicate: { told: 'ERR_EXR_HEADER' },
  'missing-attribute': { told: 'ERR_EXR_HEADER' },
  'wrong-type': { told: 'ERR_EXR_HEADER' },
  'wrong-size': { told: 'ERR_EXR_HEADER' },
  'line-order': { told: 'ERR_EXR_HEADER' },
  channels: { told: 'ERR_EXR_HEADER' },
  parts: { told: 'ERR_EXR_HEADER' },
}

const CLAIMS: Readonly<Record<string, string>> = {
  'claim-attribute-2gb.exr': 'ERR_EXR_TRUNCATED',
  'claim-attribute-4gb.exr': 'ERR_EXR_HEADER',
  'claim-attribute-past-end.exr': 'ERR_EXR_TRUNCATED',
  'claim-pixels-2e31.exr': 'ERR_EXR_HEADER',
  'claim-window-overflow.exr': 'ERR_EXR_HEADER',
  'claim-preview.exr': 'ERR_EXR_HEADER',
  'claim-string-vector.exr': 'ERR_EXR_HEADER',
  'claim-tiles.exr': 'ERR_EXR_CHUNKS',
  'attributes-70000.exr': 'ERR_EXR_LIMIT',
}

/** Codes OpenEXR 3.1 does not know and this project does, or reports without calling the file broken. */
const FINE_HERE = new Set(['compression'])

const damaged = fixtures().filter(({ damage }) => damage !== undefined && !FINE_HERE.has(damage))

describe('a damaged file', () => {
  it.each(damaged)('$file ($what) gets a coded error that says where', ({ file, damage }) => {
    const path = fixturePath(file)
    const wanted = CODES[damage!] ?? { told: CLAIMS[file]! }
    if ('thrown' in wanted) {
      expect(() => inspectFileSync(path)).toThrow(expect.objectContaining({ code: wanted.thrown }))
      expect(() => inspectFileSync(path)).toThrow(path)
    } else {
      const { errors } = inspectFileSync(path)
      expect(errors.map(({ code }) => code)).toContain(wanted.told)
      expect(errors.find(({ code }) => code === wanted.told)?.byte_offset).toBeGreaterThanOrEqual(0)
    }
  })

  it('is told apart from an unfinished one: a good header keeps all its facts', () => {
    for (const file of [
      'truncated-pixels.exr',
      'truncated-table.exr',
      'unfinished-killed.exr',
      'chunk-size-outside.exr',
    ]) {
      const payload = inspectFileSync(fixturePath(file))
      expect(payload.file.is_complete, file).toBe(false)
      expect(payload.readers.raw.ok, file).toBe(true)
      expect(
        payload.channels.map(({ channel_name }) => channel_name),
        file,
      ).toEqual(['B', 'G', 'R'])
      expect(payload.parts[0], file).toMatchObject({ width: 32, height: 40, compression: 'zips', chunk_count: 40 })
    }
  })

  it('keeps what stands before the break: attributes up to the cut are in the payload', () => {
    const names = inspectFileSync(fixturePath('truncated-header.exr')).attributes.parts[0]!.map(({ name }) => name)
    expect(names).toContain('screenWindowWidth')
  })
})

describe('damaged files among good ones', () => {
  it('cost no other file anything', async () => {
    const files = fixtures().map(({ file }) => fixturePath(file))
    const seen = new Map<unknown, unknown>()
    for await (const { input, payload, error } of inspectMany(files, { maxThreads: 2 })) {
      seen.set(input, payload ?? error?.code)
    }
    expect(seen.size).toBe(files.length)
    for (const { file } of fixtures().filter(({ valid }) => valid)) {
      expect(seen.get(fixturePath(file)), file).toEqual(inspectFileSync(fixturePath(file)))
    }
  })

  it('are listed by the command line one by one, and its exit code says that some failed', () => {
    const names = ['truncated-magic.exr', 'compression-zip.exr', 'not-exr.exr', 'claim-pixels-2e31.exr', 'preview.exr']
    const run = cli(['inspect', '--ndjson', ...names.map(fixturePath)])
    expect(run.status).toBe(1)
    const paths = (indices: readonly number[]) => indices.map((index) => fixturePath(names[index]!))
    expect(payloads(run).map(({ file }) => file.path)).toEqual(paths([1, 3, 4]))
    expect(failures(run)).toMatchObject([
      { path: fixturePath(names[0]!), code: 'ERR_EXR_TRUNCATED' },
      { path: fixturePath(names[2]!), code: 'ERR_EXR_MAGIC' },
    ])
  })
})
