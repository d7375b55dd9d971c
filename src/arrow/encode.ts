import { computeChannelFingerprint, computeMetadataEmbedding, EMBEDDING_VERSION } from '../embeddings/index.ts'
import { toPlainError } from '../errors.ts'
import { fileId, type IdentityOptions, normalizePath } from '../inspect/identity.ts'
import type { AttributeFacts, ChannelFacts, PartFacts, Payload } from '../inspect/payload.ts'
import { FINGERPRINT_DIMENSION, METADATA_DIMENSION, ROW_SCHEMA_VERSION } from '../tables/tables.ts'
import { timestampUs } from '../tables/timestamp.ts'
import { StringCollector } from './column-writers.ts'
import type { EncodedBatch, EncodeFailure } from './encoded.ts'
import type { CatalogRecord, RecordVectors } from './record.ts'
import { type TableWriter, type TableWriters, tableWriters } from './table-writer.ts'
import { valueColumns } from './value-columns.ts'

export interface EncodeOptions extends IdentityOptions {
  /** Written into `inspections`. */
  readonly runId: string
}

/**
 * Inspected files as columns, one table after the other. A record that cannot be encoded (a payload that is not one,
 * a vector of another size) is left out and named in `failures`. Everything a catalog stores is decided here.
 */
export function encodeRecords(records: readonly CatalogRecord[], options: EncodeOptions): EncodedBatch {
  const strings = new StringCollector()
  const writers = tableWriters(records, strings)
  const ordinals: number[] = []
  const failures: EncodeFailure[] = []
  records.forEach((record, index) => {
    try {
      writeRecord(writers, record, options)
      for (const writer of Object.values(writers)) writer.endFile()
      ordinals.push(index)
    } catch (error) {
      for (const writer of Object.values(writers)) writer.dropFile()
      const { code, message } = toPlainError(error, 'ERR_CATALOG_WRITE')
      failures.push({ index, path: String(record?.payload?.file?.path ?? ''), code, message })
    }
  })
  return {
    fileCount: ordinals.length,
    ordinals: Uint32Array.from(ordinals),
    strings: strings.finish(),
    tables: {
      files: writers.files.finish(),
      parts: writers.parts.finish(),
      channels: writers.channels.finish(),
      attributes: writers.attributes.finish(),
      inspections: writers.inspections.finish(),
    },
    failures,
  }
}

/** The vectors a record is stored with. */
export function recordVectors(payload: Payload): RecordVectors {
  const byPart: ChannelFacts[][] = payload.parts.map(() => [])
  for (const channel of payload.channels) byPart[channel.part_index]?.push(channel)
  return {
    metadata: computeMetadataEmbedding(payload, METADATA_DIMENSION),
    fingerprints: byPart.map((channels) =>
      channels.length > 0 ? computeChannelFingerprint(channels, FINGERPRINT_DIMENSION) : null,
    ),
    version: EMBEDDING_VERSION,
  }
}

interface FileKey {
  readonly id: string
  readonly path: string
}

function writeRecord(writers: TableWriters, record: CatalogRecord, options: EncodeOptions): void {
  const { payload } = record
  const vectors = record.vectors ?? recordVectors(payload)
  const normalized = normalizePath(payload.file.path, options)
  const key = { id: fileId(normalized, payload.file.header_hash), path: payload.file.path }
  writeFile(writers.files, key, normalized, record, vectors)
  writeParts(writers.parts, key, payload.parts)
  writeChannels(writers.channels, key, payload.channels, vectors)
  payload.attributes.parts.forEach((attributes, partIndex) => {
    writeAttributes(writers.attributes, key, partIndex, attributes)
  })
  writeInspection(writers.inspections, key, record, options.runId)
}

function writeFile(
  writer: TableWriter<'files'>,
  key: FileKey,
  normalized: string,
  { payload: { file }, inspectedAtUs }: CatalogRecord,
  vectors: RecordVectors,
): void {
  const { columns } = writer
  const row = writer.addRow()
  columns.file_id.set(row, key.id)
  columns.file_path.set(row, key.path)
  columns.file_path_normalized.set(row, normalized)
  columns.header_hash.set(row, file.header_hash)
  columns.size_bytes.set(row, file.size_bytes)
  columns.mtime.set(row, timestampUs(file.mtime))
  columns.etag.set(row, file.etag)
  columns.multipart_count.set(row, file.multipart_count)
  columns.is_deep.set(row, file.is_deep)
  columns.is_complete.set(row, file.is_complete)
  columns.frame_number.set(row, file.frame_number)
  columns.sequence_key.set(row, file.sequence_key)
  columns.metadata_embedding.set(row, vectors.metadata)
  columns.embedding_version.set(row, vectors.version)
  columns.inspection_timestamp.set(row, inspectedAtUs)
  columns.last_inspected.set(row, inspectedAtUs)
  columns.inspection_count.set(row, 1)
  columns.superseded_by.set(row, null)
  columns.schema_version.set(row, ROW_SCHEMA_VERSION)
}

