/**
 * The cheapest facts that decide a rule. `names`: paths and sizes; `header`: header bytes of every part; `structure`:
 * chunk tables too; `chunks`: the leader of every chunk; `pixels`: decoded samples.
 */
export type Tier = (typeof TIERS)[number]
/** How much of a file a rule has to look at, the cheapest first. */
export const TIERS = ['names', 'header', 'structure', 'chunks', 'pixels'] as const

/** Whether facts of one tier answer a rule of another. */
export function reaches(tier: Tier, needed: Tier): boolean {
  return TIERS.indexOf(tier) >= TIERS.indexOf(needed)
}
