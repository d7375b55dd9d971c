import { ExrError } from '../errors.ts'
import type { HeaderPart } from './model.ts'

/** One Cryptomatte of a part: the facts its `cryptomatte/<id>/...` attributes give (Cryptomatte specification 1.2). */
export interface Cryptomatte {
  /** The seven hexadecimal digits between the slashes. */
  readonly id: string
  /** The layer whose channels hold the ids, such as `CryptoObject`. */
  readonly name: string | null
  readonly hash: string | null
  readonly conversion: string | null
  /** Name of a side-car file that holds the manifest instead. */
  readonly manifestFile: string | null
  /** Bytes of the embedded manifest; 0 without one. */
  readonly manifestByteLength: number
  /**
   * Object name to the eight hexadecimal digits of its id, in file order; null without an embedded manifest. Parsed at
   * each call. Throws ERR_EXR_HEADER when the manifest is not a JSON object of strings.
   */
  manifest(): ReadonlyMap<string, string> | null
}

const PREFIX = 'cryptomatte/'

/** The Cryptomattes of a part in file order. Costs a look at attribute names; manifests wait until asked for. */
export function cryptomatteManifests(part: HeaderPart): Cryptomatte[] {
  const ids = new Set<string>()
  for (const { name } of part.attributes) {
    const slash = name.lastIndexOf('/')
    if (name.startsWith(PREFIX) && slash > PREFIX.length) ids.add(name.slice(PREFIX.length, slash))
  }
  return Array.from(ids, (id) => readCryptomatte(part, id))
}

function readCryptomatte(part: HeaderPart, id: string): Cryptomatte {
  const text = (key: string) => {
    const value = part.get(`${PREFIX}${id}/${key}`)?.value
    return value?.kind === 'string' ? value.value : null
  }
  const attribute = part.get(`${PREFIX}${id}/manifest`)
  return {
    id,
    name: text('name'),
    hash: text('hash'),
    conversion: text('conversion'),
    manifestFile: text('manif_file'),
    manifestByteLength: attribute?.byteLength ?? 0,
    manifest() {
      const json = text('manifest')
      return json === null ? null : parseManifest(json, id, attribute?.valueOffset ?? 0, part.index)
    },
  }
}

function parseManifest(json: string, id: string, byteOffset: number, partIndex: number): ReadonlyMap<string, string> {
  const fail = (problem: string, cause?: unknown) =>
    new ExrError('ERR_EXR_HEADER', `The manifest of Cryptomatte ${id} ${problem}`, {
      cause,
      details: { byteOffset, partIndex },
    })
  let parsed: unknown
  try {
    parsed = JSON.parse(json)
  } catch (error) {
    throw fail('is not valid JSON', error)
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw fail('is not a JSON object')
  const manifest = new Map<string, string>()
  for (const [name, hash] of Object.entries(parsed)) {
    if (typeof hash !== 'string') throw fail(`gives ${typeof hash} for object ${name} where a string should be`)
    manifest.set(name, hash)
  }
  return manifest
}
