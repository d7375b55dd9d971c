import { defineQuery, limit, where } from '../query.ts'

/** Files by the channels they have. */
export const channelComposition = defineQuery({
  name: 'channel-composition',
  title: 'Which files have these channels or layers, and which do not?',
  doc: 'A name stands for a channel (diffuse.R) or for a layer with all its channels (diffuse). Looks at every part.',
  parameters: {
    all: { type: 'list', doc: 'names that must all be there', default: [] },
    any: { type: 'list', doc: 'names of which one must be there', default: [] },
    none: { type: 'list', doc: 'names of which none may be there', default: [] },
    where,
    limit,
  },
  columns: {
    file_path: { type: 'text', doc: 'file' },
    part_count: { type: 'integer', doc: 'parts' },
    channel_count: { type: 'integer', doc: 'channels of all parts' },
    layers: { type: 'text', doc: 'layers, sorted; channels without a layer are left out' },
  },
  sql: ({ all, any, none, where, limit }, { frames, table, joined, literal, literals }) => {
    const named = (names: readonly string[]) =>
      `(channel_name IN ${literals(names)} OR layer_name IN ${literals(names)})`
    const having = [
      ...all.map(
        (name) => `count(*) FILTER (WHERE channel_name = ${literal(name)} OR layer_name = ${literal(name)}) > 0`,
      ),
      ...(any.length > 0 ? [`count(*) FILTER (WHERE ${named(any)}) > 0`] : []),
      ...(none.length > 0 ? [`count(*) FILTER (WHERE ${named(none)}) = 0`] : []),
    ]
    return `WITH chosen AS (
  SELECT file_id, file_path, multipart_count FROM ${frames} frame WHERE (${where}
  )
), counted AS (
  SELECT c.file_id, count(*) AS channel_count
  FROM ${table('channels')} c JOIN chosen ON chosen.file_id = c.file_id
  GROUP BY c.file_id${having.length > 0 ? ` HAVING ${having.join(' AND ')}` : ''}
), layers AS (
  SELECT file_id, ${joined('layer_name')} AS layers FROM (
    SELECT DISTINCT c.file_id, layer_name FROM ${table('channels')} c JOIN counted ON counted.file_id = c.file_id
    WHERE layer_name <> ''
  ) named GROUP BY file_id
)
SELECT chosen.file_path, chosen.multipart_count AS part_count, counted.channel_count, layers.layers
FROM chosen JOIN counted ON counted.file_id = chosen.file_id LEFT JOIN layers ON layers.file_id = chosen.file_id
ORDER BY 1 LIMIT ${limit}`
  },
})
