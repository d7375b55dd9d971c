import { type CommandModel, type FlagModel, spellings } from './model.ts'

/** A completion script for zsh, for a directory of `$fpath` as `_exr-inspector` or to be sourced after `compinit`. */
export function zshCompletion(root: CommandModel): string {
  return `#compdef ${root.name}
# zsh completion for ${root.name}: source <(${root.name} completion zsh)
_exr-inspector() {
  local context state state_descr line curcontext="$curcontext"
  typeset -A opt_args
  _arguments -C ${root.flags.map(flagSpec).join(' ')} '1:command:->command' '*::argument:->argument'
  case $state in
    command)
      local -a commands=(
${root.commands.map((command) => `        ${quote(`${command.name}:${command.summary}`)}`).join('\n')}
      )
      _describe command commands
      ;;
    argument)
      case $words[1] in
${root.commands.map(commandCase).join('\n')}
      esac
      ;;
  esac
}
if [ "$funcstack[1]" = _exr-inspector ]; then
  _exr-inspector "$@"
else
  compdef _exr-inspector ${root.name}
fi
`
}

function commandCase(command: CommandModel): string {
  const specs = command.flags.map(flagSpec)
  const values = [...command.commands.map((child) => child.name), ...command.choices]
  const operand = values.length > 0 ? `'1:${command.name}:(${values.join(' ')})'` : ''
  const children = command.commands.flatMap((child) => child.flags.map(flagSpec))
  const all = [...new Set([...specs, ...children]), operand, "'*:file:_files'"].filter((spec) => spec !== '')
  return `        ${command.name})\n          _arguments ${all.join(' \\\n            ')}\n          ;;`
}

function flagSpec(flag: FlagModel): string {
  const both = spellings(flag)
  const value = flag.takesValue ? `:value:${flag.choices.length > 0 ? `(${flag.choices.join(' ')})` : '_files'}` : ''
  const text = `[${flag.summary.replace(/[[\]:]/g, (char) => `\\${char}`)}]${value}`
  if (both.length === 1) return quote(`${both[0]}${text}`)
  return `'(${both.join(' ')})'{${both.join(',')}}${quote(text)}`
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
