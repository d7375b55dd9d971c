import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { decodeHeader, type ExrHeader } from '../../src/header/index.ts'
import { hiddenTexts } from '../../src/inspect/hidden-texts.ts'
import { knownNamesOf } from '../../src/inspect/oiio-attributes.ts'
import { readDerived } from '../../src/oiio/derived.ts'
import { corpusDir, corpusFiles, farmDir, farmFamilies, fixturePath, fixtures } from '../helpers.ts'
import { frameBytes } from '../large-frames.ts'

const long = 'x'.repeat(1000)

/** What stands in the file at the places that are hidden. */
function hiddenOf(bytes: Uint8Array): string[] {
  const file = Buffer.from(bytes)
  return Array.from(hiddenTexts(decodeHeader(bytes)), (place) => {
    const start = file.lastIndexOf(0, place - 2) + 1
    return file.toString('latin1', start, file.indexOf(0, place))
  })
}

/** OpenImageIO asked with and without what is hidden. */
function answers(bytes: Uint8Array, header: ExrHeader) {
  const source = {
    name: 'file',
    sizeBytes: bytes.length,
    ranges: [
      // As two reads: a place may be in either.
      { start: 0, bytes: bytes.subarray(0, 700) },
      { start: 700, bytes: bytes.subarray(700) },
    ],
    knownNames: header.parts.map(knownNamesOf),
  }
  return [readDerived([source])[0]!, readDerived([{ ...source, hidden: hiddenTexts(header) }])[0]!] as const
}

function paths(): string[] {
  return [
    ...fixtures().map(({ file }) => fixturePath(file)),
    ...farmFamilies().flatMap(({ files }) => files.slice(0, 2).map((file) => join(farmDir(), file))),
    ...corpusFiles().map((file) => join(corpusDir()!, file)),
  ]
}

describe('what OpenImageIO is not shown of a header', () => {
  it('is the type of each text that it makes nothing of', () => {
    const file = frameBytes([
      { name: 'manifest', text: long },
      { name: 'short', text: 'y' },
      { name: 'comments', text: long },
      { name: 'capDate', text: '2026:01:31 12:00:00' },
    ])
    expect(hiddenOf(file)).toEqual(['manifest\0string', 'short\0string'].map((each) => expect.stringContaining(each)))
  })

  it('changes nothing of its answer', () => {
    let hidden = 0
    for (const path of paths().filter((path) => statSync(path).size < 4e6)) {
      const bytes = readFileSync(path)
      let header: ExrHeader
      try {
        header = decodeHeader(bytes)
      } catch {
        continue
      }
      if (header.parts.length > 1000 || header.parts.some(({ attributes }) => attributes.length > 2000)) continue
      hidden += hiddenTexts(header).length
      const [all, some] = answers(bytes, header)
      expect(some, path).toEqual(all)
    }
    expect(hidden).toBeGreaterThan(100)
  })
})
