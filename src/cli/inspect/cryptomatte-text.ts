import type { AttributeFacts, ChannelFacts } from '../../inspect/payload.ts'
import { count, plural } from '../format/units.ts'

const ATTRIBUTE = /^cryptomatte\/([^/]+)\/(name|hash|conversion|manifest|manif_file)$/

/** Whether a line of `cryptomatteLines` tells this attribute. */
export function isCryptomatte(attribute: AttributeFacts): boolean {
  return ATTRIBUTE.test(attribute.name)
}

/** Each Cryptomatte of a part in one line: `uCryptoAsset: 40,000 objects, 6 ranks, MurmurHash3_32`. */
export function cryptomatteLines(attributes: readonly AttributeFacts[], channels: readonly ChannelFacts[]): string[] {
  const mattes = new Map<string, Map<string, string>>()
  for (const { name, value } of attributes) {
    const [, id, key] = ATTRIBUTE.exec(name) ?? []
    if (id === undefined || key === undefined) continue
    const facts = mattes.get(id) ?? new Map<string, string>()
    mattes.set(id, facts.set(key, typeof value === 'string' ? value : ''))
  }
  return [...mattes].map(([id, facts]) => {
    const name = facts.get('name') ?? id
    const ranks = ranksOf(name, channels)
    const texts = [objects(facts), ranks > 0 ? plural(ranks, 'rank') : 'no ranks', facts.get('hash')]
    return `${name}: ${texts.filter(Boolean).join(', ')}`
  })
}

function objects(facts: ReadonlyMap<string, string>): string {
  const manifest = facts.get('manifest')
  if (manifest !== undefined) {
    try {
      return plural(Object.keys(JSON.parse(manifest) as object).length, 'object')
    } catch {
      return `a manifest that is no JSON (${count(manifest.length)} characters)`
    }
  }
  const file = facts.get('manif_file')
  return file === undefined ? 'no manifest' : `manifest in ${file}`
}

/** A rank is an id and its coverage: two of a layer's channels (Cryptomatte specification 1.2). */
function ranksOf(name: string, channels: readonly ChannelFacts[]): number {
  const numbered = channels.filter(
    ({ layer_name: layer }) => layer.startsWith(name) && /^\d+$/.test(layer.slice(name.length)),
  )
  return Math.floor(numbered.length / 2)
}
