import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { tableFromIPC } from 'apache-arrow'
import { expect, it } from 'vitest'
import * as library from '../src/index.ts'
import { fixture, fixturePath, projectRoot, tempDir } from './helpers.ts'

it('documents every export, and nothing else', () => {
  const page = readFileSync(join(projectRoot, 'docs/reference/library.md'), 'utf8')
  const documented = [...page.matchAll(/^### `(\w+)/gm)].map((match) => match[1])
  expect(documented.toSorted()).toEqual(Object.keys(library).toSorted())
})

it('loads no package when it is imported: Arrow, DuckDB, piscina and the AWS SDK wait for the first use', () => {
  const packages = new Set<string>()
  const seen = new Set<string>()
  const visit = (file: string) => {
    if (seen.has(file)) return
    seen.add(file)
    const code = readFileSync(file, 'utf8')
    for (const [, specifier = ''] of code.matchAll(/^(?:import|export) (?!type )[^'"]*?from '([^']+)'/gm)) {
      if (specifier.startsWith('.')) visit(join(dirname(file), specifier))
      else if (!specifier.startsWith('node:')) packages.add(specifier)
    }
  }
  visit(join(projectRoot, 'src/index.ts'))
  expect(seen.size).toBeGreaterThan(20)
  expect([...packages]).toEqual([])
})

it('reads, encodes and reads again a header through the public codec', async () => {
  const bytes = await fixture('attributes-all-types.exr')
  const header = library.decodeHeader(bytes)
  expect(Buffer.from(library.encodeHeader(header)).equals(bytes.subarray(0, header.byteLength))).toBe(true)
})

it('inspects many files in order, bad ones included', async () => {
  const paths = ['compression-zip.exr', 'not-exr.exr', 'multipart-two.exr'].map(fixturePath)
  const results = []
  for await (const { payload, error } of library.inspectMany(paths, { maxThreads: 1 })) {
    results.push(payload?.file.multipart_count ?? error?.code)
  }
  expect(results).toEqual([1, 'ERR_EXR_MAGIC', 2])
})

it('hands payloads over as Arrow and stores them in a catalog', async () => {
  const payload = await library.inspect(fixturePath('multipart-two.exr'))
  const record = { payload, inspectedAtUs: 1_700_000_000_000_000n, durationUs: 100 }
  const streams = await library.toArrow([record], { runId: 'run' })
  expect(tableFromIPC(streams.parts).numRows).toBe(2)
  expect(tableFromIPC(streams.files).get(0)!['header_hash']).toBe(payload.file.header_hash)

  const catalog = await library.openCatalog(join(tempDir(), 'catalog.duckdb'))
  try {
    const [result] = await catalog.upsert([record], 'run')
    const id = library.fileId(library.normalizePath(payload.file.path), payload.file.header_hash)
    expect(result).toMatchObject({ status: 'inserted', fileId: id })
  } finally {
    await catalog.close()
  }
})
