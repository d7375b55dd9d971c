import { displayValue, type HeaderAttribute } from '../../header/index.ts'
import type { Migration } from './migration.ts'

/** What inspections say since verdicts tell how deep they looked. Frozen: later changes are later migrations. */
export const factsAsStated: Migration = {
  version: 4,
  name: 'facts as files state them, depth of checks, counts of rows',
  columns: {
    files: {
      check_depth: 'utf8',
      format_version: 'int32',
      version_flags: 'utf8',
      trailing_bytes: 'int64',
      child_rows: 'utf8',
    },
    parts: {
      color_space_source: 'utf8',
      color_space_derived: 'utf8',
      color_space_deriver: 'utf8',
      render_software_version: 'utf8',
      render_software_source: 'utf8',
      render_seconds: 'float64',
      render_memory_bytes: 'int64',
      render_host: 'utf8',
      camera_name: 'utf8',
      frames_per_second: 'float64',
      time_code: 'utf8',
    },
    channels: { view_name: 'utf8' },
    attributes: { display: 'utf8' },
  },
  backfill: [
    {
      table: 'attributes',
      reads: ['attr_name', 'attr_type', 'value_json'],
      writes: ['display'],
      values: ([name, type, json]) => {
        const display = displayOf(String(name), String(type), String(json))
        return display === null ? null : [display]
      },
    },
  ],
  views: {
    // A view keeps the columns of the day it was made.
    live_files: `SELECT f.* FROM files f
      LEFT JOIN (SELECT file_id, max(removed_at) AS removed_at FROM removals GROUP BY file_id) r USING (file_id)
      WHERE f.superseded_by IS NULL AND (r.removed_at IS NULL OR r.removed_at < f.last_inspected)`,
    frames: `SELECT f.*, p.* EXCLUDE (file_id, file_path, is_deep)
      FROM live_files f LEFT JOIN parts p ON p.file_id = f.file_id AND p.part_index = 0`,
    sequences: `SELECT sequence_key, count(DISTINCT frame_number) AS frame_count, min(frame_number) AS first_frame,
        max(frame_number) AS last_frame,
        max(frame_number)::BIGINT - min(frame_number) + 1 - count(DISTINCT frame_number) AS missing_count,
        count(*) FILTER (is_complete) AS complete_count, count(*) FILTER (NOT is_complete) AS incomplete_count,
        sum(size_bytes)::BIGINT AS size_bytes
      FROM live_files WHERE sequence_key IS NOT NULL AND frame_number IS NOT NULL GROUP BY sequence_key`,
    missing_frames: `SELECT sequence_key, frame_number + 1 AS first_missing, next_frame - 1 AS last_missing,
        next_frame - frame_number - 1 AS missing_count
      FROM (SELECT sequence_key, frame_number,
          lead(frame_number) OVER (PARTITION BY sequence_key ORDER BY frame_number) AS next_frame
        FROM (SELECT DISTINCT sequence_key, frame_number FROM live_files
          WHERE sequence_key IS NOT NULL AND frame_number IS NOT NULL))
      WHERE next_frame > frame_number + 1`,
    sequence_conflicts: `SELECT sequence_key, frame_number, count(*) AS file_count, list(file_path ORDER BY file_path) AS file_paths
      FROM live_files WHERE sequence_key IS NOT NULL AND frame_number IS NOT NULL
      GROUP BY sequence_key, frame_number HAVING count(*) > 1`,
    layers: `SELECT c.file_id, c.file_path, c.part_index, c.view_name, c.layer_name, count(*) AS channel_count,
        list(c.component_name ORDER BY c.channel_name) AS components, list(DISTINCT c.channel_type) AS channel_types
      FROM channels c SEMI JOIN live_files f ON f.file_id = c.file_id GROUP BY ALL`,
    duplicates: `SELECT h.algorithm, h.pixel_hash, count(*) AS file_count, list(h.file_path ORDER BY h.file_path) AS file_paths
      FROM content_hashes h SEMI JOIN live_files f ON f.file_id = h.file_id
      WHERE h.channel_name IS NULL AND h.algorithm <> 'perceptual-64' GROUP BY h.algorithm, h.pixel_hash HAVING count(DISTINCT h.file_id) > 1`,
    latest_run_changes: `SELECT f.file_id, f.file_path, CASE WHEN f.inspection_count = 1 THEN 'inserted' ELSE 'seen again' END AS change
      FROM live_files f SEMI JOIN (SELECT file_id FROM inspections SEMI JOIN
        (SELECT run_id FROM ingest_runs ORDER BY started_at DESC LIMIT 1) r USING (run_id)) i ON i.file_id = f.file_id`,
  },
}

/** Types whose JSON is all that their display form is made from. */
const TYPES = new Set(['timecode', 'keycode', 'rational'])

function displayOf(name: string, type: string, json: string): string | null {
  if (!TYPES.has(type)) return null
  try {
    const fields = Object.entries(JSON.parse(json) as object).map(([key, value]) => [camelCase(key), value])
    return displayValue({ name, type, value: { kind: type, value: Object.fromEntries(fields) } } as HeaderAttribute)
  } catch {
    return null
  }
}

function camelCase(key: string): string {
  return key.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
}
