import { execFileSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fixturePath, tempDir, withoutPrivileges } from '../helpers.ts'
import { cli, failures, payloads, query } from './cli.ts'

function codeOf(args: readonly string[], around: readonly string[] = []): unknown {
  const run = cli(['inspect', '--ndjson', ...args], around)
  expect(run.status).toBe(1)
  expect(failures(run)).toMatchObject([{ path: args[0] }])
  return failures(run)[0]!.code
}

/** A folder with one good frame. */
function folderWithFrame(): string {
  const folder = tempDir()
  chmodSync(folder, 0o755)
  copyFileSync(fixturePath('preview.exr'), join(folder, 'good.exr'))
  return folder
}

describe('inspect', () => {
  it('says what is wrong with a location that is no readable file', () => {
    const folder = folderWithFrame()
    symlinkSync(join(folder, 'gone'), join(folder, 'dangling.exr'))
    symlinkSync('circle.exr', join(folder, 'circle.exr'))
    execFileSync('mkfifo', [join(folder, 'pipe.exr')])
    expect(codeOf([join(folder, 'none.exr')])).toBe('ERR_SOURCE_NOT_FOUND')
    expect(codeOf([join(folder, 'good.exr', 'in.exr')])).toBe('ERR_SOURCE_NOT_FOUND')
    expect(codeOf([join(folder, 'dangling.exr')])).toBe('ERR_SOURCE_NOT_FOUND')
    expect(codeOf([join(folder, 'circle.exr')])).toBe('ERR_SOURCE_NOT_FOUND')
    expect(codeOf([join(folder, 'pipe.exr')])).toBe('ERR_SOURCE_NOT_A_FILE')
  })

  it('takes a directory for its files, even one that is named like a file', () => {
    const folder = join(tempDir(), 'shot.exr')
    mkdirSync(folder)
    copyFileSync(fixturePath('preview.exr'), join(folder, 'a.exr'))
    const run = cli(['inspect', '--ndjson', folder])
    expect(run.status).toBe(0)
    expect(payloads(run)).toMatchObject([{ file: { path: join(folder, 'a.exr') } }])
  })

  it('names a file, or a folder on the way to it, that it may not read', () => {
    const folder = folderWithFrame()
    const locked = join(folder, 'locked')
    mkdirSync(locked)
    copyFileSync(fixturePath('preview.exr'), join(locked, 'in.exr'))
    copyFileSync(fixturePath('preview.exr'), join(folder, 'secret.exr'))
    chmodSync(join(folder, 'secret.exr'), 0)
    chmodSync(locked, 0)
    expect(codeOf([join(folder, 'secret.exr')], withoutPrivileges)).toBe('ERR_SOURCE_DENIED')
    expect(codeOf([join(locked, 'in.exr')], withoutPrivileges)).toBe('ERR_SOURCE_DENIED')
    expect(codeOf([locked], withoutPrivileges)).toBe('ERR_SOURCE_DENIED')
    chmodSync(locked, 0o755)
  })

  it('reads a file whose name is not UTF-8 and gives a name that finds it again', () => {
    const folder = tempDir()
    const name = Buffer.concat([Buffer.from(`${folder}/caf`), Buffer.from([0xe9]), Buffer.from('.exr')])
    copyFileSync(fixturePath('preview.exr'), name)
    const [payload] = payloads(cli(['inspect', '--ndjson', folder]))
    expect(payload?.file.path).toBe(`file://${folder}/caf%E9.exr`)
    expect(payloads(cli(['inspect', '--ndjson', payload!.file.path]))).toEqual([payload])
  })
})

