import type { Command, Option } from 'commander'

/** What a shell needs to know of one flag. */
export interface FlagModel {
  readonly long: string | null
  readonly short: string | null
  readonly summary: string
  readonly takesValue: boolean
  /** The only values allowed; empty when any value is. */
  readonly choices: readonly string[]
}

/** What a shell needs to know of a command. */
export interface CommandModel {
  readonly name: string
  readonly summary: string
  readonly flags: readonly FlagModel[]
  readonly commands: readonly CommandModel[]
  /** The only values its first argument may have; empty when it names files or anything else. */
  readonly choices: readonly string[]
}

/** The command tree as plain data: all a completion script is made from. */
export function commandModel(command: Command): CommandModel {
  const help = command.createHelp()
  return {
    name: command.name(),
    summary: command.description(),
    flags: help.visibleOptions(command).map(flagModel),
    commands: help
      .visibleCommands(command)
      .filter((child) => child.name() !== 'help')
      .map(commandModel),
    choices: command.registeredArguments[0]?.argChoices ?? [],
  }
}

function flagModel(option: Option): FlagModel {
  return {
    long: option.long ?? null,
    short: option.short ?? null,
    summary: option.description,
    takesValue: option.required || option.optional,
    choices: option.argChoices ?? [],
  }
}

/** Both spellings of a flag, the long one first. */
export function spellings(flag: FlagModel): string[] {
  return [flag.long, flag.short].filter((spelling) => spelling !== null)
}
