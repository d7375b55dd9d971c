import { describe, expect, it } from 'vitest'
import { makeAttribute, makePart } from '../../src/header/index.ts'
import { linearOfPrimaries, statedColorSpace } from '../../src/inspect/color-space.ts'
import { compareWithOiio } from '../../src/inspect/oiio-attributes.ts'
import { parseBytes, parseSeconds, splitVersion, writerFacts } from '../../src/inspect/writer-facts.ts'

function text(name: string, value: string) {
  return makeAttribute(name, 'string', { kind: 'string', value, validUtf8: true })
}

function number(name: string, value: number) {
  return makeAttribute(name, 'float', { kind: 'float', value })
}

const aces = makeAttribute('acesImageContainerFlag', 'int', { kind: 'int', value: 1 })
const ap1 = makeAttribute('chromaticities', 'chromaticities', {
  kind: 'chromaticities',
  value: { red: [0.713, 0.293], green: [0.165, 0.83], blue: [0.128, 0.044], white: [0.32168, 0.33767] },
})

describe('the colour space a part states', () => {
  it('takes the most explicit statement', () => {
    const interop = text('colorInteropID', 'lin_p3d65_scene')
    const stored = text('oiio:ColorSpace', 'ACEScg')
    expect(statedColorSpace(makePart([ap1, aces, stored, interop]))?.space).toBe('lin_p3d65_scene')
    expect(statedColorSpace(makePart([ap1, aces, stored]))?.space).toBe('ACEScg')
    expect(statedColorSpace(makePart([ap1, aces]))?.space).toBe('lin_ap0_scene')
    expect(statedColorSpace(makePart([ap1]))).toEqual({ space: 'ACES AP1 primaries', source: 'chromaticities' })
    expect(linearOfPrimaries(makePart([ap1]))).toBe('lin_ap1_scene')
    expect(linearOfPrimaries(makePart([ap1, stored]))).toBeNull()
    expect(statedColorSpace(makePart([]))).toBeNull()
    const gamma = makeAttribute('gamma', 'float', { kind: 'float', value: Math.fround(2.2) })
    expect(statedColorSpace(makePart([gamma]))).toEqual({ space: 'gamma 2.2', source: 'gamma' })
    expect(statedColorSpace(makePart([ap1, gamma]))).toEqual({
      space: 'ACES AP1 primaries, gamma 2.2',
      source: 'chromaticities,gamma',
    })
    expect(linearOfPrimaries(makePart([ap1, gamma]))).toBeNull()
  })

  it('passes over empty text and a flag that is not set', () => {
    const notAces = makeAttribute('acesImageContainerFlag', 'int', { kind: 'int', value: 0 })
    expect(statedColorSpace(makePart([text('colorInteropID', ''), notAces]))).toBeNull()
  })
})

