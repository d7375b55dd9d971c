import { describe, expect, it } from 'vitest'
import { QuietFiles } from '../../src/ingest/quiet.ts'

describe('files that are written', () => {
  const looks = (...found: (string | null)[]) => {
    let look = 0
    return async () => found[look++]!
  }

  it('are quiet when nothing was told of them and two looks found the same', async () => {
    const quiet = new QuietFiles(100)
    const look = looks('1 byte', '2 bytes', '2 bytes')
    quiet.touch('/a.exr', 0)
    expect(await quiet.settle(99, look)).toEqual({ changed: [], gone: [] })
    expect(await quiet.settle(100, look)).toEqual({ changed: [], gone: [] })
    expect(await quiet.settle(150, look)).toEqual({ changed: [], gone: [] })
    expect(await quiet.settle(200, look)).toEqual({ changed: [], gone: [] })
    expect(await quiet.settle(300, look)).toEqual({ changed: ['/a.exr'], gone: [] })
    expect(quiet.size).toBe(0)
  })

  it('begin to wait again with every touch, also while they are looked at', async () => {
    const quiet = new QuietFiles(100)
    quiet.touch('/a.exr', 0)
    quiet.touch('/a.exr', 90)
    expect(await quiet.settle(150, looks())).toEqual({ changed: [], gone: [] })
    await quiet.settle(190, async () => 'x')
    const settled = quiet.settle(290, async () => {
      quiet.touch('/a.exr', 290)
      return 'x'
    })
    expect(await settled).toEqual({ changed: [], gone: [] })
    expect(await quiet.settle(390, looks('x'))).toEqual({ changed: ['/a.exr'], gone: [] })
  })

  it('are gone when they are still gone at the second look', async () => {
    const quiet = new QuietFiles(100)
    quiet.touch('/a.exr', 0)
    await quiet.settle(100, looks(null))
    expect(await quiet.settle(200, looks('back'))).toEqual({ changed: [], gone: [] })
    await quiet.settle(300, looks(null))
    expect(await quiet.settle(400, looks(null))).toEqual({ changed: [], gone: ['/a.exr'] })
  })
})
