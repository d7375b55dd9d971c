import { isSequenceRule, type Rule } from './rule.ts'
import { RULE_GROUPS } from './rules/index.ts'
import { STARTERS } from './starters.ts'

const RULES_HEAD = `# Rules

Every rule of \`validate\`, one section each: what must hold, the severity it has unless a policy gives it another, the
cheapest facts that decide it, where it comes from, why it must hold and what to do. \`exr-inspector policy explain <rule>\` prints the same, and with
\`--policy\` what a policy makes of it, or a rule of the policy's own.
This page is written from the rules themselves (\`scripts/generate-rule-pages.ts\`); a test compares the two.

**Severities**: \`error\`: the file is invalid, or a reader will fail or lose data. \`warn\`: valid, but known to break a common
tool or a usual delivery. \`info\`: worth recording. *off until set*: does nothing until a policy switches it on.

**States**: \`pass\`, \`fail\`, \`not_applicable\` (there is nothing it speaks of), \`not_checked\` (the facts it needs were not
read), \`cannot_check\` (they could not be read). None is ever told as another; a clean result over pixels or headers that
were not seen whole is no pass.

**Needs**: \`names\` opens nothing; \`header\` is one small read; \`structure\` adds the chunk tables; \`chunks\` the leader of
every chunk; \`pixels\` decodes. Rules *of a sequence* compare its frames and tell them as ranges.

Rules of the format itself (sections 1 to 8) are judged where the bytes are read: they are the defects of
[header-defects.md](header-defects.md) under one vocabulary. A catalog does not keep those defects, so judging one again
answers such rules with \`not_checked\`.
`

/** docs/reference/rules.md: one section a rule. */
export function rulePages(): string {
  const groups = Object.entries(RULE_GROUPS).map(
    ([heading, rules]) => `## ${heading}\n\n${rules.map(rulePage).join('\n')}`,
  )
  return `${RULES_HEAD}\n${groups.join('\n')}\n${DISAGREEMENTS}${SOURCES}`
}

function rulePage(rule: Rule): string {
  const { id, title, severity, tier, reason, source, remedy, options } = rule
  const facts = [
    severity === 'policy' ? '*off until set*' : `\`${severity}\``,
    `needs \`${tier}\`${isSequenceRule(rule) ? ' of a sequence' : ''}`,
    `source: ${source.join(', ')}`,
  ]
  const settings = Object.entries(options ?? {}).map(
    ([name, spec]) => `- \`${name}\`: ${spec.about}; default \`${JSON.stringify(spec.default)}\`\n`,
  )
  return [
    `### ${id}\n\n${title}\n\n${facts.join('; ')}.\n`,
    reason === undefined ? '' : `\nWhy: ${reason}\n`,
    remedy === undefined ? '' : `\nWhat to do: ${remedy}\n`,
    settings.length === 0 ? '' : `\nOptions:\n\n${settings.join('')}`,
  ].join('')
}

/** docs/reference/policies.md: how to write one, and a list of those that come with the product. */
export function policiesPage(): string {
  const rows = STARTERS.map(({ name, about }) => `| [${name}](policies/${name}.md) | ${about} |`)
  return `${POLICIES_HEAD}\n| policy | about |\n| --- | --- |\n${rows.join('\n')}\n`
}

