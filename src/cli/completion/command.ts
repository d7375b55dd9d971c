import { Argument, type Command } from 'commander'
import type { CliContext } from '../context.ts'
import { bashCompletion } from './bash.ts'
import { fishCompletion } from './fish.ts'
import { commandModel } from './model.ts'
import { zshCompletion } from './zsh.ts'

const SHELLS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const

export function configure(command: Command, context: CliContext, wholeTree: () => Promise<Command>): void {
  command
    .addArgument(new Argument('<shell>', 'the shell that will complete').choices(Object.keys(SHELLS)))
    .addHelpText(
      'after',
      `
  bash   source <(exr-inspector completion bash)   in ~/.bashrc
  zsh    source <(exr-inspector completion zsh)    in ~/.zshrc, after compinit
  fish   exr-inspector completion fish | source    in ~/.config/fish/config.fish`,
    )
    .action(async (shell: keyof typeof SHELLS) => {
      await context.printData(SHELLS[shell](commandModel(await wholeTree())))
    })
}
