import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { inspectFileSync } from '../../src/inspect/inspect-file.ts'
import type { PartFacts, WindowFacts } from '../../src/inspect/payload.ts'
import { nativeStatus } from '../../src/oiio/index.ts'
import { corpusDir, corpusFiles, type FixturePart, fixturePath, fixtures, projectRoot } from '../helpers.ts'

const goldens = (name: string) => JSON.parse(readFileSync(join(projectRoot, 'test/fixtures/goldens', name), 'utf8'))
const withAddon = describe.runIf(nativeStatus().ok)
if (!nativeStatus().ok) console.warn('The addon is not built: what OpenImageIO adds to payloads is not tested.')

function box(window: WindowFacts | null) {
  return window === null ? null : [window.min.x, window.min.y, window.max.x, window.max.y]
}

const LEVELS: Record<string, string> = { 'one-level': 'one_level', mipmap: 'mipmap_levels', ripmap: 'ripmap_levels' }

/** Words of the fixture writer and of OpenEXR's headers for the same thing. */
function asWritten(part: PartFacts) {
  return {
    type: part.part_type,
    name: part.part_name,
    compression: part.compression,
    dataWindow: box(part.data_window),
    displayWindow: box(part.display_window),
    size: [part.width, part.height, part.display_width, part.display_height],
    offset: [part.data_x_offset, part.data_y_offset],
    tiles: part.is_tiled ? [part.tile_width, part.tile_height, part.level_mode] : null,
    view: part.view_name,
    isDeep: part.is_deep,
  }
}

function expected(part: FixturePart) {
  const [minX, minY, maxX, maxY] = part.dataWindow
  const [left, top, right, bottom] = part.displayWindow
  return {
    type: part.type,
    name: part.name,
    compression: part.compression,
    dataWindow: part.dataWindow,
    displayWindow: part.displayWindow,
    size: [maxX - minX + 1, maxY - minY + 1, right - left + 1, bottom - top + 1],
    offset: [minX, minY],
    tiles: part.tiles === null ? null : [part.tiles[0], part.tiles[1], LEVELS[part.tiles[2]] ?? part.tiles[2]],
    view: part.view,
    isDeep: part.type.startsWith('deep'),
  }
}

describe('facts of parts and channels', () => {
  const valid = fixtures().filter(({ valid, parts }) => valid && parts !== undefined)

  it.each(valid.map((fixture) => [fixture.file, fixture] as const))('%s holds what was written', (file, fixture) => {
    const payload = inspectFileSync(fixturePath(file))
    const parts = fixture.parts!
    expect(
      payload.parts.map(asWritten).map((part, i) => ({ ...part, view: parts[i]!.view === null ? null : part.view })),
    ).toEqual(parts.map(expected))
    const channels = payload.channels.map((channel) => [
      channel.part_index,
      channel.channel_name,
      channel.channel_type,
      channel.x_sampling,
      channel.y_sampling,
    ])
    expect(channels).toEqual(parts.flatMap((part, i) => part.channels.map((channel) => [i, ...channel])))
    expect(payload.file).toMatchObject({
      size_bytes: fixture.bytes,
      multipart_count: parts.length,
      is_complete: fixture.complete,
    })
  })

  it.each(fixtures().map(({ file, complete, valid }) => [file, complete, valid] as const))(
    '%s is complete: %j',
    (file, complete, valid) => {
      let payload: ReturnType<typeof inspectFileSync>
      try {
        payload = inspectFileSync(fixturePath(file))
      } catch {
        expect(complete).toBe(false)
        return
      }
      if (valid) expect(payload.file.is_complete).toBe(complete)
      // HTJ2K is younger than the OpenEXR that judged the fixtures, but part of the format.
      else if (!file.includes('htj2k')) expect(payload.errors.length).toBeGreaterThan(0)
    },
  )

  it('counts levels, chunks and what is missing', () => {
    // The offset of row 7 is zero, and its chunk lies where the row before ends.
    const { parts, file } = inspectFileSync(fixturePath('unfinished-one-row.exr'))
    expect(parts[0]).toMatchObject({ missing_chunks: 0 })
    expect(file.is_complete).toBe(false)
    expect(inspectFileSync(fixturePath('unfinished-one-row.exr'), { check: 'table' }).parts[0]).toMatchObject({
      missing_chunks: null,
    })
    const [whole] = inspectFileSync(fixturePath('compression-zip.exr')).parts
    expect(whole).toMatchObject({ chunk_count: 5, missing_chunks: 0, level_count: 1 })
    expect(whole).not.toHaveProperty('missing')
  })

  it('knows both ways to store views', () => {
    const parts = inspectFileSync(fixturePath('multiview-parts.exr')).parts
    expect(parts.map(({ view_name, multi_view }) => [view_name, multi_view])).toEqual([
      ['left', true],
      ['right', true],
    ])
    const [single] = inspectFileSync(fixturePath('multiview-channels.exr')).parts
    expect(single).toMatchObject({ view_name: 'left,right', multi_view: true })
  })

  it('keeps the display window when it differs from the data window', () => {
    const [part] = inspectFileSync(fixturePath('window-overscan.exr')).parts
    expect(part!.display_width).toBeLessThan(part!.width!)
    expect(part!.data_x_offset).toBeLessThan(0)
  })

  it('is null where a claimed size fits no column', () => {
    const [part] = inspectFileSync(fixturePath('claim-window-overflow.exr')).parts
    expect(part).toMatchObject({ width: null, data_x_offset: -(2 ** 31) })
  })
})

