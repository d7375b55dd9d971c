/**
 * A SELECT with a row for each fact (its name and the text it is made by) of every row of a table: the columns, `fact` and
 * `fact_value`. The table is read once, which a UNION over the facts would do once for each in Trino.
 */
export function factRows(columns: string, facts: readonly (readonly [string, string])[], table: string): string {
  const names = facts.map(([fact]) => `('${fact}')`)
  return `  SELECT ${columns}, fact, ${oneFact(facts)} AS fact_value
  FROM ${table} CROSS JOIN (VALUES ${names.join(', ')}) named (fact)`
}

/**
 * CTEs `compared` and `changing`: which facts, columns of a table that has a row for each frame, have more than one value in which sequence,
 * unknown being one. Most have not, and what is made of `changing` alone takes memory by what changes, not by the files.
 */
export function changingFacts(facts: readonly (readonly [string, string])[], table: string): string {
  const columns = facts.map(([fact, column]) => {
    const differs = `min(${column}) <> max(${column}) OR count(${column}) NOT IN (0, count(*))`
    return { fact, column, sql: `CASE WHEN ${differs} THEN 'yes' END AS ${column}` }
  })
  return `compared AS (
  SELECT sequence_key, ${columns.map(({ sql }) => sql).join(',\n    ')}
  FROM ${table} GROUP BY sequence_key
), changing AS (
  SELECT sequence_key, fact FROM (
${factRows(
  'sequence_key',
  columns.map(({ fact, column }) => [fact, column] as const),
  'compared',
)}
  ) each_fact WHERE fact_value IS NOT NULL
)`
}

/** The value of the fact that the column `fact` names. */
export function oneFact(facts: readonly (readonly [string, string])[]): string {
  return `CASE fact\n    ${facts.map(([fact, value]) => `WHEN '${fact}' THEN ${value}`).join('\n    ')}\n    END`
}
