import { describe, expect, it } from 'vitest'
import { decodeHeader } from '../../src/header/index.ts'
import { bytesForOiio } from '../../src/inspect/bytes-for-oiio.ts'
import { frameBytes } from '../large-frames.ts'

const long = 'x'.repeat(1000)

/** Places at which two texts of the same length differ. */
function differences(a: Uint8Array, b: Uint8Array): number[] {
  return [...a.keys()].filter((index) => a[index] !== b[index])
}

describe('what OpenImageIO is shown of a header', () => {
  it('has long texts as attributes of a type it passes over, and everything else as it is', () => {
    const file = frameBytes([
      { name: 'manifest', text: long },
      { name: 'short', text: 'y' },
      { name: 'comments', text: long },
    ])
    const [shown] = bytesForOiio([{ start: 0, bytes: file }], decodeHeader(file))

    const place = file.indexOf('manifest\0string') + 'manifest\0'.length
    expect(differences(shown!.bytes, file)).toEqual([place])
    expect(shown!.bytes.length).toBe(file.length)
    expect(file[place]).toBe('s'.charCodeAt(0))
  })

  it('is what there is where no text is long', () => {
    const file = frameBytes([{ name: 'short', text: 'y' }])
    const spans = [{ start: 0, bytes: file }]
    expect(bytesForOiio(spans, decodeHeader(file))).toBe(spans)
  })

  it('finds a text in the span that has it', () => {
    const file = frameBytes([{ name: 'manifest', text: long }])
    const spans = [
      { start: 0, bytes: file.subarray(0, 100) },
      { start: 100, bytes: file.subarray(100) },
    ]
    const shown = bytesForOiio(spans, decodeHeader(file))
    expect(Buffer.concat(shown.map(({ bytes }) => bytes)).indexOf('manifest\0_tring')).toBeGreaterThan(100)
    expect(shown.filter((span, index) => span === spans[index])).toHaveLength(1)
  })
})
