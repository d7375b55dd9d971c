import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type NativePart, type NativeSpec, nativeStatus, readSpecs } from '../../src/oiio/index.ts'

const python = '/usr/bin/python3'
const corpus = resolve(process.env.EXR_CORPUS ?? '../shared/corpus')
const status = nativeStatus()
const hasPython = spawnSync(python, ['-c', 'import OpenImageIO']).status === 0
const hasOiiotool = spawnSync('oiiotool', ['--version']).status === 0
if (!status.ok) console.warn(`SKIPPED: truth of the native addon. ${status.error}`)
if (!hasPython) console.warn(`SKIPPED: truth of the native addon. ${python} has no OpenImageIO (python3-openimageio).`)
if (!hasOiiotool) console.warn('SKIPPED: truth of the native addon on made images. There is no oiiotool.')
if (!existsSync(corpus)) console.warn(`SKIPPED: truth of the native addon on the corpus. There is no ${corpus}.`)

type Described = readonly NativePart[] | null

function describeWithPython(paths: readonly string[]): Described[] {
  const script = fileURLToPath(new URL('describe_with_oiio.py', import.meta.url))
  const output = execFileSync(python, [script], { input: paths.join('\n'), encoding: 'utf8', maxBuffer: 2 ** 28 })
  const numbers = output.replaceAll(/\bNaN\b/g, '"NaN"').replaceAll(/(-?)Infinity\b/g, '"$1Infinity"')
  return numbers
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Described)
}

/** Our answer in the shape of Python's: bytes as lists, NaN and infinities as words, float32 exact in both. */
function asPythonSays(parts: readonly NativePart[]): unknown {
  const text = JSON.stringify(parts, (_, value) => {
    if (value instanceof Uint8Array) return [...value]
    return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value
  })
  return JSON.parse(text)
}

const okParts = (spec: NativeSpec | undefined) => (spec?.status === 'ok' ? spec.parts : null)

describe.runIf(status.ok && hasPython && hasOiiotool)('on images that oiiotool makes', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'exr-truth-'))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  // One call makes them all, in this order: data format, compression and tiles hold for the images that follow.
  const recipes: Record<string, string[]> = {
    'half.exr': ['--create', '64x32', '4', '-d', 'half', '--compression', 'zip'],
    'layers.exr': ['--create', '8x8', '4', '--chnames', 'light.key.R,light.key.G,light.key.B,Z'],
    'overscan.exr': ['--create', '40x30-3-5', '3', '--fullsize', '32x24+0+0'],
    'attributes.exr': [
      ...['--create', '4x4', '3', '--attrib:type=int', 'shot', '42', '--attrib:type=string', 'artist', 'Ünïcode 画'],
      ...['--attrib:type=matrix', 'worldToCamera', '1,0,0,0,0,1,0,0,0,0,1,0,4,5,6,1'],
      ...['--attrib:type=timecode', 'smpte:TimeCode', '01:02:03:04'],
      ...['--attrib:type=rational', 'FramesPerSecond', '24000/1001'],
      ...['--attrib:type=float[3]', 'weights', '0.1,0.2,0.3'],
    ],
    'parts.exr': ['--create', '8x8', '3', '--create', '4x6+2+1', '1', '--fullsize', '8x8+0+0', '--siappend'],
    'uint.exr': ['--create', '8x8', '1', '--chnames', 'id', '-d', 'uint32'],
    'float-dwaa.exr': ['--create', '20x10', '3', '-d', 'float', '--compression', 'dwaa:45'],
    'deep.exr': ['--create', '4x4', '5', '--chnames', 'R,G,B,A,Z', '--compression', 'zips', '--deepen'],
    'mixed.exr': ['--create', '8x8', '5', '--chnames', 'R,G,B,A,Z', '-d', 'half', '-d', 'Z=float'],
    'tiled.exr': ['--create', '100x60', '3', '--tile', '32', '16'],
    'mips.exr': ['--create', '64x64', '3', '-otex'],
  }

  it('says what OpenImageIO says through Python', () => {
    const files = Object.keys(recipes).map((name) => join(folder, name))
    const steps = Object.entries(recipes).flatMap(([name, recipe]) => {
      const output = recipe.at(-1) === '-otex' ? [] : ['-o']
      return [...recipe, ...output, join(folder, name)]
    })
    execFileSync('oiiotool', ['--nosoftwareattrib', ...steps])
    const expected = describeWithPython(files)
    for (const [index, spec] of readSpecs(files.map((path) => ({ path }))).entries()) {
      const parts = okParts(spec)
      expect(parts, files[index]).not.toBeNull()
      expect(asPythonSays(parts!), files[index]).toEqual(expected[index])
    }
  })

  it('has levels, parts and deep images among them', () => {
    const specs = readSpecs(['mips.exr', 'parts.exr', 'deep.exr'].map((name) => ({ path: join(folder, name) })))
    const [mips, parts, deep] = specs.map(okParts)
    expect(mips?.[0]?.smallerLevels.map(({ width }) => width)).toEqual([32, 16, 8, 4, 2, 1])
    expect(parts?.map(({ width, height }) => [width, height])).toEqual([
      [8, 8],
      [4, 6],
    ])
    expect(deep?.[0]?.deep).toBe(true)
  })
})

describe.runIf(status.ok && existsSync(corpus))('on the corpus', () => {
  const files = existsSync(corpus)
    ? readdirSync(corpus, { recursive: true, encoding: 'utf8' })
        .filter((name) => /\.(exr|sxr|mxr|dxr)$/i.test(name))
        .sort()
        .map((name) => join(corpus, name))
    : []

  it('has an answer of one of the readers, or their reasons, for every file', () => {
    const counts: Record<string, number> = {}
    for (const spec of readSpecs(files.map((path) => ({ path })))) {
      const kind = spec.status === 'ok' ? spec.reader : spec.status
      counts[kind] = (counts[kind] ?? 0) + 1
      if (spec.status === 'refused') expect(spec.message).not.toBe('')
    }
    expect(counts.core).toBeGreaterThanOrEqual(0.9 * files.length)
    expect(Object.keys(counts).sort()).toEqual(['classic', 'core', 'refused'])
    console.info(`corpus: ${JSON.stringify(counts)} of ${files.length}`)
  })

  it.runIf(hasPython)('says of every file the core reader opens what OpenImageIO says through Python', () => {
    const expected = describeWithPython(files)
    const differing: string[] = []
    for (const [index, spec] of readSpecs(files.map((path) => ({ path }))).entries()) {
      if (spec.status !== 'ok' || spec.reader !== 'core') continue
      try {
        expect(asPythonSays(spec.parts)).toEqual(expected[index])
      } catch (error) {
        differing.push(`${files[index]}: ${String(error).slice(0, 300)}`)
      }
    }
    expect(differing).toEqual([])
  })
})
