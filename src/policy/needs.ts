import { type Policy, ruleIdsOf } from './policy.ts'
import { PLATE_RULE } from './rules/deliver-plate.ts'
import { RULES } from './rules/index.ts'
import { TIERS, type Tier } from './tier.ts'

/** What must be read of files so that every rule of a policy that may be asked is answered. */
export interface Needs {
  readonly tier: Tier
  /** Statistics of deep samples, and ids of the pixels. */
  readonly deepStats: boolean
  /** Hashes of pixels. */
  readonly hash: boolean
  /** Files beside the image that its header names. */
  readonly sidecars: boolean
  /** Plates that the pixels are compared with: `plateWish` says which of each file. */
  readonly plates: boolean
}

/** The cheapest facts that answer a policy's rules, none beyond `maxTier`. */
export function needsOf(policy: Policy, maxTier: Tier = 'pixels', skip: readonly string[] = []): Needs {
  const limit = TIERS.indexOf(maxTier)
  let highest = 0
  let deepStats = false
  let hash = false
  let sidecars = false
  let plates = false
  for (const id of ruleIdsOf(policy)) {
    const rule = policy.custom.get(id) ?? RULES.get(id)
    if (rule === undefined || skip.includes(id)) continue
    const tier = TIERS.indexOf(rule.tier)
    if (tier > limit) continue
    highest = Math.max(highest, tier)
    deepStats ||= id === 'crypto-ids-listed' || (tier >= TIERS.indexOf('chunks') && id.startsWith('deep-'))
    hash ||= id === 'seq-frozen'
    sidecars ||= id === 'crypto-sidecar'
    plates ||= id === PLATE_RULE
  }
  // A condition of an override may ask for anything of the header.
  if (policy.overrides.length > 0) highest = Math.max(highest, Math.min(limit, TIERS.indexOf('header')))
  return { tier: TIERS[highest]!, deepStats, hash, sidecars, plates }
}
