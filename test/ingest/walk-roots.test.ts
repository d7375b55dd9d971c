import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { locationOf } from '../../src/ingest/found.ts'
import { rootPattern } from '../../src/ingest/root-pattern.ts'
import { walkPart } from '../../src/ingest/walk-part.ts'
import { type WalkRootsOptions, walkRoots } from '../../src/ingest/walk-roots.ts'

let root = ''
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'roots-'))
})
afterEach(() => {
  rmSync(root, { recursive: true, force: true })
})

function touch(...names: string[]): void {
  for (const name of names) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), 'xy')
  }
}

async function found(roots: readonly string[], options: WalkRootsOptions = {}) {
  const paths: string[] = []
  const sizes: number[] = []
  const failures: string[] = []
  const steps = walkRoots(
    roots.map((name) => join(root, name)),
    options,
    async (tasks) => walkPart(tasks),
  )
  for await (const step of steps) {
    for (let index = 0; index < step.files.names.length; index++) {
      paths.push(locationOf(step.files, index).slice(root.length + 1))
      sizes.push(step.files.sizes[index]!)
    }
    failures.push(...step.failures.map(({ message }) => message.replaceAll(`${root}/`, '')))
  }
  return { paths, sizes, failures }
}

describe('roots that stand for many files', () => {
  beforeEach(() =>
    touch('s/a.0999.exr', 's/a.1001.exr', 's/a.1002.exr', 's/a.10003.exr', 's/b.1001.exr', 't/a.1001.exr'),
  )

  it.each(['s/a.####.exr', 's/a.%04d.exr', 's/a.<F>.exr', 's/a.$F4.exr'])(
    '%s is every frame, by number',
    async (name) => {
      const { paths, sizes, failures } = await found([name])
      expect(paths).toEqual(['s/a.0999.exr', 's/a.1001.exr', 's/a.1002.exr', 's/a.10003.exr'])
      expect(sizes).toEqual([2, 2, 2, 2])
      expect(failures).toEqual([])
    },
  )

  it('say which frames of a range are not there', async () => {
    const { paths, failures } = await found(['s/a.1000-1004#.exr'])
    expect(paths).toEqual(['s/a.1001.exr', 's/a.1002.exr'])
    expect(failures).toEqual([
      '3 of the 5 frames of s/a.1000-1004#.exr are not there: 1000, 1003-1004. Render or copy them',
    ])
    expect((await found(['s/a.1001-1002#.exr'])).failures).toEqual([])
    expect((await found(['s/a.####.exr 1001-1005x2'])).failures[0]).toMatch(/^2 of the 3 frames .*: 1003-1005x2\./)
  })

  it('may have wildcards in the folder and in the name beside the frame', async () => {
    expect((await found(['?/a.1001#.exr'])).paths).toEqual(['s/a.1001.exr', 't/a.1001.exr'])
    expect((await found(['s/?.1001-1001#.exr'])).paths).toEqual(['s/a.1001.exr', 's/b.1001.exr'])
    expect((await found(['**/*.1001.exr'])).paths).toEqual(['s/a.1001.exr', 's/b.1001.exr', 't/a.1001.exr'])
  })

  it('leave out what is ignored and follow links, which they name', async () => {
    symlinkSync(join(root, 's/b.1001.exr'), join(root, 's/l.1001.exr'))
    expect((await found(['s/l.####.exr'])).paths).toEqual(['s/l.1001.exr'])
    expect((await found(['s/l*'])).paths).toEqual(['s/l.1001.exr'])
    expect((await found(['s/a.####.exr'], { ignore: ['*.1*'] })).paths).toEqual(['s/a.0999.exr'])
  })

  it('are failures when nothing has such a name', async () => {
    const { failures } = await found(['s/c.####.exr', 's/c*.exr', 'none/a.####.exr'])
    expect(failures).toHaveLength(3)
    expect(failures[0]).toContain('Nothing matches s/c.####.exr: no file in')
    expect(failures[1]).toContain('Nothing matches s/c*.exr')
  })

  it('come after files and directories, and are a file where one has exactly this name', async () => {
    touch('s/c.####.exr')
    expect((await found(['s/b.####.exr', 's/c.####.exr', 't'])).paths).toEqual([
      's/c.####.exr',
      't/a.1001.exr',
      's/b.1001.exr',
    ])
  })
})

describe('rootPattern', () => {
  it('knows the folder or prefix that everything it matches is below', () => {
    expect(rootPattern('/p/x.####.exr')).toMatchObject({ base: '/p', isDeep: false })
    expect(rootPattern('/p/*/x.####.exr')).toMatchObject({ base: '/p', isDeep: true })
    expect(rootPattern('/p/**/*.exr')).toMatchObject({ base: '/p', frames: null, isDeep: true })
    expect(rootPattern('s3://bucket/p/x.%04d.exr')).toMatchObject({ base: 's3://bucket/p/' })
    expect(rootPattern('file:///p/a.####.exr')).toMatchObject({ base: '/p', isDeep: false })
    expect(rootPattern('s3://bucket/p*/x.exr')).toMatchObject({ base: 's3://bucket/' })
    expect(['/p/x.exr', '/p/x%20y.exr', 's3://bucket/p/', 'file:///p/a.1001.exr'].map(rootPattern)).toEqual([
      null,
      null,
      null,
      null,
    ])
  })
})
