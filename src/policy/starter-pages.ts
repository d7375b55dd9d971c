import { loadPolicy } from './load-policy.ts'
import { needsOf } from './needs.ts'
import type { Policy } from './policy.ts'
import { isSequenceRule, type Rule } from './rule.ts'
import { RULE_GROUPS } from './rules/index.ts'
import { STARTERS } from './starters.ts'
import type { Tier } from './tier.ts'

/** What a page says that the rules do not say themselves. */
interface Words {
  /** Why there is such a policy. */
  readonly reason: string
  readonly use: string
  /** Rules of a policy that extends it, as YAML, and what they are for. */
  readonly example: string
  readonly exampleFor: string
}

const WORDS: Readonly<Record<string, Words>> = {
  core: {
    reason:
      'A file that breaks these rules is refused or misread by some reader, whatever it is for. They hold for every studio, so most other policies extend this one.',
    use: 'Always, and first: on what arrives, before frames are copied or rendered on. It is cheap enough for a whole file server.',
    example: 'file-trailing-bytes: off\n  header-deprecated: error',
    exampleFor: 'tolerates bytes behind the last chunk and refuses attributes that are out of use',
  },
  'core-deep-read': {
    reason:
      'A header and a table of chunks can be sound while a chunk in the middle is not: only decoding finds what a bad disk or a broken transfer did.',
    use: 'Before originals are deleted, after a restore from tape, on what came over a line nobody trusts.',
    example: 'file-chunk-leaders: off',
    exampleFor: 'leaves it to decoding to find chunks that are damaged',
  },
  'render-frame': {
    reason:
      'What goes wrong on a farm is rarely the format: a frame is missing, a bucket stayed black, one shader wrote NaN, one machine wrote another size.',
    use: 'When a render job ends, on its whole folder: sequence rules compare frames with their neighbours.',
    example: 'pixel-nan: {severity: warn, options: {allow: 8}}',
    exampleFor: 'lets a few broken samples pass and only warns beyond them',
  },
  'comp-ready': {
    reason:
      'A file can be valid and still surprise a compositor: channels without a layer, parts whose windows differ, tiles that make every line slow.',
    use: 'Where rendering hands over to compositing, and on plates from outside.',
    example: 'tile-for-compositing: error\n  channel-name-form: off',
    exampleFor: 'refuses tiles and takes any name of a channel',
  },
  cryptomatte: {
    reason:
      'A keyer finds mattes by hashes and a manifest. Where those were rounded, compressed with loss or cut off, the matte of the wrong object comes out, and nothing says so.',
    use: 'On passes with ID mattes, after a change of renderer, plug-in or compression. It does not ask for a sound file: extend `core` as well.',
    example: 'crypto-manifest-size: off',
    exampleFor: 'takes manifests of any size',
  },
  'aces-container': {
    reason:
      'SMPTE ST 2065-4 allows much less than OpenEXR: half, uncompressed, scan lines, its own primaries and few attributes.',
    use: 'On what is delivered or kept as ACES containers. An ordinary OpenEXR file fails it, and is not worse for that.',
    example: 'aces-near-miss: off',
    exampleFor: 'says nothing of files that are nearly containers',
  },
  'color-interop': {
    reason:
      'Files seldom say in which colour space they are, or say it twice and differently; the next application then guesses.',
    use: 'Where files leave one application or company for another.',
    example: 'color-stale-default: error',
    exampleFor: 'refuses primaries that an application wrote without knowing',
  },
  'streamer-vfx': {
    reason:
      'What delivery documents of large streaming services have in common: lossless codecs, half, plain names, scene-linear, whole sequences.',
    use: 'As the start of the policy of one delivery. It follows public documents, and no service has approved it: compare it with yours.',
    example:
      'compress-allowed: {severity: error, options: {allowed: [zip]}}\n  deliver-min-width: {severity: error, options: {min: 4096}}',
    exampleFor: 'takes one codec, and frames of at least 4,096 pixels across',
  },
  'archive-master': {
    reason:
      'What is kept for decades must be readable by programs that do not exist yet: nothing that needs a codec, and every chunk proved readable on the day it is stored.',
    use: 'Before masters go to the archive.',
    example: 'deliver-archive-uncompressed: off',
    exampleFor: 'keeps compressed files, too',
  },
  'exchange-safe': {
    reason: 'Files that are valid by the format, and that a known application misreads or refuses.',
    use: 'On what is sent to people whose software you do not know. Options of `compress-reader-support` name the readers to think of. It does not ask for a sound file: extend `core` as well.',
    example: 'meta-long-string: off',
    exampleFor: 'takes texts of any length',
  },
  all: {
    reason: 'To see what rules there are, on files of your own.',
    use: 'Once, on a folder of known good files, to choose from what it says: it mixes rules that no delivery needs together.',
    example: 'aces-uncompressed: off\n  compress-none: off',
    exampleFor: 'leaves two rules out',
  },
}

/** Pages below docs/reference/policies by name: what a policy is for, all it holds, inherited rules included, and how to extend it. */
export async function starterPages(): Promise<ReadonlyMap<string, string>> {
  const pages = new Map<string, string>()
  for (const { name } of STARTERS) pages.set(`${name}.md`, starterPage(name, await loadPolicy(name)))
  return pages
}

function starterPage(name: string, policy: Policy): string {
  const { about, extends: parents = [] } = STARTERS.find((starter) => starter.name === name)!
  const { reason, use, example, exampleFor } = WORDS[name]!
  const groups = Object.entries(RULE_GROUPS).flatMap(([heading, rules]) => {
    const rows = rules.filter(({ id }) => policy.rules.has(id)).map((rule) => ruleRow(rule, policy))
    const table = `| rule | level | needs | what must hold |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`
    return rows.length === 0 ? [] : [`### ${heading.replace(/^\d+\. /, '')}\n\n${table}`]
  })
  return `# Policy ${name}

${about}

**Why**: ${reason}

**When**: ${use}

**Reads**: ${READS[needsOf(policy).tier]}
${parents.length === 0 ? '' : `\n**Extends**: ${parents.map((parent) => `[${parent}](${parent}.md)`).join(', ')}.\n`}
\`\`\`sh
exr-inspector validate renders --policy ${name}
\`\`\`

## Extend it

A policy of your own that ${exampleFor}:

\`\`\`yaml
version: 1
name: my-${name}
extends: ${name}
rules:
  ${example}
\`\`\`

\`exr-inspector policy lint my.yaml\` checks it, \`validate --policy my.yaml\` uses it. [policies.md](../policies.md) has all that
a policy may say.

## Its ${policy.rules.size} rules

${groups.join('\n')}`
}

const READS: Readonly<Record<Tier, string>> = {
  names: 'names and sizes; no file is opened.',
  header: 'headers: one small read a file.',
  structure: 'headers and tables of chunks: small reads at the start of each file.',
  chunks: 'headers, tables of chunks and the leader of every chunk; nothing is decoded.',
  pixels: 'every byte, which is decoded. `--max-tier structure` leaves out the rules that need it, and says so.',
}

function ruleRow(rule: Rule, policy: Policy): string {
  const { severity, options } = policy.rules.get(rule.id)!
  const settings = Object.entries(options).map(([key, value]) => `${key}: ${JSON.stringify(value).replaceAll('"', '')}`)
  const cells = [
    `[${rule.id}](../rules.md#${rule.id})`,
    severity ?? (rule.severity === 'policy' ? 'warn' : rule.severity),
    `${rule.tier}${isSequenceRule(rule) ? ', sequence' : ''}`,
    [rule.title, ...settings.map((text) => `\`${text}\``)].join(' '),
  ]
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
}
