/** Makes docs/guides/cookbook.md from what the queries answer: `npx tsx scripts/cookbook.ts`. A test compares the two. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { Catalog } from '../src/catalog/catalog.ts'
import { openCatalog } from '../src/catalog/open.ts'
import { createContext } from '../src/cli/context.ts'
import { answerQuery } from '../src/cli/query/run.ts'
import { fillFarm, STILL } from '../test/queries/farm.ts'

/** What somebody wants to know, the query that tells it, and what to do with the answer. */
interface Recipe {
  readonly wish: string
  readonly query: string
  readonly given?: Readonly<Record<string, string>>
  readonly note: string
  /** Asks the catalog of frames that stand still. */
  readonly still?: true
}

const COLUMNS = 130

const HEAD = `# Analytics cookbook

What people want to know of a farm's frames, and the named query that tells it. Every answer below is what the command prints for a catalog of
eleven files that \`test/queries/farm.ts\` makes: a shot of eight frames with two missing, one of them cut off and a change of compression halfway, a deep
file, two files of the same pixels, one that was removed, and one that cannot be read. Parameters and columns of each query are in
[queries.md](../reference/queries.md), how to ask in SQL in [querying.md](querying.md). Made by \`npx tsx scripts/cookbook.ts\`.

\`--format csv\`, \`json\`, \`ndjson\`, \`parquet\` and \`arrow\` give the same rows to programs, \`--explain\` the SQL.
`

const RECIPES: readonly Recipe[] = [
  {
    wish: 'Is the shot complete?',
    query: 'missing-frames',
    note: 'Render what is listed. For a list that a farm takes: `--format csv`.',
  },
  {
    wish: 'Which frames must be rendered again?',
    query: 'broken-frames',
    note: '`inspect` on a file says which rows or tiles it lacks.',
  },
  {
    wish: 'Which frames look odd beside their neighbours?',
    query: 'anomalies',
    given: { distance: '2', limit: '4' },
    note: 'A frame of another size or a tenth of the bytes is seldom meant. Without `distance=2`, frames whose header as a whole is far from the others are told too.',
  },
  {
    wish: 'Where did somebody change the settings?',
    query: 'drift',
    given: { where: 'frame_number <> 1009' },
    note: 'One row for each value and range of frames; `changes` tells what changed at one path.',
  },
  {
    wish: 'What else looks like this frame?',
    query: 'similar-renders',
    given: { file: '/farm/one/sh010/beauty.1001.exr', where: "compression = 'zips'", limit: '3' },
    note: 'The command [`similar`](querying.md#files-like-this-one) also takes files that the catalog does not know.',
  },
  {
    wish: 'What is stored twice?',
    query: 'equal-pixels',
    note: 'Needs hashes (`ingest --hash`). Look before deleting: names may be wanted twice.',
  },
  {
    wish: 'Which pictures look the same, however they are stored?',
    query: 'near-duplicates',
    still: true,
    note: 'Of perceptual hashes, which `ingest --hash` makes too. Here, and below, of six frames of which four are equal.',
  },
  {
    wish: 'Where does the picture stand still?',
    query: 'frozen-frames',
    still: true,
    note: 'A hold, or a simulation that stopped. Frame 4 is not there, so that 5 is no part of the range.',
  },
  {
    wish: 'Which files have colour and no depth?',
    query: 'channel-composition',
    given: { all: 'R', none: 'Z', limit: '3' },
    note: '`any=` takes channels of which one is enough; a name stands for the layer of that name as well.',
  },
  {
    wish: 'Which layers take the disk?',
    query: 'largest-layers',
    note: 'Bytes before compression; compare with what a layer is used for.',
  },
  {
    wish: 'What does our compression cost?',
    query: 'compression-cost',
    note: 'Says what is there. What another compression would save depends on the pixels: `exr-inspector query compression-cost --measure 20` opens files and measures it.',
  },
  {
    wish: 'Which colour spaces are we delivering?',
    query: 'color-spaces',
    note: 'Unknown is not linear: nothing in such a file says what its numbers mean.',
  },
  {
    wish: 'Which attributes do our files have, and do they agree?',
    query: 'attributes',
    given: { limit: '5' },
    note: 'One name with two types is a conflict that readers meet sooner or later.',
  },
  {
    wish: 'Who rendered what?',
    query: 'attribute-values',
    given: { name: 'artist' },
    note: 'Any attribute will do: `-p name=owner`, `-p name=comments`.',
  },
  {
    wish: 'Which versions of which renderer are in use?',
    query: 'software',
    note: 'The attribute that said so stands beside it.',
  },
  {
    wish: 'Which machines render slowly?',
    query: 'farm',
    note: 'Only what renderers write into their headers.',
  },
  {
    wish: 'How large is each shot?',
    query: 'shots',
    given: { template: '/farm/{show}/{shot}/**' },
    note: '`-p by=show` puts shots together. The same templates partition an [export](moving.md).',
  },
  {
    wish: 'How did it grow?',
    query: 'trends',
    note: 'By day, week or month of the file itself (`-p every=week`).',
  },
  {
    wish: 'What came in since the first of February?',
    query: 'recently-changed',
    given: { since: '2026-02-01T10:00:00Z', limit: '4' },
    note: 'A new header at an old path is a new version of that frame.',
  },
  {
    wish: 'Which deep files do we have, and are they tidy?',
    query: 'deep-inventory',
    note: 'Samples are known of files that `ingest --deep-stats` looked at.',
  },
  {
    wish: 'What breaks our delivery policy?',
    query: 'validation-failures',
    note: 'Of the last `validate --catalog` or `ingest --validate` of each file.',
  },
  {
    wish: 'What have we not looked at?',
    query: 'coverage',
    note: 'Folders with few looks are where questions above are answered from headers alone.',
  },
]

