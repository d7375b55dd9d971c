import type { Catalog } from '../../src/catalog/catalog.ts'
import { record, sequence } from './records.ts'

/** A row of a table past the catalog: `id` names it, times are microseconds and vectors arrays. */
export interface RawRow {
  readonly id: bigint
  readonly [column: string]: unknown
}

/** A hand in the tables, past the catalog. */
export interface Hand {
  rows(table: string): Promise<RawRow[]>
  change(table: string, id: bigint, values: Readonly<Record<string, unknown>>): Promise<void>
  delete(table: string, ids: readonly bigint[]): Promise<void>
  /** Stores a row once more, with some other values. */
  double(table: string, id: bigint, values?: Readonly<Record<string, unknown>>): Promise<void>
}

/** What a hand does, and one of the checks that must see it. */
export interface Plant {
  readonly name: string
  readonly sees: RegExp
  readonly plant: (hand: Hand) => Promise<void>
}

const CHILDREN = ['parts', 'channels', 'attributes', 'inspections', 'channel_stats', 'content_hashes']
const T0 = 1_700_000_000_000_000n

const MANIFEST = { name: 'manifest', type: 'string', value: 'x'.repeat(200_000), source: 'exr' } as const
const RUN = {
  startedAtUs: T0,
  endedAtUs: T0 + 100n,
  source: '/mnt',
  found: 6,
  unchanged: 0,
  failed: 0,
  toolVersion: '0',
}

/** Files with parts, statistics, hashes, a large value, an older header, a removal, a run: something to lose in every table. */
export async function fillCatalog(catalog: Catalog): Promise<void> {
  const facts = {
    channel_stats: ['R', 'G'].map((channel_name) => ({ part_index: 0, channel_name, min: 0, max: 1.5, nan_count: 0 })),
    content_hashes: [{ part_index: 0, channel_name: null, algorithm: 'xxh3-128', pixel_hash: 'abc' }],
  }
  const frames = sequence('/mnt/a', 3).map((one) => ({ ...one, facts }))
  const stereo = record({ path: '/mnt/b/stereo.exr', parts: 2, inspectedAtUs: T0 + 5n })
  await catalog.upsert([...frames, stereo, record({ path: '/mnt/c.exr', header: 'old' })], 'run')
  const changed = record({ path: '/mnt/c.exr', header: 'new', inspectedAtUs: T0 + 9n, attributes: [MANIFEST] })
  await catalog.upsert([changed], 'run')
  await catalog.upsert([{ ...frames[0]!, inspectedAtUs: T0 + 60n }], 'run')
  await catalog.recordRun({ ...RUN, runId: 'run', inserted: 6, updated: 1 })
  await catalog.markRemoved(['/mnt/a/beauty.1003.exr'], T0 + 1_000n)
}

const CONTENT = /content it was stored with/
const FILES = /the files are those that were stored/
const CURRENT = /the current files are/
const SIGHTINGS = /the sightings are those/
const REMOVALS = /the removals are those/
const SIGHTED = /sizes and times/
const COUNTED = /counts the rows it was stored with/
const VALUE_ONCE = /piece of a large value is stored once/
const FRAMES = /frame and sequence of every file/

const at = (rows: readonly RawRow[], path: string) => rows.find((row) => row['file_path'] === path)!
const negated = (vector: unknown) => (vector as number[]).map((value) => -value)
const withVector = (rows: readonly RawRow[]) => rows.filter((row) => row['channel_fingerprint'] !== null)

/** Changes one row of a table that a condition finds first. */
function forge(
  table: string,
  values: Readonly<Record<string, unknown>> | ((row: RawRow) => Readonly<Record<string, unknown>>),
  find: (row: RawRow) => boolean = () => true,
): Plant['plant'] {
  return async (hand) => {
    const row = (await hand.rows(table)).find(find)!
    await hand.change(table, row.id, typeof values === 'function' ? values(row) : values)
  }
}

function remove(table: string, find: (row: RawRow) => boolean = () => true): Plant['plant'] {
  return async (hand) => {
    const rows = (await hand.rows(table)).filter(find)
    await hand.delete(
      table,
      rows.map(({ id }) => id),
    )
  }
}

function double(table: string, find: (row: RawRow) => boolean = () => true): Plant['plant'] {
  return async (hand) => hand.double(table, (await hand.rows(table)).find(find)!.id)
}

function doubleAll(table: string): Plant['plant'] {
  return async (hand) => {
    for (const { id } of await hand.rows(table)) await hand.double(table, id)
  }
}

/** Exchanges the values of columns between the first two rows that a condition finds. */
function swap(table: string, columns: readonly string[], find: (row: RawRow) => boolean = () => true): Plant['plant'] {
  return async (hand) => {
    const [a, b] = (await hand.rows(table)).filter(find)
    const of = (row: RawRow) => Object.fromEntries(columns.map((column) => [column, row[column]]))
    await hand.change(table, a!.id, of(b!))
    await hand.change(table, b!.id, of(a!))
  }
}

