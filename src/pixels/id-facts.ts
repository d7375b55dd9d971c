import type { HeaderPart } from '../header/index.ts'
import type { NativeIds } from '../oiio/pixel-types.ts'
import type { IdLayer } from './id-layers.ts'
import type { IdLayerFacts } from './types.ts'

/** Objects that are listed, those that cover most first. */
const MAX_OBJECTS = 10_000
const MAX_LISTED = 16

/** The ids of one layer in the published form. Pure. */
export function idFacts(part: HeaderPart, layer: IdLayer, native: NativeIds, partial: boolean): IdLayerFacts {
  const { names, digits } = layer
  const objects: IdLayerFacts['objects'] = []
  // Coverage is a share of the pixels; of ids that say none, a share of the samples.
  const pairs = layer.channels.filter(({ coverage }) => coverage !== undefined).length
  const whole = pairs > 0 ? native.samples / pairs : native.samples
  let coverage = 0
  let named = 0
  let background = 0
  const seen = new Set<string>()
  for (let i = 0; i < native.counts.length; i += 4) {
    const [low, high, samples, covered] = native.counts.subarray(i, i + 4) as unknown as [
      number,
      number,
      number,
      number,
    ]
    if (layer.source === 'cryptomatte' && low === 0) {
      background = whole === 0 ? 0 : covered / whole
      continue
    }
    const id = ((BigInt(high) << 32n) | BigInt(low)).toString(16).padStart(digits, '0')
    const name = names?.get(id) ?? null
    seen.add(id)
    coverage += covered
    if (name !== null) named += covered
    objects.push({ id, name, samples, coverage: whole === 0 ? 0 : covered / whole })
  }
  objects.sort((a, b) => b.coverage - a.coverage || (a.id < b.id ? -1 : 1))
  const nameless = names === null ? [] : objects.filter(({ name }) => name === null)
  const unseen = names === null ? [] : [...names].filter(([id]) => !seen.has(id)).map(([, name]) => name)
  return {
    part_index: part.index,
    layer: layer.name,
    source: layer.source,
    partial: partial || native.uncounted > 0,
    ...(layer.manifestProblem !== null && { manifest_problem: layer.manifestProblem }),
    distinct_ids: objects.length,
    background_coverage: layer.source === 'cryptomatte' ? background : null,
    manifest_names: names === null ? null : names.size,
    named_share: names === null || coverage === 0 ? null : named / coverage,
    ids_without_name_count: names === null ? null : nameless.length,
    ids_without_name: nameless.slice(0, MAX_LISTED).map(({ id }) => id),
    names_without_id_count: names === null ? null : unseen.length,
    names_without_id: unseen.slice(0, MAX_LISTED),
    objects: objects.slice(0, MAX_OBJECTS),
  }
}
