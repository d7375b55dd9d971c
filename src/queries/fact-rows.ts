/**
 * A SELECT with a row for each fact (its name and the text it is made by) of every row of a table: the columns, `fact` and
 * `fact_value`. The table is read once, which a UNION over the facts would do once for each in Trino.
 */
export function factRows(columns: string, facts: readonly (readonly [string, string])[], table: string): string {
  const names = facts.map(([fact]) => `('${fact}')`)
  const values = facts.map(([fact, value]) => `WHEN '${fact}' THEN ${value}`)
  return `  SELECT ${columns}, fact, CASE fact\n    ${values.join('\n    ')}\n    END AS fact_value
  FROM ${table} CROSS JOIN (VALUES ${names.join(', ')}) named (fact)`
}
