import { describe, expect, it } from 'vitest'
import { frameFacts, frameFactsOf } from '../../src/sequences/index.ts'

describe('frameFacts', () => {
  it.each([
    ['/s/beauty.1001.exr', 1001, '/s/beauty.####.exr'],
    ['/s/beauty_1001.exr', 1001, '/s/beauty_####.exr'],
    ['/s/beauty-0042.exr', 42, '/s/beauty-####.exr'],
    ['/s/1001.exr', 1001, '/s/####.exr'],
    ['/s/beauty.-0010.exr', -10, '/s/beauty.####.exr'],
    ['/s/beauty_-5.exr', -5, '/s/beauty_#.exr'],
    ['/s/-0010.exr', -10, '/s/####.exr'],
    ['/s/beauty.-0000.exr', 0, '/s/beauty.####.exr'],
    ['/s/sh010_beauty_v012.1001.exr', 1001, '/s/sh010_beauty_v012.####.exr'],
    ['/s/sh010.0100.1001.exr', 1001, '/s/sh010.0100.####.exr'],
    ['/s/beauty.1001.left.exr', 1001, '/s/beauty.####.left.exr'],
    ['/s/beauty.1001.cam.exr', 1001, '/s/beauty.####.cam.exr'],
    ['/s/sim.0001.2500.exr', 1, '/s/sim.####.####.exr'],
    ['/s/sim.001.50.exr', 1, '/s/sim.###.##.exr'],
    ['/s/shot.010.1001.exr', 1001, '/s/shot.010.####.exr'],
    ['/s/beauty.1001', 1001, '/s/beauty.####'],
    ['/s/beauty.1001.sxr', 1001, '/s/beauty.####.sxr'],
    ['/v012/1001/beauty.0007.exr', 7, '/v012/1001/beauty.####.exr'],
    ['s3://bucket/a.b/beauty.1001.exr', 1001, 's3://bucket/a.b/beauty.####.exr'],
    ['file:///s/b%E9.1001.exr', 1001, 'file:///s/b%E9.####.exr'],
  ])('%s is frame %i of %s', (path, frameNumber, sequenceKey) => {
    expect(frameFacts(path)).toEqual({ frameNumber, sequenceKey })
    expect(frameFactsOf([path])).toEqual([{ frameNumber, sequenceKey }])
  })

  it.each([
    '/s/beauty.exr',
    '/s/beauty_v012.exr',
    '/s/beauty.v0012.exr',
    '/s/t01.exr',
    '/s/render1920x1080.exr',
    '/s/plate_20240131.exr',
    '/s/comp.2.final.exr',
    '/1001/beauty.exr',
    '/s/.exr',
    'memory',
  ])('%s has no frame', (path) => {
    expect(frameFacts(path)).toEqual({ frameNumber: null, sequenceKey: null })
    expect(frameFactsOf([path])).toEqual([frameFacts(path)])
  })
})
