import type { ExrHeader, HeaderAttribute } from '../header/index.ts'
import type { SuppliedBytes } from '../oiio/types.ts'
import { isRenamed } from './oiio-attributes.ts'

/** Longest text of a file that OpenImageIO is shown. */
const LONGEST_TEXT_BYTES = 256

/** First byte of a type that OpenImageIO does not know, and so passes over. */
const UNKNOWN_TYPE = '_'.charCodeAt(0)

/** Texts that OpenImageIO makes something of. */
const READ_BY_OIIO: ReadonlySet<string> = new Set(['name', 'type', 'view', 'multiView'])

/**
 * A header's bytes as OpenImageIO is to see them: it keeps every text it reads for as long as the process lives, which
 * takes twice the size of each manifest, so long texts are shown to it as attributes of another type. Everything is
 * where it was. Spans without such texts are given back as they are.
 */
export function bytesForOiio(spans: readonly SuppliedBytes[], { parts }: ExrHeader): readonly SuppliedBytes[] {
  const places = parts.flatMap(({ attributes }) => attributes.filter(isLongText).map(typeOffset))
  if (places.length === 0) return spans
  return spans.map((span) => {
    const inside = places.filter((place) => place >= span.start && place < span.start + span.bytes.length)
    if (inside.length === 0) return span
    // Not `slice`, which of a Buffer is a view.
    const bytes = new Uint8Array(span.bytes)
    for (const place of inside) bytes[place - span.start] = UNKNOWN_TYPE
    return { start: span.start, bytes }
  })
}

function isLongText({ name, type, byteLength }: HeaderAttribute): boolean {
  if (byteLength <= LONGEST_TEXT_BYTES || (type !== 'string' && type !== 'stringvector')) return false
  return !READ_BY_OIIO.has(name) && !isRenamed(name)
}

/** The type's text ends with NUL, and four bytes of length follow it. */
function typeOffset({ valueOffset, typeBytes }: HeaderAttribute): number {
  return valueOffset - 4 - 1 - typeBytes.length
}
