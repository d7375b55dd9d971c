import { toPlainError } from '../errors.ts'
import { componentOf, cryptomatteManifests, type HeaderPart, layerOf, readIdManifest } from '../header/index.ts'
import { channelsOf } from './layout.ts'

/** Channels of a part that hold ids, and what the header calls the objects. */
export interface IdLayer {
  /** The Cryptomatte's name, or that of the manifest's channel. */
  readonly name: string
  readonly source: 'cryptomatte' | 'id_manifest'
  /** Hexadecimal digits of an id. */
  readonly digits: 8 | 16
  /** Pairs of channels, or one channel alone: an id, and its coverage or its upper half. */
  readonly channels: readonly { readonly id: string; readonly coverage?: string; readonly upper?: string }[]
  /** Id in hexadecimal to name; null when the file holds no manifest that can be read. */
  readonly names: ReadonlyMap<string, string> | null
  /** Why there are no names. */
  readonly manifestProblem: string | null
}

/** Numbers of `NativePassRequest.ids`. */
const ROLE = { id: 1, upper: 2, coverage: 3 } as const
const ID_TYPES = ['FLOAT', 'UINT']

/** The layers of ids that Cryptomatte attributes and the ID manifest of a part name. Pure. */
export function idLayersOf(part: HeaderPart): IdLayer[] {
  const channels = channelsOf(part)
  if (typeof channels === 'string') return []
  const types = new Map(channels.map(({ name, pixelType }) => [name, pixelType]))
  return [...cryptomatteLayers(part, types), ...manifestLayers(part, types)]
}

type Types = ReadonlyMap<string, string>

/** Ranks are layers `name00`, `name01` and so on, each of two pairs of id and coverage (Cryptomatte specification 1.2). */
function cryptomatteLayers(part: HeaderPart, types: Types): IdLayer[] {
  return cryptomatteManifests(part).flatMap((matte) => {
    if (matte.name === null) return []
    const prefix = matte.name
    const ranks = new Map<string, Map<string, string>>()
    for (const channel of types.keys()) {
      const layer = layerOf(channel)
      if (!layer.startsWith(prefix) || !/^\d\d$/.test(layer.slice(prefix.length))) continue
      const rank = ranks.get(layer) ?? new Map<string, string>()
      ranks.set(layer, rank.set(componentOf(channel).charAt(0).toUpperCase(), channel))
    }
    const pairs = [...ranks.values()].flatMap((rank) => [
      { id: rank.get('R'), coverage: rank.get('G') },
      { id: rank.get('B'), coverage: rank.get('A') },
    ])
    const whole = pairs.flatMap(({ id, coverage }) =>
      id !== undefined && coverage !== undefined && ID_TYPES.includes(types.get(id)!) ? [{ id, coverage }] : [],
    )
    if (whole.length === 0) return []
    const layer = { name: prefix, source: 'cryptomatte', digits: 8, channels: whole } as const
    return [{ ...layer, ...namesFrom(() => cryptomatteNames(matte)) }]
  })
}

function cryptomatteNames(matte: ReturnType<typeof cryptomatteManifests>[number]): Map<string, string> | string {
  const manifest = matte.manifest()
  if (manifest === null) {
    return matte.manifestFile === null ? 'the file has none' : `it is in a file of its own, ${matte.manifestFile}`
  }
  return new Map([...manifest].map(([name, id]) => [id.toLowerCase().padStart(8, '0'), name]))
}

function manifestLayers(part: HeaderPart, types: Types): IdLayer[] {
  const attribute = part.attributes.find(({ type }) => type === 'idmanifest')
  if (attribute === undefined) return []
  let groups: ReturnType<typeof readIdManifest>
  try {
    groups = readIdManifest(attribute)
  } catch {
    // Which channels hold ids is not known then; the inspection says what is wrong with the manifest.
    return []
  }
  return groups.flatMap((group) => {
    const digits = group.encodingScheme === 'id2' ? 16 : 8
    const names = new Map(
      [...group.entries].map(([id, texts]) => [id.toString(16).padStart(digits, '0'), texts.join('; ')]),
    )
    const present = group.channels.filter((channel) => types.get(channel) === 'UINT').sort()
    const pairs =
      digits === 8
        ? present.map((id) => ({ id }))
        : present.flatMap((id, i) => (i % 2 === 0 && i + 1 < present.length ? [{ id, upper: present[i + 1]! }] : []))
    return pairs.map((pair) => ({
      name: pair.id,
      source: 'id_manifest' as const,
      digits: digits as 8 | 16,
      channels: [pair],
      names,
      manifestProblem: null,
    }))
  })
}

function namesFrom(read: () => Map<string, string> | string): Pick<IdLayer, 'names' | 'manifestProblem'> {
  try {
    const found = read()
    return typeof found === 'string' ? { names: null, manifestProblem: found } : { names: found, manifestProblem: null }
  } catch (error) {
    return { names: null, manifestProblem: toPlainError(error, 'ERR_INTERNAL').message }
  }
}

/** Channels of the layers, and the numbers a pass takes for those of a layout. */
export function idChannels(layers: readonly IdLayer[]): string[] {
  return layers.flatMap(({ channels }) =>
    channels.flatMap(({ id, coverage, upper }) => [id, ...((coverage ?? upper) ? [(coverage ?? upper)!] : [])]),
  )
}

export function idWork(layers: readonly IdLayer[], names: readonly string[]): Int32Array {
  const numbers = new Int32Array(names.length * 3)
  let pairs = 0
  for (const [layer, { channels }] of layers.entries()) {
    for (const { id, coverage, upper } of channels) {
      const other = coverage ?? upper
      const pair = other === undefined ? -1 : pairs++
      numbers.set([ROLE.id, layer, pair], names.indexOf(id) * 3)
      if (other === undefined) continue
      numbers.set([coverage === undefined ? ROLE.upper : ROLE.coverage, layer, pair], names.indexOf(other) * 3)
    }
  }
  return numbers
}
