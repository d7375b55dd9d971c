import { type CommandModel, type FlagModel, spellings } from './model.ts'

/** A completion script for bash 4 or later; needs neither bash-completion nor this program while completing. */
export function bashCompletion(root: CommandModel): string {
  const commands = root.commands.map((command) => `    ${command.name}) ${commandCase(command)} ;;`)
  return `# bash completion for ${root.name}: source <(${root.name} completion bash)
_exr_inspector() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]}
  local command= subcommand= word flags= words= index
  for ((index = 1; index < COMP_CWORD; index++)); do
    word=\${COMP_WORDS[index]}
    [[ $word == -* ]] && continue
    if [[ -z $command ]]; then command=$word; elif [[ -z $subcommand ]]; then subcommand=$word; fi
  done
  COMPREPLY=()
  case $command in
    '') flags='${flagWords(root.flags)}' words='${words(root)}' ;;
${commands.join('\n')}
    help) words='${words(root)}' ;;
  esac
  case "$command $subcommand" in
${subcommandCases(root).join('\n')}
  esac
  case "$command $previous" in
${valueCases(root).join('\n')}
  esac
  if [[ $current == -* ]]; then
    COMPREPLY=($(compgen -W "$flags" -- "$current"))
  elif [[ -n $words && -z $subcommand ]]; then
    COMPREPLY=($(compgen -W "$words" -- "$current"))
  fi
}
complete -o default -F _exr_inspector ${root.name}
`
}

function commandCase(command: CommandModel): string {
  return `flags='${flagWords(command.flags)}' words='${words(command)}'`
}

function subcommandCases(root: CommandModel): string[] {
  return root.commands.flatMap((command) =>
    command.commands.map((child) => `    '${command.name} ${child.name}') flags='${flagWords(child.flags)}' words= ;;`),
  )
}

/** Flags with a value: its choices, or file names. */
function valueCases(root: CommandModel): string[] {
  const cases: string[] = []
  const add = (name: string, flags: readonly FlagModel[]) => {
    for (const flag of flags.filter((candidate) => candidate.takesValue)) {
      const patterns = spellings(flag).map((spelling) => `'${name} ${spelling}'`)
      const reply =
        flag.choices.length > 0 ? `COMPREPLY=($(compgen -W '${flag.choices.join(' ')}' -- "$current"))` : ':'
      cases.push(`    ${patterns.join(' | ')}) ${reply}; return ;;`)
    }
  }
  for (const command of root.commands) {
    add(command.name, [...command.flags, ...command.commands.flatMap((child) => child.flags)])
  }
  return [...new Set(cases)]
}

function flagWords(flags: readonly FlagModel[]): string {
  return flags.flatMap(spellings).join(' ')
}

function words(command: CommandModel): string {
  return [...command.commands.map((child) => child.name), ...command.choices].join(' ')
}