const POLICIES_HEAD = `# Policies

A policy says which rules of [rules.md](rules.md) hold, how much each weighs, and for which files. It is data, YAML or
JSON; it can do nothing but judge. [policy.schema.json](policy.schema.json) is its JSON Schema: an editor that knows it
completes rules and options (\`exr-inspector policy schema\` prints it).

\`\`\`yaml
version: 1
name: show-delivery
extends: [core, ./studio.yaml]        # built-in names and files beside this one; later ones win
variables:
  - /show/{shot}/{width}x{height}/**  # fields for vars, from the path
rules:
  file-trailing-bytes: off            # off, on (its own severity), info, warn, error
  compress-allowed: {severity: error, options: {allowed: [zip, zips]}}
custom:                               # rules without code, in CEL
  - id: show-width
    severity: error
    select: part                      # file, part, layer, channel, attribute, sequence
    where: part.is_deep == false      # what it is not true of is not judged
    assert: part.display_width >= 1920
    message: "{part.name} is {part.display_width} wide"
    remedy: Render at the show's width.
overrides:                            # for some files only, in order
  - paths: ["**/plates/**"]
    when: vars.shot != "test"
    rules: {window-data-equals-display: error}
ignore: ["**/tmp/**"]
\`\`\`

Everything is checked before a file is read: keys, rules (with the nearest known one), types of options, expressions,
patterns and circles of \`extends\` give ERR_POLICY_INVALID with file, line and column.

**Expressions** are [CEL](https://cel.dev). \`file\`, \`part\`, \`layer\`, \`channel\`, \`attribute\` and \`sequence\` have the names of the
[payload](payload.md), with short ones beside them (\`part.name\`, \`channel.layer\`); \`attributes\` holds the values of a
part's header by name, \`vars\` what path templates captured. An expression has at most 2,000 characters, loops at most two
deep, 5 million steps an answer, and regular expressions of linear time. One that takes more, or fails on a file, say for an
attribute that is not there, is \`cannot_check\`; ask \`has(attributes.owner)\` first.

**Path templates**: \`{shot}\` is text without a slash, \`{frame}\`, \`{version}\`, \`{width}\` and \`{height}\` are digits, \`*\` anything
without a slash, \`**\` anything.

**Plates**: \`deliver-plate-unchanged\` compares a file with the plate that its option \`plate\` names, pixel by pixel, whatever
the compression of either; a relative one lies beside the file. \`validate\` opens it, and so do \`inspect\`, \`ingest\` and the
function where pixels are read (\`--stats\`); the function only in the file's own bucket or the folders of
\`EXR_ALLOWED_FOLDERS\`. A plate that is not there is \`cannot_check\`.

\`\`\`yaml
variables: ["comp/{shot}.{frame}.exr"]
rules:
  deliver-plate-unchanged:
    severity: error
    options: {plate: "../plates/{shot}.{frame}.exr", work_area: {x: 200, y: 100, width: 640, height: 480}}
\`\`\`

**Cases**: \`policy test delivery.yaml\` runs \`delivery.cases.yaml\`, a list of \`{file: good.exr, fails: []}\` with every rule id
that must fail; \`facts\` stands for \`file\` where no file exists.

**Baselines**: \`--write-baseline accepted.json\` keeps today's findings; with \`--baseline accepted.json\` only new ones are
told. A finding is the same while rule, place and subject are; frames and values may change.

## Built-in policies

Each has a page: why there is one, when to use it, its rules with their levels, and how to extend it.
`

const DISAGREEMENTS = `
## Where others say otherwise

Tests ask programs that others wrote what they make of the same files and texts. They agree but for this:

| who | about | they say | why we say otherwise |
| --- | --- | --- | --- |
| OpenEXR 3.1, \`checkOpenEXRFile\` and the core reader in strict form | a \`chunkCount\` that is wrong, in a single part | good | the reader counts itself and does not look at it; others may trust it |
| the same | offsets that are doubled, negative, outside of the file or inside the header; rows that are missing in a small file | good | a table that is broken is made anew from the chunks themselves: the file can be read, and is damaged |
| the same | types that disagree with the flags (two tiled samples) | good | the type is rewritten as it is read |
| the same | HTJ2K, and compressions nobody knows | bad | a codec newer than the reader; unknown is not invalid, so it is a warning of \`header-compression-known\` |
| the same | one file with a part of each type | bad | strict form misses a \`version\` that every deep part has |
| \`checkOpenEXRFile\` alone | eight deep samples without or with few samples | bad | strict form takes them, and every chunk of them decodes |
| the same, with its flag for less time and its core half | DWA, mip-maps and rip-maps | bad | the other combinations of its flags call the same files good; tests ask without |
| fileseq 3.4 | \`n.-0001.exr\` beside \`n.0001.exr\` | two sequences | it counts the sign as a digit of the padding; we do not |

Without disagreement: interop ids that the built-in configs of OpenColorIO state, SARIF against its schema and its object model (sarif-om), JUnit as junitparser counts it, hashes of mmh3,
pixel statistics of numpy ([pixels.md](pixels.md)), and rules of pixels over values that OpenEXR 3.5 wrote and numpy judged.
`

const SOURCES = `
## Sources

Of the OpenEXR project: LAYOUT "OpenEXR File Layout"; TECH "Technical Introduction"; STD "Standard Attributes"; VIEW "Storing
Multi-View Images"; DEEP "Interpreting OpenEXR Deep Pixels"; IDS "Deep IDs Specification"; VAL the core library's validation;
HDR its header check; CHUNK its chunk reader; DWA its channel classifier; TC, ENV, STDATTR its headers and tools; EXRCHECK;
ACES and ACES-SRC its ACES file; CHG release notes; T10 a test image; CVE a security notice; EXR-n, PR-n, HTJ-n its issues.
CIF-ID and CIF-EXR: Color Interop Forum. OIIO-SRC and OIIO-n: OpenImageIO. ACES-REF, ACES-TOC, ACES-VFX: documents around
SMPTE ST 2065-4. CM and CM-n: Cryptomatte. NF-n, FOX, GEM, ARRI, LOGIK: delivery documents. RR, DK, FXT, HOU, RW, DV, UE,
RC-SRC, MI-n, AYON-n, AYM-n, OP-n, DJV-n, TEXR-n, TJS-n, CABLES-n, HDRM-n, CTL-n, GAF-n, NAT-n, PRO-n, FLS-n, PS-n, SR-n, MB-n,
OIDN-n: tools and their issues. "proposal": our own.
`
