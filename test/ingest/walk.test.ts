import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { locationOf } from '../../src/ingest/found.ts'
import { type Listing, runWalkTask, STATS_PER_TASK, type WalkTask } from '../../src/ingest/listing.ts'
import { type WalkOptions, walk } from '../../src/ingest/walk.ts'

let root = ''
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'walk-'))
})
afterEach(() => {
  rmSync(root, { recursive: true, force: true })
})

function touch(...names: string[]): void {
  for (const name of names) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), 'x')
  }
}

function shortened(path: string): string {
  return path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path
}

async function walked(roots: Iterable<string> | AsyncIterable<string> = [root], options: WalkOptions = {}) {
  const tasks: WalkTask[] = []
  const paths: string[] = []
  const failures: { path: string; code: string; message: string }[] = []
  let skippedLinks = 0
  const list = async (task: WalkTask): Promise<Listing> => {
    tasks.push(task)
    // Answers out of order must not change the order of the walk.
    await new Promise((resolve) => setTimeout(resolve, tasks.length % 3))
    return runWalkTask(task)
  }
  for await (const step of walk(roots, options, list)) {
    step.files.names.forEach((_, index) => {
      paths.push(shortened(locationOf(step.files, index)))
    })
    failures.push(...step.failures)
    skippedLinks += step.skippedLinks
  }
  return { paths, failures, skippedLinks, tasks }
}

