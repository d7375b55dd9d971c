import { numberOf } from '../../tables/index.ts'
import type { Migration } from './migration.ts'

/** Earlier releases called a frame missing that is there and cannot be read. Frozen: later changes are later migrations. */
export const unreadableFrames: Migration = {
  version: 13,
  name: 'unreadable frames are not missing, numbers of texts',
  backfill: [
    {
      table: 'attributes',
      reads: ['attr_type', 'value_text'],
      writes: ['value_int', 'value_float'],
      values: ([type, text]) => {
        if (type !== 'string' || typeof text !== 'string') return null
        const { int, float } = numberOf(text)
        return int === null && float === null ? null : [int === null ? null : BigInt(int), float]
      },
    },
  ],
  views: {
    unreadable_frames: `SELECT s.sequence_key, try_cast(substr(e.file_path, length(s.prefix) + 1,
          length(e.file_path) - length(s.prefix) - length(s.suffix)) AS INTEGER) AS frame_number,
        e.file_path, e.code, e.message, e.last_seen
      FROM (SELECT DISTINCT sequence_key, regexp_extract(sequence_key, '^.*/') AS folder,
          regexp_replace(sequence_key, '#+[^#]*$', '') AS prefix, regexp_extract(sequence_key, '[^#]*$') AS suffix
        FROM live_files WHERE sequence_key IS NOT NULL) s
      JOIN (SELECT *, regexp_extract(file_path, '^.*/') AS folder FROM ingest_errors) e ON e.folder = s.folder
        AND starts_with(e.file_path, s.prefix) AND ends_with(e.file_path, s.suffix)
        AND regexp_full_match(substr(e.file_path, length(s.prefix) + 1,
          length(e.file_path) - length(s.prefix) - length(s.suffix)), '-?[0-9]{1,9}')
      LEFT JOIN live_files l ON l.file_path = e.file_path
      WHERE l.file_path IS NULL OR l.last_inspected < e.last_seen`,
    sequences: `SELECT sequence_key, count(DISTINCT frame_number) FILTER (is_there) AS frame_count,
        min(frame_number) AS first_frame, max(frame_number) AS last_frame,
        max(frame_number)::BIGINT - min(frame_number) + 1 - count(DISTINCT frame_number) AS missing_count,
        count(DISTINCT frame_number) FILTER (NOT is_there) AS unreadable_count,
        count(*) FILTER (is_complete) AS complete_count, count(*) FILTER (NOT is_complete) AS incomplete_count,
        sum(size_bytes)::BIGINT AS size_bytes
      FROM (SELECT sequence_key, frame_number, true AS is_there, is_complete, size_bytes FROM live_files
        WHERE sequence_key IS NOT NULL AND frame_number IS NOT NULL
        UNION ALL SELECT sequence_key, frame_number, false, NULL, NULL FROM unreadable_frames)
      GROUP BY sequence_key`,
    missing_frames: `SELECT sequence_key, frame_number + 1 AS first_missing, next_frame - 1 AS last_missing,
        next_frame - frame_number - 1 AS missing_count
      FROM (SELECT sequence_key, frame_number,
          lead(frame_number) OVER (PARTITION BY sequence_key ORDER BY frame_number) AS next_frame
        FROM (SELECT sequence_key, frame_number FROM live_files
          WHERE sequence_key IS NOT NULL AND frame_number IS NOT NULL
          UNION SELECT sequence_key, frame_number FROM unreadable_frames))
      WHERE next_frame > frame_number + 1`,
  },
}
