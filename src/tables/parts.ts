import type { PartFacts } from '../inspect/payload.ts'
import { columnsOf, type RecordTable } from './definition.ts'
import { fileId, filePath, partIndex } from './shared-columns.ts'

const { optional } = columnsOf<PartFacts>()

/** One row per part of a file. */
export const parts = {
  name: 'parts',
  doc: 'one row per part of a file',
  key: ['file_id', 'part_index'],
  parent: 'files',
  written: 'once',
  rows: ({ record }) => record.payload.parts,
  columns: [
    fileId,
    filePath,
    partIndex,
    optional('part_name', 'utf8', 'name attribute'),
    optional('part_type', 'utf8', 'scanlineimage, tiledimage, deepscanline or deeptile'),
    optional('view_name', 'utf8', 'view attribute'),
    optional('multi_view', 'bool', 'the part carries several views'),
    optional('width', 'int32', 'of the data window'),
    optional('height', 'int32', 'of the data window'),
    optional('display_width', 'int32', 'of the display window'),
    optional('display_height', 'int32', 'of the display window'),
    optional('data_x_offset', 'int32', 'left edge of the data window'),
    optional('data_y_offset', 'int32', 'top edge of the data window'),
    optional('data_window', 'utf8', 'JSON, inclusive', (part) => part.data_window && JSON.stringify(part.data_window)),
    optional(
      'display_window',
      'utf8',
      'JSON, inclusive',
      (part) => part.display_window && JSON.stringify(part.display_window),
    ),
    optional('pixel_aspect_ratio', 'float32', 'width of a pixel over its height', ({ pixel_aspect_ratio: ratio }) =>
      ratio === null ? null : Number(ratio),
    ),
    optional('line_order', 'utf8', 'increasing_y, decreasing_y or random_y'),
    optional('compression', 'utf8', "the format's own name, lower case"),
    optional('color_space', 'utf8', 'colour space the file states; rows of schema_version 1: stated or assumed'),
    optional('render_software', 'utf8', 'short name of the program that wrote the image'),
    optional('is_tiled', 'bool', 'stored in tiles'),
    optional('tile_width', 'int32', 'pixels; null if not tiled'),
    optional('tile_height', 'int32', 'pixels; null if not tiled'),
    optional('tile_depth', 'int32', 'null if not tiled'),
    optional('level_mode', 'utf8', 'one, mipmap or ripmap; null if not tiled'),
    optional('level_count', 'int32', 'levels in the part'),
    optional('is_deep', 'bool', 'holds deep samples'),
    optional('chunk_count', 'int32', 'chunks the header calls for'),
    optional('missing_chunks', 'int32', 'chunks with a zero or impossible offset'),
    optional('color_space_source', 'utf8', 'attribute that states color_space'),
    optional('color_space_derived', 'utf8', 'what a reader assumes where the file leaves it open'),
    optional('color_space_deriver', 'utf8', 'reader that assumes it, with its version'),
    optional('render_software_version', 'utf8', 'as that program writes it'),
    optional('render_software_source', 'utf8', 'attribute that names render_software'),
    optional('render_seconds', 'float64', 'render time the header states'),
    optional('render_memory_bytes', 'int64', 'peak memory the header states'),
    optional('render_host', 'utf8', 'machine the header names'),
    optional('camera_name', 'utf8', 'camera the header names'),
    optional('frames_per_second', 'float64', 'frame rate the header states'),
    optional('time_code', 'utf8', 'hh:mm:ss:ff, ; before the frames when frames are dropped'),
  ],
} as const satisfies RecordTable<PartFacts>
