import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fixturePath, projectRoot, tempDir } from './helpers.ts'

const readme = readFileSync(join(projectRoot, 'README.md'), 'utf8')

describe('the README', () => {
  it('opens with the two commands', () => {
    expect(readme).toMatch(/^# exr-inspector\n\n```sh\nnpm run demo .*\nnpm test /)
  })

  it('has an example of about ten lines that runs as it stands', () => {
    const example = /<!-- A test runs this example\. -->\n```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? ''
    expect(example.trim().split('\n').length).toBeLessThanOrEqual(12)
    const folder = tempDir()
    mkdirSync(join(folder, 'node_modules'))
    symlinkSync(projectRoot, join(folder, 'node_modules/exr-inspector'))
    copyFileSync(fixturePath('compression-zip.exr'), join(folder, 'beauty.1001.exr'))
    writeFileSync(join(folder, 'example.mjs'), example)
    const { status, stdout, stderr } = spawnSync(process.execPath, ['example.mjs'], { cwd: folder, encoding: 'utf8' })
    expect(stderr).toBe('')
    expect(stdout).toMatch(/^true \[/)
    expect(status).toBe(0)
  })

  it('and the guide to installing name the packages of Aptfile', () => {
    const guide = readFileSync(join(projectRoot, 'docs/guides/install.md'), 'utf8')
    const named = /^apt-get install (.*?) {2,}#/m.exec(guide)?.[1]
    const { stdout } = spawnSync('bash', ['scripts/aptfile.sh', 'build'], { cwd: projectRoot, encoding: 'utf8' })
    expect(named?.split(' ')).toEqual(stdout.trim().split('\n'))
    expect(readFileSync(join(projectRoot, 'Dockerfile'), 'utf8')).not.toMatch(/apt-get install.*(cmake|openimageio)/)
  })

  it('and every page below docs link only to what is there', () => {
    const pages = ['README.md', 'CONTRIBUTING.md', ...documents()]
    for (const page of pages) {
      const text = readFileSync(join(projectRoot, page), 'utf8')
      for (const [, target = ''] of text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)) {
        expect(existsSync(join(projectRoot, dirname(page), target)), `${page} -> ${target}`).toBe(true)
      }
    }
  })
})

/** Frames as the guides have them: whole, cut short, missing, empty. */
function guideFolder(): string {
  const folder = realpathSync(tempDir())
  mkdirSync(join(folder, 'renders'))
  const made = new Date('2026-03-02T11:40:13Z')
  for (const [frame, fixture] of [
    [1001, 'compression-zip.exr'],
    [1002, 'unfinished-scanlines.exr'],
    [1004, 'empty.exr'],
  ] as const) {
    const file = join(folder, 'renders', `beauty.${frame}.exr`)
    copyFileSync(fixturePath(fixture), file)
    utimesSync(file, made, made)
  }
  return folder
}

describe('samples of the guides', () => {
  const lasting = (text: string) =>
    text.replace(/in [\d.]+ s \([\d.]+ files\/s/g, 'in some time (').replace(/OpenImageIO [\d.]+/g, 'OpenImageIO')

  it.each(['docs/guides/inspecting.md', 'docs/guides/ingesting.md'])('of %s are what is printed', (page) => {
    const folder = guideFolder()
    const samples = readFileSync(join(projectRoot, page), 'utf8').matchAll(
      /```console\n\$ exr-inspector (.*)\n([\s\S]*?)```/g,
    )
    let count = 0
    for (const [, command = '', printed = ''] of samples) {
      const run = [join(projectRoot, 'dist/cli/main.js'), ...command.split(' ')]
      const { stdout } = spawnSync(process.execPath, run, { cwd: folder, encoding: 'utf8' })
      expect(lasting(stdout.replaceAll(folder, '/show')), command).toBe(lasting(printed))
      count += 1
    }
    expect(count).toBeGreaterThan(1)
  })
})

function documents(): string[] {
  const listed = spawnSync('git', ['ls-files', 'docs/*.md'], { cwd: projectRoot, encoding: 'utf8' }).stdout
  return listed.split('\n').filter((name) => name !== '')
}