describe('the program that wrote a part', () => {
  it.each([
    ['Software in any case', [text('SOFTWARE', 'Houdini 20.0')], 'Houdini', '20.0', 'SOFTWARE'],
    [
      'what wrote the file before what rendered it',
      [text('nuke/version', '15.1v2'), text('writer', 'Nuke')],
      'Nuke',
      null,
      'writer',
    ],
    ['a bare version with its program', [text('arnold/version', '7.2.4.1')], 'Arnold', '7.2.4.1', 'arnold/version'],
    ['no program twice', [text('nuke/version', 'Nuke 15.1v2')], 'Nuke', '15.1v2', 'nuke/version'],
    ['Mitsuba by another attribute', [text('generatedBy', 'Mitsuba version 3.9.1')], 'Mitsuba', '3.9.1', 'generatedBy'],
    [
      'Blender by its marker of layout, without a version',
      [text('BlenderMultiChannel', 'Blender V2.55.1 and newer'), text('cycles.ViewLayer.samples', '128')],
      'Blender',
      null,
      'BlenderMultiChannel',
    ],
    ['a writer by names only it uses', [text('guerilla/scene', 'a.gproject')], 'Guerilla', null, 'guerilla/scene'],
    ['a comment that says so', [text('comments', 'Created with Natron 2.5')], 'Natron', '2.5', 'comments'],
    ['no comment that does not', [text('comments', 'Arnold Schwarzenegger 1984')], null, null, null],
    ['text without its NUL padding', [text('Software', 'Foo 1.0\0\0\0')], 'Foo', '1.0', 'Software'],
    ['nothing for blank text', [text('Software', '  ')], null, null, null],
    ['nothing for another type', [makeAttribute('Software', 'int', { kind: 'int', value: 5 })], null, null, null],
  ])('gives %s', (_, attributes, name, version, source) => {
    expect(writerFacts(makePart(attributes))).toMatchObject({
      render_software: name,
      render_software_version: version,
      render_software_source: source,
    })
  })

  it.each([
    ['OpenImageIO 2.4.7.1 : oiiotool a.exr -o b.exr', 'OpenImageIO', '2.4.7.1'],
    ['Arnold 3.4.71.1 linux 64-bit clang3.3.1 (branches/release_33)', 'Arnold', '3.4.71.1'],
    ['Katana 2.8.32', 'Katana', '2.8.32'],
    ['3ds Max 2024', '3ds Max', '2024'],
    ['V-Ray v6.10.06', 'V-Ray', '6.10.06'],
    ['Adobe Photoshop CC (Windows)', 'Adobe Photoshop CC', null],
  ])('reads %s', (whole, name, version) => {
    expect(splitVersion(whole)).toEqual({ name, version })
  })

  it('finds time, memory, host and camera under the names of each writer', () => {
    expect(
      writerFacts(
        makePart([
          text('cycles.ViewLayer.render_time', '00:03.50'),
          text('Memory', '512.5M'),
          text('HostComputer', 'farm-042'),
          text('Camera', 'cam_main'),
        ]),
      ),
    ).toMatchObject({
      render_seconds: 3.5,
      render_memory_bytes: 512.5 * 2 ** 20,
      render_host: 'farm-042',
      camera_name: 'cam_main',
    })
  })

  const stats = {
    __delegate: 'BRAY_HdKarmaXPU',
    system_time: { wallclock: 152.25, user: 900 },
    system_memory: { current: 4096, peak: 8 * 2 ** 30 },
  }
  it.each([
    [
      'V-Ray',
      [
        text('vrayInfo/camera', 'CAM_P001_34_front'),
        text('vrayInfo/computername', 'rendersl-muc04'),
        text('vrayInfo/peakMemory', '50399.55 MiB'),
        text('vrayInfo/ram', '65440MB'),
        text('vrayInfo/rendertime', ' 0h 28m 39.3s'),
        text('vrayInfo/time', '21:05:13'),
        text('vrayInfo/vraycore', '4.30.00'),
        text('vrayInfo/vrayversion', 'Version of V-Ray for Maya Next'),
      ],
      ['4.30.00', 'vrayInfo/vraycore', 1719.3, Math.round(50399.55 * 2 ** 20), 'rendersl-muc04', 'CAM_P001_34_front'],
    ],
    [
      'Redshift',
      [text('rs/version', '2.5.60'), text('rs/hostname', 'node17')],
      ['2.5.60', 'rs/version', null, null, 'node17', null],
    ],
    [
      'Arnold',
      [text('arnold/version', '7.2.4.1'), number('arnold/stats/memory/peak', 2048.5)],
      ['7.2.4.1', 'arnold/version', null, 2048.5 * 2 ** 20, null, null],
    ],
    [
      'Karma',
      [text('husk:render_stats', JSON.stringify(stats)), text('HostComputer', 'PC-01 - AMD Ryzen 9 5950X')],
      [null, 'husk:render_stats', 152.25, 8 * 2 ** 30, 'PC-01', null],
    ],
    [
      'Blender',
      [
        text('BlenderMultiChannel', 'Blender V2.55.1 and newer'),
        text('cycles.ViewLayer.total_time', '00:13.14'),
        text('cycles.ViewLayer.render_time', '00:12.90'),
        text('Memory', '512.50M'),
        text('Hostname', 'farm-042'),
        text('Camera', 'Camera.001'),
      ],
      [null, 'BlenderMultiChannel', 13.14, 512.5 * 2 ** 20, 'farm-042', 'Camera.001'],
    ],
  ])('reads the header %s writes', (program, attributes, [version, source, seconds, memory, host, camera]) => {
    const { render_seconds_source, render_memory_source, render_host_source, camera_name_source, ...facts } =
      writerFacts(makePart(attributes))
    expect(
      [render_seconds_source, render_memory_source, render_host_source, camera_name_source].map(
        (name) => name !== null,
      ),
    ).toEqual([seconds, memory, host, camera].map((value) => value !== null))
    expect(facts).toEqual({
      render_software: program,
      render_software_version: version,
      render_software_source: source,
      render_seconds: seconds,
      render_memory_bytes: memory,
      render_host: host,
      camera_name: camera,
    })
  })

  it('tells which attribute said so', () => {
    const attributes = [text('RenderTime', 'soon'), text('cycles.View.total_time', '00:13.14'), text('Camera', 'A')]
    expect(writerFacts(makePart(attributes))).toMatchObject({
      render_seconds_source: 'cycles.View.total_time',
      render_memory_source: null,
      camera_name_source: 'Camera',
    })
  })

  it.each(['{', '[]', '{"system_time": 3}', '{"system_time": {"wallclock": "soon"}}', ''])(
    'passes over statistics that are not what they should be: %s',
    (json) => {
      expect(writerFacts(makePart([text('husk:render_stats', json)]))).toMatchObject({
        render_seconds: null,
        render_memory_bytes: null,
      })
    },
  )

  it('reads times and sizes in the forms writers use, and tells nothing where the unit is not known', () => {
    expect(['01:02:03.5', '62:03', '90', '90.5s', '1h 2m 3s', '2m', 'soon', ''].map(parseSeconds)).toEqual([
      3723.5,
      3723,
      90,
      90.5,
      3723,
      120,
      null,
      null,
    ])
    expect(['2 GB', '1.5M', '1024 bytes', '77', 'lots'].map((value) => parseBytes(value))).toEqual([
      2 ** 31,
      1.5 * 2 ** 20,
      1024,
      null,
      null,
    ])
  })
})

describe('OpenImageIO against the file', () => {
  const part = makePart([text('owner', 'me'), text('comments', 'x'), text('Copyright', 'mine too')])

  it('tells renamed, equal and derived attributes apart', () => {
    const view = compareWithOiio(part, [
      { name: 'ImageDescription', type: 'string', value: 'x' },
      { name: 'Copyright', type: 'string', value: 'me' },
      { name: 'DateTime', type: 'string', value: 'no capDate in the file' },
      { name: 'oiio:subimages', type: 'int', value: 1 },
    ])
    expect([...view.names]).toEqual([['comments', 'ImageDescription']])
    expect(view.derived.map(({ name }) => name)).toEqual(['DateTime', 'oiio:subimages'])
  })
})