/** The page, with what the command prints now. */
export async function cookbookPage(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'cookbook-'))
  const farm = await openCatalog(join(folder, 'farm.duckdb'))
  const still = await openCatalog(join(folder, 'still.duckdb'))
  try {
    await fillFarm(farm)
    await still.upsert(STILL, 'run-1')
    const sections: string[] = []
    for (const recipe of RECIPES) sections.push(await section(recipe, recipe.still ? still : farm))
    return `${HEAD}\n${sections.join('\n')}`
  } finally {
    await Promise.all([farm.close(), still.close()])
    await rm(folder, { recursive: true, force: true })
  }
}

/** Names of the queries that have a recipe. */
export const COOKED: readonly string[] = RECIPES.map(({ query }) => query)

async function section({ wish, query, given = {}, note }: Recipe, catalog: Catalog): Promise<string> {
  const printed = await answer(catalog, query, given)
  const flags = Object.entries(given).map(([name, value]) =>
    name === 'where' ? `-w ${quoted(value)}` : `-p ${quoted(`${name}=${value}`)}`,
  )
  const command = ['exr-inspector', 'query', query, ...flags].join(' ')
  const link = `[${query}](../reference/queries.md#${query})`
  return [`## ${wish}`, '', '```text', `$ ${command}`, printed.trimEnd(), '```', '', `${link}. ${note}`, ''].join('\n')
}

function quoted(argument: string): string {
  if (/^[\w=.,:/-]+$/.test(argument)) return argument
  return argument.includes("'") ? `"${argument}"` : `'${argument}'`
}

/** What the command line prints on a terminal without colours, hints left out. */
async function answer(catalog: Catalog, query: string, given: Readonly<Record<string, string>>): Promise<string> {
  const stdout = new Terminal()
  const context = createContext({ stdin: new PassThrough(), stdout, stderr: new PassThrough(), env: { NO_COLOR: '1' } })
  await answerQuery(catalog, query, given, { format: 'table' }, context)
  return stdout.text
}

class Terminal extends Writable {
  readonly columns = COLUMNS
  readonly isTTY = true
  text = ''

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString('utf8')
    done()
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await writeFile(new URL('../docs/guides/cookbook.md', import.meta.url), await cookbookPage())
}
