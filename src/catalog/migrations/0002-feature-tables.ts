import type { Migration } from './migration.ts'

/** What statistics, deep analytics, hashing and validation fill. Frozen: later changes are later migrations. */
export const featureTables: Migration = {
  version: 2,
  name: 'tables of pixel statistics, hashes and validation',
  up: [
    `CREATE TABLE channel_stats (
      file_id VARCHAR NOT NULL,
      file_path VARCHAR NOT NULL,
      part_index INTEGER NOT NULL,
      channel_name VARCHAR NOT NULL,
      min DOUBLE,
      max DOUBLE,
      mean DOUBLE,
      stddev DOUBLE,
      nan_count BIGINT,
      inf_count BIGINT,
      finite_count BIGINT,
      zero_count BIGINT,
      negative_count BIGINT,
      percentiles VARCHAR,
      histogram VARCHAR,
      sampling VARCHAR,
      computed_at TIMESTAMPTZ
    )`,
    `CREATE TABLE deep_stats (
      file_id VARCHAR NOT NULL,
      file_path VARCHAR NOT NULL,
      part_index INTEGER NOT NULL,
      sample_count BIGINT,
      empty_pixels BIGINT,
      max_samples BIGINT,
      mean_samples DOUBLE,
      depth_min DOUBLE,
      depth_max DOUBLE,
      histogram VARCHAR,
      is_tidy BOOLEAN,
      is_sorted BOOLEAN,
      computed_at TIMESTAMPTZ
    )`,
    `CREATE TABLE content_hashes (
      file_id VARCHAR NOT NULL,
      file_path VARCHAR NOT NULL,
      part_index INTEGER NOT NULL,
      channel_name VARCHAR,
      algorithm VARCHAR NOT NULL,
      pixel_hash VARCHAR NOT NULL,
      computed_at TIMESTAMPTZ
    )`,
    `CREATE TABLE validation_results (
      file_id VARCHAR NOT NULL,
      file_path VARCHAR NOT NULL,
      rule VARCHAR NOT NULL,
      part_index INTEGER,
      state VARCHAR NOT NULL,
      severity VARCHAR,
      message VARCHAR,
      policy VARCHAR,
      policy_version VARCHAR,
      validated_at TIMESTAMPTZ
    )`,
  ],
  down: [
    'DROP TABLE validation_results',
    'DROP TABLE content_hashes',
    'DROP TABLE deep_stats',
    'DROP TABLE channel_stats',
  ],
}
