import { ByteWriter } from './bytes.ts'
import { MAGIC } from './format.ts'
import type { ExrHeader, HeaderAttribute } from './model.ts'

/**
 * The header's bytes, identical to those it was read from: the first `byteLength` bytes of the file. A header that
 * broke off gives the bytes up to the end of its last whole attribute.
 */
export function encodeHeader(header: ExrHeader): Uint8Array {
  const out = new ByteWriter()
  out.int32(MAGIC).int32(header.versionWord | 0)
  for (const part of header.parts) {
    for (const attribute of part.attributes) writeAttribute(out, attribute)
    if (part.isTerminated) out.uint8(0)
  }
  if (header.flags.multiPart && header.isTerminated) out.uint8(0)
  return out.finish()
}

function writeAttribute(out: ByteWriter, { nameBytes, typeBytes, bytes }: HeaderAttribute): void {
  out.bytes(nameBytes).uint8(0).bytes(typeBytes).uint8(0).int32(bytes.length).bytes(bytes)
}