withAddon('what OpenImageIO adds', () => {
  interface Iinfo {
    width: number
    height: number
    channels: string[]
    levels: unknown[]
    facts: Record<string, string>
  }
  /** Null where iinfo refuses the file. */
  const all: Record<string, Iinfo[] | null> = goldens('iinfo.json')
  const iinfo = Object.entries(all).filter((entry): entry is [string, Iinfo[]] => entry[1] !== null)

  it('lists every attribute that iinfo prints, under its own name or the name it was given', () => {
    const compared = new Set<string>()
    for (const [file, parts] of iinfo) {
      const payload = inspectFileSync(fixturePath(file))
      if (!payload.readers.oiio.ok) continue
      for (const [i, part] of parts.entries()) {
        const known = new Set(payload.attributes.parts[i]!.flatMap(({ name, oiio_name }) => [name, oiio_name ?? name]))
        for (const name of Object.keys(part.facts)) {
          if (['tile size', 'full/display size', 'pixel data origin', 'full/display origin'].includes(name)) continue
          expect(known, `${file} part ${i}`).toContain(name)
          compared.add(name)
        }
      }
    }
    expect(compared.size).toBeGreaterThan(20)
  })

  it('counts the levels OpenImageIO counts', () => {
    for (const [file, parts] of iinfo) {
      const payload = inspectFileSync(fixturePath(file))
      for (const [i, part] of parts.entries()) {
        if (payload.parts[i]!.level_mode !== 'mipmap_levels') continue
        expect(payload.parts[i]!.level_count, file).toBe(Math.max(1, part.levels.length))
      }
    }
  })

  it('marks what is derived, and never doubles what is in the file', () => {
    const attributes = inspectFileSync(fixturePath('attributes-all-types.exr')).attributes.parts[0]!
    const derived = attributes.filter(({ source }) => source === 'oiio').map(({ name }) => name)
    expect(derived).toContain('oiio:ColorSpace')
    const stored = attributes.filter(({ source }) => source === 'exr')
    expect(stored.find(({ name }) => name === 'capDate')).toMatchObject({ oiio_name: 'DateTime' })
    expect(stored.find(({ name }) => name === 'timeCode')).toMatchObject({ oiio_name: 'smpte:TimeCode' })
    expect(new Set(attributes.map(({ name }) => name)).size).toBe(attributes.length)
    for (const { name } of stored) expect(derived).not.toContain(name)
  })

  it('says why OpenImageIO refuses subsampled channels, and has everything else all the same', () => {
    const payload = inspectFileSync(fixturePath('luminance-chroma.exr'))
    expect(payload.readers.oiio).toMatchObject({ ok: false, error: expect.stringContaining('ubsampled') })
    expect(payload.readers.raw).toEqual({ ok: true })
    expect(payload.channels.map(({ channel_name }) => channel_name)).toEqual(['BY', 'RY', 'Y'])
    expect(payload.errors).toEqual([])
  })

  it('leaves attributes out when meta is off', () => {
    const payload = inspectFileSync(fixturePath('attributes-all-types.exr'), { meta: false })
    expect(payload.attributes.parts).toEqual([[]])
    expect(payload.parts[0]!.width).toBeGreaterThan(0)
    expect(payload.readers.oiio).toMatchObject({ ok: false, error: expect.stringContaining('meta') })
  })
})

/** Sizes and channel names by Python's OpenImageIO, which shares no code with ours above the C++ library. */
const PYTHON = `
import json, sys, OpenImageIO as oiio
out = {}
for path in json.load(sys.stdin):
    image = oiio.ImageInput.open(path)
    if image is None:
        oiio.geterror()
        continue
    parts = []
    index = 0
    while image.seek_subimage(index, 0):
        s = image.spec()
        parts.append([s.width, s.height, s.x, s.y, s.full_width, s.full_height, s.tile_width, s.tile_height,
                      bool(s.deep), sorted(s.channelnames)])
        index += 1
    out[path] = parts
json.dump(out, sys.stdout)
`

function pythonSpecs(paths: string[]): Record<string, unknown[][]> | null {
  try {
    const options = { input: JSON.stringify(paths), encoding: 'utf8', maxBuffer: 1 << 28 } as const
    return JSON.parse(
      execFileSync('/usr/bin/python3', ['-c', PYTHON], { ...options, stdio: ['pipe', 'pipe', 'ignore'] }),
    )
  } catch {
    return null
  }
}

describe.runIf(corpusDir() !== null)('the corpus', () => {
  it('agrees with OpenImageIO in Python on windows, tiles and channels of every file both can read', ({ skip }) => {
    const paths = corpusFiles().map((file) => join(corpusDir()!, file))
    const specs = pythonSpecs(paths)
    if (specs === null) {
      console.warn('Python with OpenImageIO is not installed (Debian: python3-openimageio): no comparison.')
      skip()
    }
    let compared = 0
    for (const [path, parts] of Object.entries(specs!)) {
      const payload = inspectFileSync(path)
      if (!payload.readers.raw.ok) continue
      // OpenImageIO makes the display window of a cube map one square face.
      const isCube = payload.attributes.parts[0]!.some(({ name, value }) => name === 'envmap' && value === 'cube')
      if (isCube) continue
      const ours = payload.parts.map((part, i) => [
        part.width,
        part.height,
        part.data_x_offset,
        part.data_y_offset,
        part.display_width,
        part.display_height,
        part.tile_width ?? 0,
        part.tile_height ?? 0,
        part.is_deep,
        payload.channels
          .filter(({ part_index }) => part_index === i)
          .map(({ channel_name }) => channel_name)
          .sort(),
      ])
      expect(ours, path).toEqual(parts)
      compared += 1
    }
    expect(compared).toBeGreaterThan(200)
  })
})
