import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { locationOf } from '../../src/ingest/found.ts'
import { STATS_PER_TASK, type WalkTask } from '../../src/ingest/listing.ts'
import { type WalkOptions, walk } from '../../src/ingest/walk.ts'
import { type WalkPart, walkPart } from '../../src/ingest/walk-part.ts'

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

interface Asked extends WalkOptions {
  /** One listing a part, because of the time it took, or of what it found. */
  readonly parts?: 'slow' | 'short'
}

async function walked(roots: Iterable<string> | AsyncIterable<string> = [root], options: Asked = {}) {
  const groups: (readonly WalkTask[])[] = []
  const paths: string[] = []
  const failures: { path: string; code: string; message: string }[] = []
  let skippedLinks = 0
  let running = 0
  let mostRunning = 0
  const list = async (tasks: readonly WalkTask[]): Promise<WalkPart> => {
    groups.push(tasks)
    running += 1
    mostRunning = Math.max(mostRunning, running)
    // Answers out of order must not change the order of the walk.
    await new Promise((resolve) => setTimeout(resolve, groups.length % 3))
    running -= 1
    if (options.parts === undefined) return walkPart(tasks)
    return { ...slowPart(tasks), isSlow: options.parts === 'slow' }
  }
  for await (const step of walk(roots, options, list)) {
    step.files.names.forEach((_, index) => {
      paths.push(shortened(locationOf(step.files, index)))
    })
    failures.push(...step.failures)
    skippedLinks += step.skippedLinks
  }
  return { paths, failures, skippedLinks, groups, tasks: groups.flat(), mostRunning }
}

/** What a part looks like whose time was over after its first listing. */
function slowPart(tasks: readonly WalkTask[]): WalkPart {
  const clock = vi.spyOn(performance, 'now')
  let ms = 0
  clock.mockImplementation(() => (ms += 1000))
  try {
    return walkPart(tasks)
  } finally {
    clock.mockRestore()
  }
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

  it('asks for many small directories at once, of one thread', async () => {
    for (let index = 0; index < 300; index++) touch(`d${index % 20}/s${index}/f.exr`)
    const { paths, groups, mostRunning } = await walked()
    expect(paths).toHaveLength(300)
    // The root itself, and all below it.
    expect(groups).toHaveLength(2)
    expect(mostRunning).toBe(1)
  })

  it('has other threads help where there is much', async () => {
    for (let index = 0; index < 60; index++) touch(`d${index}/f.exr`)
    const { paths, mostRunning } = await walked([root], { parts: 'short' })
    expect(paths).toHaveLength(60)
    expect(mostRunning).toBeGreaterThanOrEqual(4)
  })

  it('has other threads help where it takes long, in the same order', async () => {
    for (let index = 0; index < 60; index++) touch(`d${index % 12}/s${index % 5}/f${index}.exr`)
    const slow = await walked([root], { parts: 'slow' })
    expect(slow.mostRunning).toBeGreaterThanOrEqual(4)
    expect(slow.paths).toEqual((await walked()).paths)
  })

  it('lists no directory twice that a part has walked below', async () => {
    touch('a/b/x.exr', 'a/b/c/y.exr', 'z/w.exr')
    const overlapping = await walked([join(root, 'a/b'), root, join(root, 'a')])
    expect(overlapping.paths).toEqual(['a/b/x.exr', 'a/b/c/y.exr', 'z/w.exr'])
    symlinkSync(join(root, 'a'), join(root, 'z/again'))
    const linked = await walked([root], { follow: true, parts: 'slow' })
    expect(linked.paths).toEqual(['a/b/x.exr', 'a/b/c/y.exr', 'z/w.exr'])
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
