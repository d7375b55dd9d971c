import type { HeaderPart } from '../header/model.ts'

/** Attributes that name the writing program, best first, in lower case. A prefix is put before a bare version. */
const ATTRIBUTES: ReadonlyMap<string, string> = new Map([
  ['software', ''],
  ['writer', ''],
  ['renderer', ''],
  ['generator', ''],
  ['creator', ''],
  ['arnold/version', 'Arnold'],
  ['prman/version', 'RenderMan'],
  ['renderman/version', 'RenderMan'],
  ['vrayinfo/vrayversion', 'V-Ray'],
  ['redshift/version', 'Redshift'],
  ['karma/version', 'Karma'],
  ['mantra/version', 'Mantra'],
  ['houdini/version', 'Houdini'],
  ['blendermultichannel', ''],
  ['nuke/version', 'Nuke'],
  ['fusion/version', 'Fusion'],
  ['exif:software', ''],
])
const RANK = new Map([...ATTRIBUTES.keys()].map((name, rank) => [name, rank]))

/** The program that wrote a part, as its own attributes tell; null when none does. */
export function renderSoftware(part: HeaderPart): string | null {
  let best: string | null = null
  let bestRank = ATTRIBUTES.size
  for (const attribute of part.attributes) {
    if (attribute.type !== 'string') continue
    const name = lowerCase(attribute.name)
    const rank = RANK.get(name)
    if (rank === undefined || rank >= bestRank) continue
    const { value } = attribute
    if (value.kind !== 'string' || value.value.trim() === '') continue
    best = withProgram(value.value.trim(), ATTRIBUTES.get(name) ?? '')
    bestRank = rank
  }
  return best
}

function withProgram(text: string, program: string): string {
  return program === '' || text.toLowerCase().startsWith(program.toLowerCase()) ? text : `${program} ${text}`
}

const lowered = new Map<string, string>()

/** Attribute names repeat in every file, so their lower-case forms are kept, up to a bound. */
function lowerCase(name: string): string {
  let lower = lowered.get(name)
  if (lower === undefined) {
    lower = name.toLowerCase()
    if (lowered.size >= 4096) lowered.clear()
    lowered.set(name, lower)
  }
  return lower
}