function writeParts(writer: TableWriter<'parts'>, key: FileKey, parts: readonly PartFacts[]): void {
  const { columns } = writer
  for (const part of parts) {
    const row = writer.addRow()
    columns.file_id.set(row, key.id)
    columns.file_path.set(row, key.path)
    columns.part_index.set(row, part.part_index)
    columns.part_name.set(row, part.part_name)
    columns.part_type.set(row, part.part_type)
    columns.view_name.set(row, part.view_name)
    columns.multi_view.set(row, part.multi_view)
    columns.width.set(row, part.width)
    columns.height.set(row, part.height)
    columns.display_width.set(row, part.display_width)
    columns.display_height.set(row, part.display_height)
    columns.data_x_offset.set(row, part.data_x_offset)
    columns.data_y_offset.set(row, part.data_y_offset)
    columns.data_window.set(row, part.data_window && JSON.stringify(part.data_window))
    columns.display_window.set(row, part.display_window && JSON.stringify(part.display_window))
    columns.pixel_aspect_ratio.set(row, part.pixel_aspect_ratio === null ? null : Number(part.pixel_aspect_ratio))
    columns.line_order.set(row, part.line_order)
    columns.compression.set(row, part.compression)
    columns.color_space.set(row, part.color_space)
    columns.render_software.set(row, part.render_software)
    columns.is_tiled.set(row, part.is_tiled)
    columns.tile_width.set(row, part.tile_width)
    columns.tile_height.set(row, part.tile_height)
    columns.tile_depth.set(row, part.tile_depth)
    columns.level_mode.set(row, part.level_mode)
    columns.level_count.set(row, part.level_count)
    columns.is_deep.set(row, part.is_deep)
    columns.chunk_count.set(row, part.chunk_count)
    columns.missing_chunks.set(row, part.missing_chunks)
  }
}

function writeChannels(
  writer: TableWriter<'channels'>,
  key: FileKey,
  channels: readonly ChannelFacts[],
  vectors: RecordVectors,
): void {
  const { columns } = writer
  let lastPart = -1
  for (const channel of channels) {
    const row = writer.addRow()
    const isFirst = channel.part_index !== lastPart
    lastPart = channel.part_index
    columns.file_id.set(row, key.id)
    columns.file_path.set(row, key.path)
    columns.part_index.set(row, channel.part_index)
    columns.channel_name.set(row, channel.channel_name)
    columns.layer_name.set(row, channel.layer_name)
    columns.component_name.set(row, channel.component_name)
    columns.channel_type.set(row, channel.channel_type)
    columns.x_sampling.set(row, channel.x_sampling)
    columns.y_sampling.set(row, channel.y_sampling)
    columns.p_linear.set(row, channel.p_linear)
    columns.channel_fingerprint.set(row, isFirst ? vectors.fingerprints[channel.part_index] : null)
  }
}

function writeAttributes(
  writer: TableWriter<'attributes'>,
  key: FileKey,
  partIndex: number,
  attributes: readonly AttributeFacts[],
): void {
  const { columns } = writer
  for (const attribute of attributes) {
    const row = writer.addRow()
    const value = valueColumns(attribute)
    columns.file_id.set(row, key.id)
    columns.file_path.set(row, key.path)
    columns.part_index.set(row, partIndex)
    columns.attr_name.set(row, attribute.name)
    columns.attr_type.set(row, attribute.type)
    columns.value_json.set(row, value.json)
    columns.value_text.set(row, value.text)
    columns.value_int.set(row, value.int)
    columns.value_float.set(row, value.float)
    columns.source.set(row, attribute.source)
    columns.oiio_name.set(row, attribute.oiio_name)
  }
}

function writeInspection(
  writer: TableWriter<'inspections'>,
  key: FileKey,
  { payload: { file }, inspectedAtUs, durationUs }: CatalogRecord,
  runId: string,
): void {
  const { columns } = writer
  const row = writer.addRow()
  columns.file_id.set(row, key.id)
  columns.inspected_at.set(row, inspectedAtUs)
  columns.size_bytes.set(row, file.size_bytes)
  columns.mtime.set(row, timestampUs(file.mtime))
  columns.etag.set(row, file.etag)
  columns.run_id.set(row, runId)
  columns.duration_us.set(row, Math.round(durationUs))
}
