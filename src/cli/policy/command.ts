import type { Command } from 'commander'
import type { CliContext } from '../context.ts'

export function configure(command: Command, context: CliContext): void {
  const load = () => import('./run.ts')
  command
    .command('list')
    .description('built-in policies')
    .option('--json', 'print JSON')
    .action(async (flags: { json?: true }) => (await load()).listPolicies(flags, context))
  command
    .command('rules')
    .description('every rule: what must hold, its severity and what it needs to read')
    .option('-p, --policy <name|file>', 'only the rules of a policy, with its severities')
    .option('--json', 'print JSON')
    .action(async (flags: { policy?: string; json?: true }) => (await load()).listRules(flags, context))
  command
    .command('explain <rule>')
    .description('one rule: reason, source, options, remedy')
    .option('-p, --policy <name|file>', 'as a policy sets it; also rules of its own')
    .option('--json', 'print JSON')
    .action(async (rule: string, flags: { policy?: string; json?: true }) =>
      (await load()).explainRule(rule, flags, context),
    )
  command
    .command('lint <file...>')
    .description('check policies without judging anything')
    .option('--json', 'print JSON')
    .action(async (files: string[], flags: { json?: true }) => (await load()).lintPolicies(files, flags, context))
  command
    .command('init')
    .description('write a policy from files that are good')
    .requiredOption('--from <file...>', 'files to learn from')
    .option('-o, --output <file>', 'where to write it; standard output otherwise')
    .action(async (flags: { from: string[]; output?: string }) => (await load()).initPolicy(flags, context))
  command
    .command('test <file...>')
    .description('run the cases beside a policy: <policy>.cases.yaml with files and the rules that must fail')
    .action(async (files: string[]) => (await load()).testPolicies(files, context))
  command
    .command('schema')
    .description('print the JSON Schema of policies, for editors')
    .action(async () => (await load()).printSchema(context))
}
