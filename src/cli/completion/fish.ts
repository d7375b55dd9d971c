import type { CommandModel, FlagModel } from './model.ts'

/** A completion script for fish, for `~/.config/fish/completions/exr-inspector.fish`. */
export function fishCompletion(root: CommandModel): string {
  const lines = [`# fish completion for ${root.name}: ${root.name} completion fish | source`]
  const complete = (condition: string, rest: string) => {
    lines.push(`complete -c ${root.name} -n ${quote(condition)} ${rest}`)
  }
  for (const flag of root.flags) complete('__fish_use_subcommand', flagRest(flag))
  for (const command of root.commands) {
    complete('__fish_use_subcommand', `-f -a ${command.name} -d ${quote(command.summary)}`)
    const inCommand = `__fish_seen_subcommand_from ${command.name}`
    for (const choice of command.choices) complete(inCommand, `-f -a ${choice}`)
    for (const flag of command.flags) complete(inCommand, flagRest(flag))
    const names = command.commands.map((child) => child.name).join(' ')
    for (const child of command.commands) {
      complete(
        `${inCommand}; and not __fish_seen_subcommand_from ${names}`,
        `-f -a ${child.name} -d ${quote(child.summary)}`,
      )
      for (const flag of child.flags) {
        complete(`${inCommand}; and __fish_seen_subcommand_from ${child.name}`, flagRest(flag))
      }
    }
  }
  return `${lines.join('\n')}\n`
}

function flagRest(flag: FlagModel): string {
  const spelled = [flag.short && `-s ${flag.short.slice(1)}`, flag.long && `-l ${flag.long.slice(2)}`]
  const value = !flag.takesValue ? '' : flag.choices.length > 0 ? `-x -a ${quote(flag.choices.join(' '))}` : '-r'
  return [...spelled, value, `-d ${quote(flag.summary)}`].filter((piece) => piece).join(' ')
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}
