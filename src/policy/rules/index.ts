import type { Policy } from '../policy.ts'
import type { Rule } from '../rule.ts'
import { acesRules } from './aces.ts'
import { channelRules } from './channel.ts'
import { colorRules } from './color.ts'
import { compressRules } from './compress.ts'
import { cryptoRules } from './crypto.ts'
import { deepRules } from './deep.ts'
import { deliverRules } from './deliver.ts'
import { fileRules } from './file.ts'
import { headerRules } from './header.ts'
import { metaRules } from './meta.ts'
import { partRules } from './part.ts'
import { pixelRules } from './pixel.ts'
import { sequenceRules } from './sequence.ts'
import { tileRules } from './tile.ts'
import { viewRules } from './view.ts'
import { windowRules } from './window.ts'

/** Groups of rules with the headings of docs/reference/rules.md, in its order. */
export const RULE_GROUPS: Readonly<Record<string, readonly Rule[]>> = {
  'File structure': fileRules,
  'Required attributes and value ranges': headerRules,
  'Channels and layers': channelRules,
  'Windows and resolution': windowRules,
  'Tiles and levels': tileRules,
  Parts: partRules,
  Views: viewRules,
  'Deep data': deepRules,
  Compression: compressRules,
  Colour: colorRules,
  'ACES container': acesRules,
  'Other metadata': metaRules,
  Cryptomatte: cryptoRules,
  Sequences: sequenceRules,
  Delivery: deliverRules,
  Pixels: pixelRules,
}

/** Every rule, by id. */
export const RULES: ReadonlyMap<string, Rule> = new Map(
  Object.values(RULE_GROUPS)
    .flat()
    .map((rule) => [rule.id, rule]),
)

/** What to do about a finding of a rule, the policy's own rules included. */
export function remedyOf(id: string, { custom }: Pick<Policy, 'custom'>): string | undefined {
  return (custom.get(id) ?? RULES.get(id))?.remedy
}
