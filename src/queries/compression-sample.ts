import type { CatalogSql } from '../catalog/catalog.ts'
import { checkWhere, dialectOf } from './dialect.ts'

/**
 * SQL for some live flat files of each compression, chosen by their ids alone: path, compression of the first part, bytes, and how many
 * files of that compression there are with how many bytes. Throws ERR_CATALOG_QUERY for a condition that is not one.
 */
export async function compressionSampleSql({ dialect }: CatalogSql, files: number, where: string): Promise<string> {
  await checkWhere(dialect, where)
  const { frames } = dialectOf(dialect)
  return `SELECT file_path, compression, size_bytes, file_count, total_bytes FROM (
  SELECT file_path, compression, size_bytes, count(*) OVER (PARTITION BY compression) AS file_count,
    CAST(sum(size_bytes) OVER (PARTITION BY compression) AS BIGINT) AS total_bytes,
    row_number() OVER (PARTITION BY compression ORDER BY file_id) AS place
  FROM ${frames} frame WHERE size_bytes > 0 AND compression IS NOT NULL AND NOT is_deep AND (${where}
  )
) chosen WHERE place <= ${files} ORDER BY total_bytes DESC, compression, place`
}