describe('ingest', () => {
  it('stores every good file of a tree full of bad ones, and remembers why the others failed', async () => {
    const folder = tempDir()
    chmodSync(folder, 0o777)
    const tree = join(folder, 'tree')
    mkdirSync(join(tree, 'dir.exr'), { recursive: true })
    mkdirSync(join(tree, 'closed'))
    const put = (fixture: string, name: string) => copyFileSync(fixturePath(fixture), join(tree, name))
    put('compression-zip.exr', 'a.1001.exr')
    put('preview.exr', 'dir.exr/b.1002.exr')
    put('multipart-two.exr', 'z.1003.exr')
    put('empty.exr', 'empty.exr')
    put('text.exr', 'text.exr')
    put('truncated-magic.exr', 'short.exr')
    put('truncated-header.exr', 'cut.exr')
    put('truncated-pixels.exr', 'pixels.exr')
    put('name-without-end.exr', 'endless.exr')
    put('claim-attribute-4gb.exr', 'claim.exr')
    put('preview.exr', 'secret.exr')
    chmodSync(join(tree, 'secret.exr'), 0)
    chmodSync(join(tree, 'closed'), 0)
    symlinkSync('/nowhere/frame.exr', join(tree, 'dangling.exr'))
    execFileSync('mkfifo', [join(tree, 'pipe.exr')])
    const latin1 = Buffer.concat([Buffer.from(`${tree}/caf`), Buffer.from([0xe9]), Buffer.from('.1004.exr')])
    copyFileSync(fixturePath('preview.exr'), latin1)

    const catalog = join(folder, 'catalog.duckdb')
    const run = cli(['ingest', tree, '--follow', '--catalog', catalog], withoutPrivileges)
    expect(run.stderr).toBe('')
    expect(run.status).toBe(1)

    const whole = await query(catalog, 'SELECT file_path FROM files WHERE is_complete ORDER BY file_path')
    expect(whole.flat()).toEqual([
      `${tree}/a.1001.exr`,
      `${tree}/dir.exr/b.1002.exr`,
      `${tree}/z.1003.exr`,
      `file://${tree}/caf%E9.1004.exr`,
    ])
    const partly = await query(catalog, 'SELECT file_path FROM files WHERE NOT is_complete ORDER BY file_path')
    expect(partly.flat()).toEqual(['claim', 'cut', 'endless', 'pixels'].map((name) => `${tree}/${name}.exr`))

    const remembered = await query(catalog, 'SELECT file_path, code FROM ingest_errors ORDER BY file_path')
    expect(Object.fromEntries(remembered as [string, string][])).toMatchObject({
      [`${tree}/claim.exr`]: 'ERR_EXR_HEADER',
      [`${tree}/closed`]: 'ERR_SOURCE_DENIED',
      [`${tree}/cut.exr`]: 'ERR_EXR_TRUNCATED',
      [`${tree}/dangling.exr`]: 'ERR_SOURCE_NOT_FOUND',
      [`${tree}/empty.exr`]: 'ERR_SOURCE_EMPTY',
      [`${tree}/endless.exr`]: 'ERR_EXR_HEADER',
      [`${tree}/secret.exr`]: 'ERR_SOURCE_DENIED',
      [`${tree}/short.exr`]: 'ERR_EXR_TRUNCATED',
      [`${tree}/text.exr`]: 'ERR_EXR_MAGIC',
    })
    for (const [path] of remembered) expect(run.stdout).toContain(path)
    chmodSync(join(tree, 'closed'), 0o755)
  })

  it('counts a failure again at the next run and drops nothing', async () => {
    const folder = folderWithFrame()
    writeFileSync(join(folder, 'bad.exr'), 'not an image')
    const catalog = join(tempDir(), 'catalog.duckdb')
    expect(cli(['ingest', folder, '--catalog', catalog]).status).toBe(1)
    expect(cli(['ingest', folder, '--catalog', catalog]).status).toBe(1)
    expect(await query(catalog, 'SELECT attempts FROM ingest_errors')).toEqual([[2]])
    expect(await query(catalog, 'SELECT count(*)::INTEGER FROM files')).toEqual([[1]])
    expect(readdirSync(folder).sort()).toEqual(['bad.exr', 'good.exr'])
  })
})
