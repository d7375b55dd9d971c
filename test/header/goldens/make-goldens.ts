/**
 * Remakes exrheader.json: what OpenEXR's `exrheader` prints of the headers our encoder writes.
 * Run with `npx tsx test/header/goldens/make-goldens.ts`; needs the Debian package openexr.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeHeader, planChunkTables } from '../../../src/header/index.ts'
import { exrheader } from '../../fixtures/exrheader.ts'
import { concat } from '../headers.ts'
import { SAMPLES } from '../samples.ts'

const dir = mkdtempSync(join(tmpdir(), 'header-goldens-'))
try {
  const goldens = Object.entries(SAMPLES).map(([name, header]) => {
    const bytes = encodeHeader(header)
    const tables = new Uint8Array(planChunkTables(header, Number.POSITIVE_INFINITY).tablesByteLength ?? 0)
    const path = join(dir, 'sample.exr')
    writeFileSync(path, concat(bytes, tables))
    const { ok, parts } = exrheader(path)
    if (!ok) throw new Error(`exrheader refuses ${name}`)
    return [name, { header: Buffer.from(bytes).toString('base64'), parts }]
  })
  const path = new URL('exrheader.json', import.meta.url)
  writeFileSync(path, `${JSON.stringify(Object.fromEntries(goldens), null, 1)}\n`)
} finally {
  rmSync(dir, { recursive: true })
}