async function deleteFiles(hand: Hand, isGone: (fileId: unknown) => boolean): Promise<void> {
  for (const table of ['files', ...CHILDREN]) await remove(table, (row) => isGone(row['file_id']))(hand)
}

/** Every row of some tables. */
function empty(...tables: readonly string[]): Plant['plant'] {
  return async (hand) => {
    for (const table of tables) await remove(table)(hand)
  }
}

const counts = (change: (counts: Record<string, number>) => unknown) => (row: RawRow) => ({
  child_rows: JSON.stringify(change(JSON.parse(String(row['child_rows'])) as Record<string, number>)),
})

const isFrame = (frame: number) => (row: RawRow) => row['file_path'] === `/mnt/a/beauty.${frame}.exr`
const isStereo = (row: RawRow) => row['file_path'] === '/mnt/b/stereo.exr'

/** Damage of every kind, one at a time. */
export const PLANTS: readonly Plant[] = [
  { name: 'all attributes of all files deleted', sees: CONTENT, plant: remove('attributes') },
  { name: 'all attributes of one file deleted', sees: /rows of attributes/, plant: remove('attributes', isStereo) },
  {
    name: 'one attribute deleted',
    sees: CONTENT,
    plant: remove('attributes', (row) => isFrame(1001)(row) && row['attr_name'] === 'owner'),
  },
  {
    name: 'channels other than the first deleted',
    sees: /rows of channels/,
    plant: remove('channels', (row) => row['channel_fingerprint'] === null),
  },
  {
    name: 'a whole file deleted everywhere',
    sees: FILES,
    plant: async (hand) => {
      const gone = at(await hand.rows('files'), '/mnt/a/beauty.1002.exr')['file_id']
      await deleteFiles(hand, (fileId) => fileId === gone)
    },
  },
  { name: 'all files deleted everywhere', sees: FILES, plant: (hand) => deleteFiles(hand, () => true) },
  { name: 'a vector nulled', sees: CONTENT, plant: forge('files', { metadata_embedding: null }) },
  {
    name: 'a vector negated',
    sees: CONTENT,
    plant: forge('files', (row) => ({ metadata_embedding: negated(row['metadata_embedding']) })),
  },
  {
    name: 'two numbers of a vector exchanged',
    sees: CONTENT,
    plant: forge('files', (row) => {
      const vector = [...(row['metadata_embedding'] as number[])]
      const used = vector.flatMap((value, index) => (value === 0 ? [] : index))
      const [a, b] = [used[0]!, used.find((index) => vector[index] !== vector[used[0]!])!]
      ;[vector[a], vector[b]] = [vector[b]!, vector[a]!]
      return { metadata_embedding: vector }
    }),
  },
  {
    name: 'vectors of two files swapped',
    sees: CONTENT,
    plant: swap('files', ['metadata_embedding'], (row) => isFrame(1001)(row) || isStereo(row)),
  },
  {
    name: 'a fingerprint nulled',
    sees: CONTENT,
    plant: forge('channels', { channel_fingerprint: null }, (row) => row['channel_fingerprint'] !== null),
  },
  {
    name: 'a fingerprint negated',
    sees: CONTENT,
    plant: async (hand) => {
      const [row] = withVector(await hand.rows('channels'))
      await hand.change('channels', row!.id, { channel_fingerprint: negated(row!['channel_fingerprint']) })
    },
  },
  {
    name: 'a fingerprint moved to another channel of its part',
    sees: CONTENT,
    plant: async (hand) => {
      const rows = (await hand.rows('channels')).filter(isFrame(1001))
      const from = withVector(rows)[0]!
      const to = rows.find((row) => row['channel_fingerprint'] === null)!
      await hand.change('channels', to.id, { channel_fingerprint: from['channel_fingerprint'] })
      await hand.change('channels', from.id, { channel_fingerprint: null })
    },
  },
  { name: 'the version of a vector forged', sees: CONTENT, plant: forge('files', { embedding_version: 1 }) },
  { name: 'a value forged', sees: CONTENT, plant: forge('attributes', { value_json: '"forged"' }) },
  {
    name: 'the text beside a value forged',
    sees: CONTENT,
    plant: forge('attributes', { value_text: 'forged' }, (row) => row['attr_name'] === 'owner'),
  },
  {
    name: 'an integer forged',
    sees: CONTENT,
    plant: forge('attributes', { value_int: 7n }, (row) => row['attr_name'] === 'frame'),
  },
  {
    name: 'a value nulled',
    sees: CONTENT,
    plant: forge('attributes', { value_float: null }, (row) => row['attr_name'] === 'isoSpeed'),
  },
  {
    name: 'values of two attributes of a file swapped',
    sees: CONTENT,
    plant: swap(
      'attributes',
      ['value_json', 'value_text'],
      (row) => isFrame(1001)(row) && (row['attr_name'] === 'owner' || row['attr_name'] === 'compression'),
    ),
  },
  {
    name: 'attributes of two files swapped',
    sees: CONTENT,
    plant: swap(
      'attributes',
      ['value_json'],
      (row) => row['attr_name'] === 'timeCode' && (isFrame(1001)(row) || isFrame(1002)(row)),
    ),
  },
  { name: 'the type of a channel forged', sees: CONTENT, plant: forge('channels', { channel_type: 'UINT' }) },
  { name: 'a channel renamed', sees: CONTENT, plant: forge('channels', { channel_name: 'X' }) },
  { name: 'the width of a part forged', sees: CONTENT, plant: forge('parts', { width: 1 }) },
  { name: 'a verdict forged', sees: CONTENT, plant: forge('files', { is_complete: false }) },
  {
    name: 'a flag of the format forged',
    sees: CONTENT,
    plant: forge('files', { version_flags: 'deep' }, isFrame(1001)),
  },
  { name: 'a path forged', sees: CONTENT, plant: forge('files', { file_path: '/mnt/elsewhere.exr' }) },
  { name: 'a header hash forged', sees: CONTENT, plant: forge('files', { header_hash: 'f'.repeat(64) }) },
  { name: 'an attribute doubled', sees: CONTENT, plant: double('attributes') },
  { name: 'a channel doubled', sees: CONTENT, plant: double('channels', (row) => row['channel_fingerprint'] === null) },
  { name: 'a part doubled', sees: CONTENT, plant: double('parts') },
  { name: 'a file doubled', sees: FILES, plant: double('files') },
  { name: 'parts reordered', sees: CONTENT, plant: swap('parts', ['part_index'], isStereo) },
  {
    name: 'attributes moved to another part',
    sees: CONTENT,
    plant: forge('attributes', { part_index: 1 }, (row) => isStereo(row) && row['part_index'] === 0),
  },
  {
    name: 'an attribute moved to another file',
    sees: CONTENT,
    plant: async (hand) => {
      const other = at(await hand.rows('files'), '/mnt/b/stereo.exr')['file_id']
      await forge('attributes', { file_id: other }, isFrame(1001))(hand)
    },
  },
  { name: 'a digest forged', sees: CONTENT, plant: forge('files', { content_digest: '0'.repeat(32) }) },
  { name: 'a digest nulled', sees: FILES, plant: forge('files', { content_digest: null }) },
  {
    name: 'digests of two files swapped',
    sees: CONTENT,
    plant: swap('files', ['content_digest'], (row) => isFrame(1001)(row) || isFrame(1002)(row)),
  },
  {
    name: 'attributes deleted, counts and digest left out',
    sees: FILES,
    plant: async (hand) => {
      await remove('attributes', isFrame(1001))(hand)
      await forge('files', { content_digest: null, child_rows: null }, isFrame(1001))(hand)
    },
  },
  {
    name: 'the counts of a file forged',
    sees: /rows of attributes/,
    plant: forge('files', (row) => ({
      child_rows: String(row['child_rows']).replace(/"attributes":\d+/, '"attributes":1'),
    })),
  },
  { name: 'statistics deleted', sees: CONTENT, plant: remove('channel_stats') },
  { name: 'statistics forged', sees: CONTENT, plant: forge('channel_stats', { max: 2 }) },
  { name: 'statistics doubled', sees: CONTENT, plant: double('channel_stats') },
  {
    name: 'statistics deleted with their digest',
    sees: FILES,
    plant: async (hand) => {
      await remove('channel_stats', isFrame(1002))(hand)
      await remove('content_hashes', isFrame(1002))(hand)
      await forge('files', { latest_rows: null }, isFrame(1002))(hand)
    },
  },
  { name: 'a pixel hash forged', sees: CONTENT, plant: forge('content_hashes', { pixel_hash: 'abd' }) },
  {
    name: 'an older header made current',
    sees: CURRENT,
    plant: async (hand) => {
      const [a, b] = (await hand.rows('files')).filter((row) => row['file_path'] === '/mnt/c.exr')
      const [old, current] = a!['superseded_by'] === null ? [b!, a!] : [a!, b!]
      await hand.change('files', old.id, { superseded_by: null })
      await hand.change('files', current.id, { superseded_by: old['file_id'] })
    },
  },
  {
    name: 'a sighting deleted and not counted',
    sees: SIGHTINGS,
    plant: async (hand) => {
      const file = at(await hand.rows('files'), '/mnt/a/beauty.1001.exr')
      const [sighting] = (await hand.rows('inspections')).filter((row) => row['file_id'] === file['file_id'])
      await hand.delete('inspections', [sighting!.id])
      await hand.change('files', file.id, { inspection_count: 1 })
    },
  },
  { name: 'a frame number forged', sees: FRAMES, plant: forge('files', { frame_number: 1002 }, isFrame(1001)) },
  { name: 'a frame number nulled', sees: FRAMES, plant: forge('files', { frame_number: null }, isFrame(1001)) },
  {
    name: 'frame and sequence nulled',
    sees: FRAMES,
    plant: forge('files', { frame_number: null, sequence_key: null }, isFrame(1002)),
  },
  {
    name: 'a file put into another sequence',
    sees: FRAMES,
    plant: forge('files', { sequence_key: '/mnt/a/other.####.exr' }, isFrame(1002)),
  },
  {
    name: 'a frame number made up',
    sees: FRAMES,
    plant: forge('files', { frame_number: 1, sequence_key: '/mnt/#.exr' }, (row) => row['file_path'] === '/mnt/c.exr'),
  },
  { name: 'a sighting forged', sees: SIGHTINGS, plant: forge('inspections', { duration_us: 1n }) },
  { name: 'a size forged', sees: SIGHTED, plant: forge('files', { size_bytes: 1n }) },
  { name: 'a time forged', sees: SIGHTED, plant: forge('files', { last_inspected: T0 + 999n }) },
  {
    name: 'a removal forged',
    sees: REMOVALS,
    plant: async (hand) => {
      const [removal] = await hand.rows('removals')
      const { file_id, file_path } = at(await hand.rows('files'), '/mnt/a/beauty.1001.exr')
      await hand.double('removals', removal!.id, { file_id, file_path })
    },
  },
  { name: 'a removal deleted', sees: REMOVALS, plant: remove('removals') },
  { name: 'the time of a removal forged', sees: REMOVALS, plant: forge('removals', { removed_at: T0 + 2_000n }) },
  { name: 'the counts of all files emptied', sees: COUNTED, plant: forge('files', { child_rows: '{}' }) },
  {
    name: 'a table left out of the counts of a file',
    sees: COUNTED,
    plant: forge(
      'files',
      counts(({ attributes: _, ...others }) => others),
    ),
  },
  { name: 'the counts of a file nulled', sees: COUNTED, plant: forge('files', { child_rows: null }) },
  { name: 'the counts of a file no JSON', sees: COUNTED, plant: forge('files', { child_rows: '{"parts":1' }) },
  {
    name: 'a count of a file negative',
    sees: COUNTED,
    plant: forge(
      'files',
      counts((all) => ({ ...all, parts: -1 })),
    ),
  },
  {
    name: 'a count of a file no number',
    sees: COUNTED,
    plant: forge(
      'files',
      counts((all) => ({ ...all, parts: '1' })),
    ),
  },
  { name: 'the digest of later looks no JSON', sees: CONTENT, plant: forge('files', { latest_rows: '{' }) },
  {
    name: 'the digest of later looks made up',
    sees: CONTENT,
    plant: forge('files', { latest_rows: '{"channel_stats":null}' }, isStereo),
  },
  { name: 'a piece of a large value doubled', sees: VALUE_ONCE, plant: double('large_values') },
  { name: 'a large value doubled as a whole', sees: VALUE_ONCE, plant: doubleAll('large_values') },
  { name: 'all large values deleted', sees: /large value that a row names is there/, plant: remove('large_values') },
  {
    name: 'everything deleted, the ledger too',
    sees: FILES,
    plant: empty('files', ...CHILDREN, 'removals', 'large_values', 'ledger'),
  },
  {
    name: 'everything deleted but large values',
    sees: FILES,
    plant: empty('files', ...CHILDREN, 'removals', 'ledger', 'ingest_runs'),
  },
  { name: 'the run of a sighting forged', sees: SIGHTINGS, plant: forge('inspections', { run_id: 'other' }) },
  {
    name: 'a path in other case',
    sees: CONTENT,
    plant: forge('files', (row) => ({ file_path: String(row['file_path']).toUpperCase() })),
  },
  {
    name: 'rows of a part swapped between two files',
    sees: CONTENT,
    plant: swap('parts', ['file_id'], (row) => isFrame(1001)(row) || (isStereo(row) && row['part_index'] === 1)),
  },
  {
    name: 'sightings swapped between two files',
    sees: SIGHTINGS,
    plant: swap('inspections', ['file_id'], (row) => row['inspected_at'] !== T0),
  },
  { name: 'the ledger deleted', sees: FILES, plant: remove('ledger') },
  { name: 'a count of the ledger forged', sees: FILES, plant: forge('ledger', { files: 1n }) },
  { name: 'a digest of the ledger forged', sees: FILES, plant: forge('ledger', { files_digest: '0'.repeat(32) }) },
]
