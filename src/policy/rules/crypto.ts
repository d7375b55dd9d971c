import type { ChannelFacts } from '../../inspect/payload.ts'
import type { FileDeepStats } from '../../pixels/types.ts'
import { type FileView, type PartView, textOf } from '../file-view.ts'
import { eachChannel, eachChannelPixels, eachPart } from '../look.ts'
import { number } from '../options.ts'
import type { Finding, Rule, SequenceRule } from '../rule.ts'
import { isCryptomatteLayer } from './channel-kinds.ts'
import { compressRules } from './compress.ts'
import { cryptomatteId } from './murmur3.ts'
import { driftFindings } from './sequence-drift.ts'

/** One Cryptomatte of a part, as its `cryptomatte/<key>/...` attributes tell. */
interface Matte {
  readonly key: string
  readonly name: string | null
  readonly hash: string | null
  readonly conversion: string | null
  readonly manifest: string | null
  readonly sidecar: string | null
}

/** Every rule of this file asks for them. */
const mattes = new WeakMap<PartView, readonly Matte[]>()

function mattesOf(part: PartView): readonly Matte[] {
  const known = mattes.get(part)
  if (known !== undefined) return known
  const found = readMattes(part)
  mattes.set(part, found)
  return found
}

function readMattes(part: PartView): Matte[] {
  const keys = new Set<string>()
  for (const name of part.attributes.keys()) {
    const match = name.startsWith('cryptomatte/') ? /^cryptomatte\/(.+)\/[^/]+$/.exec(name) : null
    if (match !== null) keys.add(match[1]!)
  }
  return [...keys].map((key) => {
    const text = (field: string) => textOf(part, `cryptomatte/${key}/${field}`)
    return {
      key,
      name: text('name'),
      hash: text('hash'),
      conversion: text('conversion'),
      manifest: text('manifest'),
      sidecar: text('manif_file'),
    }
  })
}

const hasMattes = (part: PartView) => mattesOf(part).length > 0
const isRanked = ({ layer_name }: ChannelFacts) => isCryptomatteLayer(layer_name)
const attributeOf = ({ key }: Matte, field: string) => `cryptomatte/${key}/${field}`

/** Ranked layers of a matte: `CryptoObject00`, `CryptoObject01`, ... */
function ranksOf(part: PartView, name: string): Map<string, ChannelFacts[]> {
  const ranks = new Map<string, ChannelFacts[]>()
  for (const channel of part.channels) {
    const rank = channel.layer_name.startsWith(name) ? channel.layer_name.slice(name.length) : ''
    if (!/^\d\d$/.test(rank)) continue
    const members = ranks.get(rank)
    if (members === undefined) ranks.set(rank, [channel])
    else members.push(channel)
  }
  return ranks
}

type Manifest = ReadonlyMap<string, string>

/** The manifest of a matte; null without an embedded one, a sentence when it is broken. */
function manifestOf({ manifest }: Matte): Manifest | string | null {
  return manifest === null ? null : parseManifest(manifest)
}

/** Whether the name of a side-car file leads to the folder of the image or below it. */
export function isBeside(name: string): boolean {
  return name !== '' && !name.startsWith('/') && !/^[a-z]:|\\|\0|(?:^|\/)\.\.(?:\/|$)/i.test(name)
}

/** A manifest's names with their ids; a sentence when it is broken. */
export function parseManifest(manifest: string): Manifest | string {
  let parsed: unknown
  try {
    parsed = JSON.parse(manifest)
  } catch (error) {
    return /[}]\s*$/.test(manifest)
      ? `no JSON: ${(error as Error).message}`
      : `cut off after ${manifest.length} characters`
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return 'no JSON object'
  const entries = Object.entries(parsed)
  const wrong = entries.find(([, id]) => typeof id !== 'string' || !/^[0-9a-f]{8}$/i.test(id))
  return wrong === undefined
    ? new Map(entries)
    : `${JSON.stringify(wrong[1])} for ${wrong[0]}, where 8 hex digits should be`
}

