import type { Command } from 'commander'
import { answerFlags } from '../answer.ts'
import { catalogFlags } from '../catalog-flags.ts'
import type { CliContext } from '../context.ts'
import type { SqlFlags } from './run.ts'

export function configure(command: Command, context: CliContext): void {
  answerFlags(
    catalogFlags(command, 'catalog to ask').argument('<query>', 'one SQL query, or - to read it from standard input'),
  )
    .addHelpText(
      'after',
      `
Only queries that read are run. Tables and views: exr-inspector catalog ddl

  exr-inspector sql "SELECT file_path FROM files WHERE NOT is_complete"
  exr-inspector sql "SELECT width, count(*) FROM frames GROUP BY 1" --format csv
  exr-inspector sql - --format parquet --output attributes.parquet < query.sql`,
    )
    .action(async (query: string, flags: SqlFlags) => {
      const { runSql } = await import('./run.ts')
      await runSql(query, flags, context)
    })
}
