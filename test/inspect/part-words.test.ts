import { describe, expect, it } from 'vitest'
import { makeAttribute, makePart } from '../../src/header/index.ts'
import { statedColorSpace } from '../../src/inspect/color-space.ts'
import { compareWithOiio } from '../../src/inspect/oiio-attributes.ts'
import { renderSoftware } from '../../src/inspect/render-software.ts'

function text(name: string, value: string) {
  return makeAttribute(name, 'string', { kind: 'string', value, validUtf8: true })
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
    expect(statedColorSpace(makePart([ap1, aces, stored, interop]))).toBe('lin_p3d65_scene')
    expect(statedColorSpace(makePart([ap1, aces, stored]))).toBe('ACEScg')
    expect(statedColorSpace(makePart([ap1, aces]))).toBe('lin_ap0_scene')
    expect(statedColorSpace(makePart([ap1]))).toBe('lin_ap1_scene')
    expect(statedColorSpace(makePart([]))).toBeNull()
  })

  it('passes over empty text and a flag that is not set', () => {
    const notAces = makeAttribute('acesImageContainerFlag', 'int', { kind: 'int', value: 0 })
    expect(statedColorSpace(makePart([text('colorInteropID', ''), notAces]))).toBeNull()
  })
})

describe('the program that wrote a part', () => {
  it.each([
    ['Software in any case', [text('SOFTWARE', 'Houdini 20.0')], 'Houdini 20.0'],
    ['what wrote the file before what rendered it', [text('nuke/version', '15.1v2'), text('writer', 'Nuke')], 'Nuke'],
    ['a bare version with its program', [text('arnold/version', '7.2.4.1')], 'Arnold 7.2.4.1'],
    ['no program twice', [text('nuke/version', 'Nuke 15.1v2')], 'Nuke 15.1v2'],
    ['Blender by its mark', [text('BlenderMultiChannel', 'Blender V2.55.1 and newer')], 'Blender V2.55.1 and newer'],
    ['nothing for blank text', [text('Software', '  ')], null],
    ['nothing for an attribute of another type', [makeAttribute('Software', 'int', { kind: 'int', value: 5 })], null],
  ])('gives %s', (_, attributes, expected) => {
    expect(renderSoftware(makePart(attributes))).toBe(expected)
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
