import { type EmbeddablePayload, valueCounts } from '../embeddings/index.ts'
import type { AttributeFacts, ChannelFacts, PartFacts } from '../inspect/payload.ts'
import { parseChildRows, type RecordVectors } from '../tables/index.ts'

/** A stored file whose vectors are missing or of another version than this release's. */
export interface OutdatedFile {
  readonly fileId: string
  readonly path: string
  readonly headerHash: string
  /** Whether its header is the one now at its path; of others only the catalog's rows are left. */
  readonly isCurrent: boolean
  /** Version of the vectors that are there; null for none. */
  readonly embeddingVersion: number | null
}

/** Vectors to put in the place of a stored file's. */
export interface NewVectors {
  readonly fileId: string
  readonly vectors: RecordVectors
}

/** Where `outdatedFiles` goes on: behind this file. */
export type AfterFile = Pick<OutdatedFile, 'path' | 'fileId'>

/** Columns that a vector is made from, by table, in the order `storedFacts` takes their values. */
export const FACT_COLUMNS = {
  files: ['file_id', 'multipart_count', 'schema_version', 'child_rows'],
  parts: [
    'file_id',
    'part_index',
    'part_name',
    'part_type',
    'view_name',
    'display_width',
    'display_height',
    'data_window',
    'display_window',
    'pixel_aspect_ratio',
    'line_order',
    'compression',
    'render_software',
    'render_software_version',
    'is_tiled',
    'tile_width',
    'tile_height',
    'level_mode',
    'level_count',
    'is_deep',
  ],
  channels: [
    'file_id',
    'part_index',
    'channel_name',
    'layer_name',
    'component_name',
    'channel_type',
    'x_sampling',
    'y_sampling',
    'p_linear',
  ],
  attributes: ['file_id', 'part_index', 'attr_name', 'attr_type', 'value_json', 'source'],
} as const

/** `files.schema_version` of the first rows that hold all of those columns. */
const FIRST_SUFFICIENT = 2

/** Rows of some files, as `QueryResult` describes values, in the order they were stored. */
export type FactRows = Readonly<Record<keyof typeof FACT_COLUMNS, readonly (readonly unknown[])[]>>

/**
 * What the catalog's rows say of each file, as far as vectors go. A file is left out when they do not suffice: rows of
 * an older release lack facts, parts may be missing, and a value that counts may have been too long to be stored.
 */
export function storedFacts(rows: FactRows): Map<string, EmbeddablePayload> {
  const parts = byFile(rows.parts)
  const channels = byFile(rows.channels)
  const attributes = byFile(rows.attributes)
  const facts = new Map<string, EmbeddablePayload>()
  for (const [fileId, partCount, schemaVersion, childRows] of rows.files) {
    const id = String(fileId)
    const [partRows, channelRows, attributeRows] = [parts, channels, attributes].map((table) => table.get(id) ?? [])
    const stored = { parts: partRows!.length, channels: channelRows!.length, attributes: attributeRows!.length }
    if (Number(schemaVersion) < FIRST_SUFFICIENT || stored.parts !== partCount || !areAll(stored, childRows)) continue
    const lists: AttributeFacts[][] = partRows!.map(() => [])
    const suffices = attributeRows!.every((row) => {
      const attribute = attributeOf(row)
      if (attribute !== null) lists[Number(row[1])]?.push(attribute)
      return attribute !== null
    })
    if (!suffices) continue
    const ofParts = partRows!.map(partOf).sort((a, b) => a.part_index - b.part_index)
    facts.set(id, {
      parts: ofParts,
      channels: channelRows!.map(channelOf).sort(inHeader),
      attributes: { parts: lists },
    })
  }
  return facts
}

function byFile(rows: readonly (readonly unknown[])[]): Map<string, (readonly unknown[])[]> {
  const files = new Map<string, (readonly unknown[])[]>()
  for (const row of rows) {
    const id = String(row[0])
    const own = files.get(id)
    if (own === undefined) files.set(id, [row])
    else own.push(row)
  }
  return files
}

function named(columns: readonly string[], row: readonly unknown[]): Record<string, unknown> {
  return Object.fromEntries(columns.map((name, index) => [name, row[index]]))
}

/** Whether as many rows are there as were stored with the file, which `child_rows` says. */
function areAll(stored: Readonly<Record<string, number>>, childRows: unknown): boolean {
  if (typeof childRows !== 'string') return false
  const expected = parseChildRows(childRows) ?? {}
  return Object.entries(stored).every(([table, rows]) => (expected[table] ?? 0) === rows)
}

function partOf(row: readonly unknown[]): PartFacts {
  const part = named(FACT_COLUMNS.parts, row)
  const window = (text: unknown) => (text === null ? null : (JSON.parse(String(text)) as unknown))
  const ratio = part['pixel_aspect_ratio']
  return {
    ...part,
    data_window: window(part['data_window']),
    display_window: window(part['display_window']),
    pixel_aspect_ratio: typeof ratio === 'number' && !Number.isFinite(ratio) ? String(ratio) : ratio,
  } as PartFacts
}

function channelOf(row: readonly unknown[]): ChannelFacts {
  return named(FACT_COLUMNS.channels, row) as unknown as ChannelFacts
}

/** The order of a channel list (OpenEXR File Layout, "chlist": sorted by name): a row whose vector was written anew comes last. */
function inHeader(a: ChannelFacts, b: ChannelFacts): number {
  if (a.part_index !== b.part_index) return a.part_index - b.part_index
  return a.channel_name < b.channel_name ? -1 : a.channel_name > b.channel_name ? 1 : 0
}

/** Null when the value counts and is not in the row. */
function attributeOf([, , name, type, json, source]: readonly unknown[]): AttributeFacts | null {
  const attribute = { name: String(name), type: String(type), source: source as AttributeFacts['source'] }
  if (!valueCounts(attribute.name)) return { ...attribute, value: null }
  const value = JSON.parse(String(json)) as AttributeFacts['value']
  const isElsewhere = typeof value === 'object' && value !== null && ('large' in value || 'sha256' in value)
  return isElsewhere ? null : { ...attribute, value }
}
