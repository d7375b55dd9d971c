import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
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

it('fills a catalog step by step, says how far it has come, and goes on where a loop was left', async () => {
  const folder = tempDir()
  mkdirSync(folder, { recursive: true })
  for (let frame = 0; frame < 300; frame++) {
    symlinkSync(fixturePath('compression-zip.exr'), join(folder, `f.${1000 + frame}.exr`))
  }
  writeFileSync(join(folder, 'broken.exr'), 'no')
  const catalog = await library.openCatalog(join(folder, 'catalog.duckdb'))
  try {
    const options = { jobs: 1, follow: true }
    let first = 0
    for await (const { stored, counts } of library.ingest(catalog, [folder], options)) {
      first = stored.length
      expect(counts.inserted).toBe(first)
      break
    }
    expect(first).toBeGreaterThan(0)
    expect(first).toBeLessThan(300)
    const known = async () =>
      Number((await catalog.sql('SELECT count(*) FROM sequences JOIN files USING (sequence_key)')).rows[0]![0])
    expect(await known()).toBe(first)

    const rest: string[] = []
    const failures: string[] = []
    const steps = library.ingest(catalog, [folder], options)
    let step = await steps.next()
    for (; !step.done; step = await steps.next()) {
      rest.push(...step.value.stored.map(({ status }) => status))
      failures.push(...step.value.failures.map(({ code }) => code))
    }
    expect(step.value).toMatchObject({ counts: { unchanged: first, inserted: 300 - first, failed: 1 }, stopped: null })
    expect(rest).toEqual(Array(300 - first).fill('inserted'))
    expect(failures).toEqual(['ERR_EXR_MAGIC'])
    expect(await known()).toBe(300)
  } finally {
    await catalog.close()
  }
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
