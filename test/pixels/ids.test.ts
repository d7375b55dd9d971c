import { describe, expect, it } from 'vitest'
import { analysePixels } from '../../src/pixels/analyse.ts'
import { memorySource } from '../../src/source/memory.ts'
import { fixture } from '../helpers.ts'
import { rawExr } from './raw-exr.ts'

/** A float whose bits are an id. */
const idAsFloat = (hex: string) => Buffer.from(hex, 'hex').readFloatBE()

/** 8 x 4 pixels: the left half is a hero with a quarter of a nameless thing over it, the right half is empty but for a corner. */
const hero = '13851a76'
const nameless = '5ecc6fe8'
function matte(strings: Record<string, string>): Uint8Array {
  const channels = ['A', 'B', 'G', 'R'].map((component) => `obj00.${component}`)
  const value = (channel: string, x: number, y: number) => {
    const isLeft = x < 4
    const isCorner = x === 7 && y === 3
    if (channel === 'obj00.R') return isLeft || isCorner ? idAsFloat(hero) : 0
    if (channel === 'obj00.G') return isLeft ? 0.75 : isCorner ? 0.5 : 1
    if (channel === 'obj00.B') return isLeft ? idAsFloat(nameless) : 0
    return isLeft ? 0.25 : 0
  }
  return rawExr(8, 4, channels, value, { strings })
}
const idsOf = async (bytes: Uint8Array, options = {}) =>
  (await analysePixels(memorySource(bytes), { deepStats: true, ...options })).deepStats!.ids

const NAME = { 'cryptomatte/abc/name': 'obj' }

describe('ids', () => {
  it('of a Cryptomatte: what each object covers, names without pixels, pixels without a name', async () => {
    const manifest = JSON.stringify({ hero, ghost: '00000001' })
    const bytes = matte({ ...NAME, 'cryptomatte/abc/manifest': manifest })
    const [layer, ...others] = await idsOf(bytes)
    expect(others).toEqual([])
    expect(layer).toEqual({
      part_index: 0,
      layer: 'obj',
      source: 'cryptomatte',
      partial: false,
      distinct_ids: 2,
      background_coverage: 15 / 32,
      manifest_names: 2,
      named_share: 12.5 / 16.5,
      ids_without_name_count: 1,
      ids_without_name: [nameless],
      names_without_id_count: 1,
      names_without_id: ['ghost'],
      objects: [
        { id: hero, name: 'hero', samples: 17, coverage: 12.5 / 32 },
        { id: nameless, name: null, samples: 16, coverage: 4 / 32 },
      ],
    })
    // In one decode with everything else, they are the same.
    expect(await idsOf(bytes, { stats: true, hash: 'xxh3-128' })).toEqual([layer])
  })

  it('without a manifest that can be read have no names, and say why', async () => {
    const [none] = await idsOf(matte(NAME))
    expect(none).toMatchObject({ distinct_ids: 2, manifest_names: null, named_share: null, ids_without_name: [] })
    expect(none!.manifest_problem).toBe('the file has none')
    const [file] = await idsOf(matte({ ...NAME, 'cryptomatte/abc/manif_file': 'a.json' }))
    expect(file!.manifest_problem).toContain('a.json')
    const [broken] = await idsOf(matte({ ...NAME, 'cryptomatte/abc/manifest': '{' }))
    expect(broken!.manifest_problem).toContain('not valid JSON')
  })

  it('of an ID manifest are counted by the channel that it names', async () => {
    const [layer] = await idsOf(await fixture('id-manifest.exr'))
    expect(layer).toMatchObject({ layer: 'id', source: 'id_manifest', manifest_names: 50, background_coverage: null })
    expect(layer!.objects.reduce((sum, { samples }) => sum + samples, 0)).toBe(16 * 9)
    expect(layer!.objects.reduce((sum, { coverage }) => sum + coverage, 0)).toBeCloseTo(1, 12)
  })

  it('cost nothing where there are none, and say when pixels are missing', async () => {
    expect(await idsOf(await fixture('compression-zip.exr'))).toEqual([])
    const cut = matte(NAME)
    const [layer] = await idsOf(cut.subarray(0, cut.length - 40))
    expect(layer).toMatchObject({ partial: true, distinct_ids: 2 })
  })
})
