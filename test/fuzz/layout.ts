/** Where one attribute lies: offsets from the start of the file, ends exclusive. */
export interface AttributeLayout {
  readonly start: number
  readonly nameEnd: number
  readonly typeEnd: number
  readonly sizeAt: number
  readonly valueStart: number
  readonly end: number
}

export interface Layout {
  readonly attributes: readonly AttributeLayout[]
  /** End of the last attribute that could be followed, and of the end marks behind it. */
  readonly headerEnd: number
}

/**
 * Follows attributes as far as they make sense. Kept apart from the codec under test on purpose: a mutation must not
 * depend on what the codec thinks of the bytes.
 */
export function layoutOf(bytes: Uint8Array): Layout {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const attributes: AttributeLayout[] = []
  let at = 8
  while (at < bytes.length) {
    if (bytes[at] === 0) {
      at++
      if (bytes[at] === 0 || bytes[5]! < 0x10) break
      continue
    }
    const nameEnd = bytes.indexOf(0, at)
    const typeEnd = nameEnd < 0 ? -1 : bytes.indexOf(0, nameEnd + 1)
    if (typeEnd < 0 || typeEnd + 5 > bytes.length) break
    const end = typeEnd + 5 + view.getUint32(typeEnd + 1, true)
    if (end > bytes.length) break
    attributes.push({ start: at, nameEnd, typeEnd, sizeAt: typeEnd + 1, valueStart: typeEnd + 5, end })
    at = end
  }
  return { attributes, headerEnd: Math.min(at, bytes.length) }
}