describe('walk', () => {
  it('finds .exr, .sxr, .mxr and .dxr in any case, a directory before its subdirectories, each in name order', async () => {
    touch('b/z.EXR', 'b/a.sxr', 'a/deep/x.DxR', 'a/y.mxr', 'top.exr', 'top.jpg', 'exr', 'a/.exr.swp')
    const { paths, failures } = await walked()
    expect(paths).toEqual(['top.exr', 'a/y.mxr', 'a/deep/x.DxR', 'b/a.sxr', 'b/z.EXR'])
    expect(failures).toEqual([])
  })

  it('visits in the same order whatever the concurrency', async () => {
    for (let index = 0; index < 40; index++) touch(`d${index % 7}/s${index % 5}/f${index}.exr`)
    const one = await walked([root], { concurrency: 1 })
    const many = await walked([root], { concurrency: 16 })
    expect(many.paths).toEqual(one.paths)
    expect(new Set(one.paths).size).toBe(40)
  })

  it('leaves hidden files and directories out until asked', async () => {
    touch('.cache/a.exr', '.b.exr', 'c.exr')
    expect((await walked()).paths).toEqual(['c.exr'])
    expect((await walked([root], { hidden: true })).paths).toEqual(['.b.exr', 'c.exr', '.cache/a.exr'])
  })

  it('takes a root that is a file whatever its extension, and a hidden root', async () => {
    touch('frame.tmp', '.hidden/a.exr')
    expect((await walked([join(root, 'frame.tmp'), join(root, '.hidden')])).paths).toEqual([
      'frame.tmp',
      '.hidden/a.exr',
    ])
  })

  it('counts links and passes over them by default', async () => {
    touch('real/a.exr')
    symlinkSync(join(root, 'real'), join(root, 'latest'))
    symlinkSync(join(root, 'real/a.exr'), join(root, 'b.exr'))
    const { paths, skippedLinks } = await walked()
    expect(paths).toEqual(['real/a.exr'])
    expect(skippedLinks).toBe(2)
  })

  it('follows links when asked, visiting each directory once and by its real path where it has one in the tree', async () => {
    touch('v003/a.exr', 'v003/sub/b.exr')
    symlinkSync(join(root, 'v003'), join(root, 'latest'))
    symlinkSync(root, join(root, 'v003/sub/loop'))
    const { paths, failures } = await walked([root], { follow: true })
    expect(paths).toEqual(['v003/a.exr', 'v003/sub/b.exr'])
    expect(failures).toEqual([])
  })

  it('follows links out of the tree and names files by the path through the link', async () => {
    touch('elsewhere/a.exr', 'show/b.exr')
    symlinkSync(join(root, 'elsewhere'), join(root, 'show/plates'))
    expect((await walked([join(root, 'show')], { follow: true })).paths).toEqual(['show/b.exr', 'show/plates/a.exr'])
  })

  it('reports a dangling link with its target and goes on', async () => {
    touch('b.exr')
    symlinkSync('/nowhere/plate.exr', join(root, 'a.exr'))
    const { paths, failures } = await walked([root], { follow: true })
    expect(paths).toEqual(['b.exr'])
    expect(failures).toMatchObject([{ code: 'ERR_SOURCE_NOT_FOUND', path: join(root, 'a.exr') }])
    expect(failures[0]?.message).toContain('/nowhere/plate.exr')
  })

  it('visits overlapping roots once', async () => {
    touch('a/x.exr', 'a/b/y.exr')
    const { paths } = await walked([join(root, 'a/b'), join(root, 'a'), `${root}/a/../a`])
    expect(paths.toSorted()).toEqual(['a/b/y.exr', 'a/x.exr'])
  })

  it('reports a root that does not exist and walks the others', async () => {
    touch('a/x.exr')
    const { paths, failures } = await walked([join(root, 'gone'), join(root, 'a')])
    expect(paths).toEqual(['a/x.exr'])
    expect(failures).toMatchObject([{ code: 'ERR_SOURCE_NOT_FOUND', path: join(root, 'gone') }])
  })

  it('takes roots as they arrive on a stream', async () => {
    touch('a/x.exr', 'b.exr')
    const arriving = (async function* () {
      yield join(root, 'b.exr')
      yield join(root, 'a')
    })()
    expect((await walked(arriving)).paths).toEqual(['b.exr', 'a/x.exr'])
  })

  it('leaves out what --ignore patterns name, relative to each root', async () => {
    touch('tmp/a.exr', 'b/tmp/c.exr', 'b/d.exr', 'b/d_denoise.exr')
    expect((await walked([root], { ignore: ['tmp/', '*_denoise.*'] })).paths).toEqual(['b/d.exr'])
    expect((await walked([root], { ignore: ['/tmp'] })).paths).toEqual(['b/d.exr', 'b/d_denoise.exr', 'b/tmp/c.exr'])
  })

  it('obeys .exrignore files below where they lie, the innermost deciding', async () => {
    touch('a/x.exr', 'a/keep/x.exr', 'b/x.exr')
    writeFileSync(join(root, '.exrignore'), '# farm\nx.exr\n')
    writeFileSync(join(root, 'a/keep/.exrignore'), '!x.exr\n')
    expect((await walked()).paths).toEqual(['a/keep/x.exr'])
  })

  it('shares a large directory between tasks without losing or repeating a file', async () => {
    const count = STATS_PER_TASK * 2 + 1
    for (let index = 0; index < count; index++) touch(`f.${String(index).padStart(5, '0')}.exr`)
    const { paths, tasks } = await walked()
    expect(paths).toHaveLength(count)
    expect(paths).toEqual(paths.toSorted())
    expect(tasks.map((task) => task.kind)).toEqual(['stat', 'list', 'stat', 'stat'])
  })

  it('names files and directories that are not UTF-8 by a URL that leads back to them', async () => {
    const bytes = Buffer.concat([Buffer.from(`${root}/caf`), Buffer.from([0xe9])])
    mkdirSync(bytes)
    writeFileSync(Buffer.concat([bytes, Buffer.from('/a.exr')]), 'x')
    writeFileSync(Buffer.concat([bytes, Buffer.from('.exr')]), 'xy')
    touch('ok.exr')
    const { paths, failures } = await walked()
    expect(failures).toEqual([])
    expect(paths.toSorted()).toEqual([`file://${root}/caf%E9.exr`, `file://${root}/caf%E9/a.exr`, 'ok.exr'])
    expect((await walked(paths.filter((path) => path.startsWith('file:')))).failures).toEqual([])
  })

  it('stops between tasks when aborted', async () => {
    touch('a/x.exr')
    await expect(walked([root], { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'ERR_ABORTED' })
  })
})
