/**
 * Which keys an event may mean, most likely first.
 *
 * The path in the event's header is raw, but the software that writes it turns each character into one byte, so
 * anything past Latin-1 arrives as `?` and Latin-1 text may be UTF-8 read wrongly. The key in an S3 record may be
 * raw or percent-encoded, with or without `+` for a space. A header key of plain ASCII without `%`, `+` or `?` is
 * certain. Otherwise candidates are tried in order, and only a missing key leads to the next one.
 */
export function keyCandidates(elementKey: string | null, recordKey: string | null): string[] {
  if (elementKey !== null && /^[ -~]*$/.test(elementKey) && !/[%+?]/.test(elementKey)) return [elementKey]
  const fromRecord =
    recordKey === null ? [] : [recordKey, percentDecoded(recordKey), percentDecoded(recordKey.replaceAll('+', ' '))]
  const fromElement = elementKey === null ? [] : [elementKey, percentDecoded(elementKey), latin1AsUtf8(elementKey)]
  const certain = distinct(fromRecord)
  const agreed = certain.filter((candidate) => fromElement.some((other) => other !== null && matches(candidate, other)))
  return distinct([...agreed, ...certain, ...fromElement])
}

/** Whether a header key, in which `?` stands for any one character, may have been this key. */
function matches(candidate: string, headerKey: string): boolean {
  const [key, pattern] = [[...candidate], [...headerKey]]
  return (
    key.length === pattern.length && pattern.every((character, index) => character === '?' || character === key[index])
  )
}

function percentDecoded(key: string): string | null {
  try {
    return decodeURIComponent(key)
  } catch {
    return null
  }
}

function latin1AsUtf8(key: string): string | null {
  if ([...key].some((character) => character.charCodeAt(0) > 0xff)) return null
  const text = Buffer.from(key, 'latin1').toString('utf8')
  return text.includes('\ufffd') ? null : text
}

function distinct(keys: readonly (string | null)[]): string[] {
  return [...new Set(keys.filter((key) => key !== null && key !== ''))] as string[]
}
