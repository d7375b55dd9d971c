import type * as Codec from '../../../src/header/index.ts'

/** All that the codec says of some bytes, as text that can be compared between a browser and Node. */
export function summarize(codec: typeof Codec, bytes: Uint8Array): string {
  try {
    const header = codec.decodeHeader(bytes)
    const parts = header.parts.map((part) =>
      part.attributes.map((attribute) => ({
        name: attribute.name,
        json: codec.jsonValue(attribute),
        display: codec.displayValue(attribute),
        manifest:
          attribute.type === 'idmanifest' ? codec.readIdManifest(attribute).map(({ channels }) => channels) : null,
      })),
    )
    const same = codec.encodeHeader(header).every((byte, i) => byte === bytes[i])
    return JSON.stringify({ parts, defects: header.defects, same })
  } catch (error) {
    if (!(error instanceof codec.ExrError)) throw error
    return JSON.stringify({ code: error.code, message: error.message, details: error.details })
  }
}