function eachManifest(file: FileView, judge: (manifest: Manifest, matte: Matte) => Omit<Finding, 'part'> | null) {
  return eachPart(file, hasMattes, (part) => {
    const whole = mattesOf(part).flatMap((matte) => {
      const manifest = manifestOf(matte)
      return manifest instanceof Map ? [{ matte, manifest }] : []
    })
    if (whole.length === 0) return null
    return whole.flatMap(({ matte, manifest }) => judge(manifest, matte) ?? [])
  })
}

const lossyData = compressRules.find(({ id }) => id === 'compress-lossy-data')!
const SHOWN = 3

/** Section "Cryptomatte". */
export const cryptoRules: readonly Rule[] = [
  {
    id: 'crypto-metadata',
    severity: 'error',
    tier: 'header',
    title: 'Each key has `name`, `hash`, `conversion`. Layers that look like Cryptomatte without metadata fail too.',
    reason: 'Without name, hash and conversion the layers are numbers that no tool can pick by.',
    source: ['CM', 'CM-55'],
    remedy:
      'Write all three attributes of each key; write the file from the renderer, not through a tool that drops attributes.',
    check: (file) =>
      eachPart(
        file,
        (part) => hasMattes(part) || part.channels.some(isRanked),
        (part) => {
          const mattes = mattesOf(part)
          const lacking = mattes.flatMap((matte) =>
            (['name', 'hash', 'conversion'] as const)
              .filter((field) => matte[field] === null)
              .map((field) => ({ attribute: attributeOf(matte, field), expected: 'present', actual: 'absent' })),
          )
          const named = mattes.map(({ name }) => name)
          const bare = new Set(part.channels.filter(isRanked).map(({ layer_name }) => layer_name.slice(0, -2)))
          const orphans = [...bare].filter((layer) => !named.includes(layer))
          return [
            ...lacking,
            ...orphans.map((layer) => ({
              expected: `cryptomatte attributes for ${layer}`,
              actual: 'layers without metadata',
            })),
          ]
        },
      ),
  },
  {
    id: 'crypto-hash',
    severity: 'error',
    tier: 'header',
    title: '`MurmurHash3_32` and `uint32_to_float32`.',
    reason: 'The specification has one hash and one conversion: with others every name misses its id.',
    source: ['CM'],
    remedy: 'Write with MurmurHash3_32 and uint32_to_float32.',
    check: (file) =>
      eachPart(file, hasMattes, (part) =>
        mattesOf(part).flatMap((matte) => [
          ...(matte.hash === null || matte.hash === 'MurmurHash3_32'
            ? []
            : [{ attribute: attributeOf(matte, 'hash'), expected: 'MurmurHash3_32', actual: matte.hash }]),
          ...(matte.conversion === null || matte.conversion === 'uint32_to_float32'
            ? []
            : [
                {
                  attribute: attributeOf(matte, 'conversion'),
                  expected: 'uint32_to_float32',
                  actual: matte.conversion,
                },
              ]),
        ]),
      ),
  },
  {
    id: 'crypto-key-length',
    severity: 'warn',
    tier: 'header',
    title: 'Key of at most 7 characters.',
    reason: 'Keys are part of attribute names, which have 31 bytes in older readers: longer ones push the end off.',
    source: ['CM'],
    remedy: 'Use the first 7 digits of the hash of the name.',
    check: (file) =>
      eachPart(file, hasMattes, (part) =>
        mattesOf(part)
          .filter(({ key }) => key.length > 7)
          .map(({ key }) => ({
            attribute: `cryptomatte/${key}`,
            expected: '7 characters at most',
            actual: `${key.length}`,
          })),
      ),
  },
  {
    id: 'crypto-layers',
    severity: 'error',
    tier: 'header',
    title: 'Layers `name00`, `name01` ... without a gap, four channels each.',
    reason: 'Tools count from 00 and stop at the first gap: ranks behind it are lost, with part of every edge.',
    source: ['CM'],
    remedy: 'Write every rank, four channels each.',
    check: (file) =>
      eachPart(
        file,
        (part) => mattesOf(part).some(({ name }) => name !== null),
        (part) =>
          mattesOf(part).flatMap(({ name }): Omit<Finding, 'part'>[] => {
            if (name === null) return []
            const ranks = ranksOf(part, name)
            if (ranks.size === 0) {
              // The layers of a multi-part file may lie in parts of their own.
              const elsewhere = file.parts.some((other) => ranksOf(other, name).size > 0)
              return elsewhere ? [] : [{ expected: `layers ${name}00, ${name}01 ...`, actual: 'none' }]
            }
            const numbers = [...ranks.keys()].sort()
            const gap = numbers.find((rank, i) => Number(rank) !== i)
            const partial = [...ranks].find(([, channels]) => channels.length !== 4)
            return [
              ...(gap === undefined || file.isMultiPart
                ? []
                : [{ expected: 'ranks from 00 without a gap', actual: numbers.join(', ') }]),
              ...(partial === undefined
                ? []
                : [{ expected: 'four channels each', actual: `${name}${partial[0]} has ${partial[1].length}` }]),
            ]
          }),
      ),
  },
  {
    id: 'crypto-float32',
    severity: 'error',
    tier: 'header',
    title: 'All ranked channels are FLOAT.',
    reason: 'An id is the bits of a float: as HALF half of them are gone, and so is every matte.',
    source: ['CM', 'CM-116'],
    remedy: 'Write the ranked channels as FLOAT.',
    check: (file) =>
      eachChannel(file, isRanked, ({ channel_type }) =>
        channel_type === 'FLOAT' ? null : { expected: 'FLOAT', actual: channel_type },
      ),
  },
  {
    id: 'crypto-lossless',
    severity: 'error',
    tier: 'header',
    title: 'No lossy codec touches them (see `compress-lossy-data`).',
    reason: 'An id that is nearly right is another object.',
    source: ['CM-35'],
    remedy: 'Write Cryptomatte with zip, zips, piz or none, in a part of its own when colour is to stay lossy.',
    check(file) {
      if (!file.channels.some(isRanked)) return null
      const found = lossyData.check(file, { legacy_names: false })
      return Array.isArray(found)
        ? found.filter(
            ({ channel }) =>
              channel !== undefined && file.channels.some((other) => other.channel_name === channel && isRanked(other)),
          )
        : []
    },
  },
  {
    id: 'crypto-manifest-json',
    severity: 'error',
    tier: 'header',
    title: 'Manifest parses as a JSON object of name to 8 hex digits, and is not cut off.',
    reason: 'Tools read names from it: a manifest that is cut off gives none.',
    source: ['CM', 'CM-139'],
    remedy: 'Write the manifest whole, as a side-car file where it is long.',
    check: (file) =>
      eachPart(
        file,
        (part) => mattesOf(part).some(({ manifest }) => manifest !== null),
        (part) =>
          mattesOf(part).flatMap((matte) => {
            const manifest = manifestOf(matte)
            return typeof manifest === 'string'
              ? [
                  {
                    attribute: attributeOf(matte, 'manifest'),
                    expected: 'a JSON object of names and ids',
                    actual: manifest,
                  },
                ]
              : []
          }),
      ),
  },
  {
    id: 'crypto-manifest-hash',
    severity: 'warn',
    tier: 'header',
    title: 'Recomputed hash, exponent clamped to 1..254, equals the listed id.',
    reason: 'A name whose hash is not the listed id selects nothing, or something else.',
    source: ['CM'],
    remedy: 'Write the manifest with the program that wrote the ids.',
    check: (file) =>
      eachManifest(file, (manifest, matte) => {
        const wrong = [...manifest].filter(([name, id]) => cryptomatteId(name) !== id.toLowerCase())
        if (wrong.length === 0) return null
        const shown = wrong.slice(0, SHOWN).map(([name, id]) => `${name} is ${id}, not ${cryptomatteId(name)}`)
        return {
          attribute: attributeOf(matte, 'manifest'),
          expected: 'the hash of each name',
          actual: `${wrong.length} of ${manifest.size} differ: ${shown.join('; ')}`,
        }
      }),
  },
  {
    id: 'crypto-collision',
    severity: 'warn',
    tier: 'header',
    title: 'No two names share an id.',
    reason: 'Two objects with one id cannot be told apart in any matte.',
    source: ['CM'],
    remedy: 'Rename one of the objects.',
    check: (file) =>
      eachManifest(file, (manifest, matte) => {
        const names = new Map<string, string>()
        const twins: string[] = []
        for (const [name, id] of manifest) {
          const other = names.get(id.toLowerCase())
          if (other === undefined) names.set(id.toLowerCase(), name)
          else twins.push(`${other} and ${name}`)
        }
        if (twins.length === 0) return null
        return {
          attribute: attributeOf(matte, 'manifest'),
          expected: 'an id for each name',
          actual: twins.slice(0, SHOWN).join('; '),
        }
      }),
  },
  {
    id: 'crypto-manifest-size',
    severity: 'warn',
    tier: 'header',
    title: 'Entries and bytes under a limit (one name per instance is the usual accident).',
    reason: 'One name per instance makes headers of megabytes, which every host reads with every frame.',
    source: ['AYON-1602'],
    remedy: 'Name by object or asset and not by instance, or write a side-car file.',
    options: {
      max_entries: number(20_000, 'names of one manifest'),
      max_bytes: number(1024 * 1024, 'bytes of one manifest'),
    },
    check: (file, options) =>
      eachManifest(file, (manifest, matte) => {
        const bytes = Buffer.byteLength(matte.manifest!, 'utf8')
        const [entries, size] = [options['max_entries'] as number, options['max_bytes'] as number]
        return manifest.size <= entries && bytes <= size
          ? null
          : {
              attribute: attributeOf(matte, 'manifest'),
              expected: `at most ${entries} names and ${size} bytes`,
              actual: `${manifest.size} names, ${bytes} bytes`,
            }
      }),
  },
  {
    id: 'crypto-sidecar',
    severity: 'error',
    tier: 'header',
    title: '`manif_file` resolves relative to the image and parses.',
    reason: 'The header only names the manifest: without the file beside it there are ids and no names.',
    source: ['CM-14'],
    remedy: 'Copy the manifest along with the image, below its folder.',
    check: (file) => {
      const named = file.parts.flatMap((part) =>
        mattesOf(part).flatMap((matte) =>
          matte.sidecar === null
            ? []
            : [{ part: part.index, attribute: attributeOf(matte, 'manif_file'), name: matte.sidecar }],
        ),
      )
      if (named.length === 0) return null
      const findings = named.flatMap(({ name, ...place }): Finding[] => {
        if (!isBeside(name)) return [{ ...place, expected: 'a path below the folder of the image', actual: name }]
        const problem = file.sidecars?.get(name) ?? null
        return problem === null ? [] : [{ ...place, expected: `${name}: a manifest`, actual: problem }]
      })
      if (findings.length > 0 || named.every(({ name }) => file.sidecars?.has(name))) return findings
      return { state: 'not_checked', reason: 'side-car files were not opened' }
    },
  },
  {
    id: 'crypto-ids-listed',
    severity: 'warn',
    tier: 'pixels',
    title: 'Ids in the pixels are in the manifest.',
    reason: 'An id that no name stands for can be picked and not be selected by name.',
    source: ['CM'],
    remedy: 'Write the manifest with the same render as the pixels.',
    check(file) {
      if (!file.parts.some(hasMattes)) return null
      const { ids } = file.payload!.deep_stats as Partial<FileDeepStats>
      if (ids === undefined) return { state: 'not_checked', reason: 'the ids of the pixels were not counted' }
      const listed = ids.filter(({ source, manifest_names }) => source === 'cryptomatte' && manifest_names !== null)
      if (listed.length === 0) return null
      const findings = listed.flatMap(({ part_index, layer, ids_without_name, ids_without_name_count: count }) =>
        (count ?? 0) === 0
          ? []
          : [
              {
                part: part_index,
                expected: `every id of ${layer} in its manifest`,
                actual: `${count} ${count === 1 ? 'is' : 'are'} not: ${ids_without_name.slice(0, SHOWN).join(', ')}`,
              },
            ],
      )
      const partial = listed.find((layer) => layer.partial)
      if (findings.length > 0 || partial === undefined) return findings
      return { state: 'cannot_check', reason: `not all pixels of ${partial.layer} were read` }
    },
  },
  {
    id: 'crypto-id-values',
    severity: 'error',
    tier: 'pixels',
    title: 'Id floats are 0 or normal, never NaN or infinity.',
    reason: 'NaN and infinity equal nothing, not even themselves, and filters spread them.',
    source: ['CM', 'CM-135'],
    remedy: 'Hash with the exponent clamped to 1 to 254; do not filter or convert the ids.',
    check: (file) =>
      file.channels.some(isRanked)
        ? eachChannelPixels(file, isIdPixels, ({ nan_count, pos_inf_count, neg_inf_count, subnormal_count }) => {
            const broken = nan_count + pos_inf_count + neg_inf_count + subnormal_count
            return broken === 0 ? null : { expected: 'ids of 0 or a normal float', actual: `${broken} are not` }
          })
        : null,
  },
  {
    id: 'crypto-coverage',
    severity: 'warn',
    tier: 'pixels',
    title: 'Coverage in 0 to 1 and sums to at most 1.',
    reason: 'Mattes are these numbers: above 1 they brighten, and edges that add up to more show double.',
    source: ['CM'],
    remedy: 'Do not filter, resize or convert ranked channels.',
    check: (file) =>
      file.channels.some(isRanked)
        ? eachChannelPixels(file, isCoveragePixels, ({ min, max }) =>
            (min ?? 0) < 0 || (max ?? 0) > 1.001 ? { expected: '0 to 1', actual: `${min} to ${max}` } : null,
          )
        : null,
  },
  {
    id: 'crypto-stable',
    severity: 'warn',
    tier: 'header',
    title: 'Keys and number of levels are the same on all frames.',
    reason: 'Selections are kept by key, and mattes need every rank: a frame that differs drops out of the selection.',
    source: ['CM'],
    remedy: 'Render the sequence with the same Cryptomatte settings.',
    collect(file) {
      const texts = file.parts.flatMap((part) =>
        mattesOf(part).map(({ key, name }) => `${key} ${name} ${name === null ? 0 : ranksOf(part, name).size} levels`),
      )
      return texts.length === 0 ? null : texts.sort().join(', ')
    },
    judge: (sequence) => driftFindings(sequence, 'keys and levels'),
  } satisfies SequenceRule,
]

/** Of the four channels of a rank, R and B hold ids, G and A their coverage. */
function isIdPixels({ channel_name }: { readonly channel_name: string }): boolean {
  return rankedComponent(channel_name, ['R', 'B', 'red', 'blue'])
}

function isCoveragePixels({ channel_name }: { readonly channel_name: string }): boolean {
  return rankedComponent(channel_name, ['G', 'A', 'green', 'alpha'])
}

function rankedComponent(name: string, components: readonly string[]): boolean {
  const dot = name.lastIndexOf('.')
  return isCryptomatteLayer(name.slice(0, Math.max(dot, 0))) && components.includes(name.slice(dot + 1))
}
