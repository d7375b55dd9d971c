import { cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Found } from '../../src/server/explorer/api.ts'
import { fixturePath, tempDir } from '../helpers.ts'
import { startExplore } from './explore-child.ts'
import { runCli } from './run-cli.ts'

describe('exr-inspector explore', () => {
  it('ingests a folder into a catalog of its own, serves it to its link, and leaves nothing behind', async () => {
    const [folder, temporary] = [tempDir(), tempDir()]
    for (const frame of [1001, 1002, 1004]) {
      cpSync(fixturePath('compression-zip.exr'), join(folder, `beauty.${frame}.exr`))
    }
    const explore = await startExplore([folder], { TMPDIR: temporary })
    const state = await explore.settled()
    expect(state).toMatchObject({ state: 'ready', progress: { found: 3, done: 3, failed: 0 } })
    const { rows } = (await (await explore.get('/files')).json()) as Found
    expect(rows).toMatchObject([{ frame_count: 3, first_frame: 1001, last_frame: 1004, missing_count: 1 }])
    expect(await explore.end()).toBe(0)
    expect(readdirSync(temporary).filter((name) => name.startsWith('exr-explor'))).toEqual([])
    expect(existsSync(folder)).toBe(true)
  })

  it('says what is not there, and what does not go together', async () => {
    const folder = tempDir()
    mkdirSync(join(folder, 'empty'))
    const lost = await runCli(['explore', join(folder, 'nosuch')])
    expect(lost.stderr).toMatch(/there is no such catalog, file or directory.*\[ERR_SOURCE_NOT_FOUND\]/)
    const watch = await runCli(['explore', '--watch'], { cwd: folder })
    expect(watch.stderr).toMatch(/--watch looks for new files of --ingest.*\[ERR_OPTION_INVALID\]/)
    writeFileSync(join(folder, 'bad.yaml'), 'rules: { nosuch: warn }')
    const bad = await runCli(['explore', folder, '--policy', 'bad.yaml'], { cwd: folder })
    expect(bad.stderr).toMatch(/nosuch.*\[ERR_POLICY_INVALID\]/s)
    writeFileSync(join(folder, 'twin.yaml'), 'name: core\nrules: { pixel-nan: warn }')
    const twin = await runCli(['explore', folder, '--policy', 'twin.yaml'], { cwd: folder })
    expect(twin.stderr).toMatch(/Two policies are named core.*\[ERR_OPTION_INVALID\]/)
    expect([lost.code, watch.code, bad.code, twin.code]).toEqual([1, 2, 2, 2])
  })
})
