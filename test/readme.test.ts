import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
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

function documents(): string[] {
  const listed = spawnSync('git', ['ls-files', 'docs/*.md'], { cwd: projectRoot, encoding: 'utf8' }).stdout
  return listed.split('\n').filter((name) => name !== '')
}
