import { readFileSync } from 'node:fs'
import { PassThrough } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { type CommandModel, commandModel, spellings } from '../../src/cli/completion/model.ts'
import { createContext } from '../../src/cli/context.ts'
import { EXIT } from '../../src/cli/exit-codes.ts'
import { createProgram } from '../../src/cli/program.ts'

const reference = readFileSync(fileURLToPath(new URL('../../docs/reference/cli.md', import.meta.url)), 'utf8')

/** The part of the reference below a heading. */
function section(name: string): string {
  const start = reference.indexOf(`\n## ${name}\n`)
  expect(start, `a section ${name}`).toBeGreaterThan(-1)
  const end = reference.indexOf('\n## ', start + 1)
  return reference.slice(start, end === -1 ? undefined : end)
}

function flagsOf(command: CommandModel): string[] {
  const own = command.flags.flatMap(spellings).filter((flag) => flag !== '--help' && flag !== '-h')
  return [...own, ...command.commands.flatMap(flagsOf)]
}

describe('the reference of the command line', async () => {
  const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough(), env: {} }
  const root = commandModel(await createProgram(createContext(streams)))

  it.each(root.commands.map((command) => [command.name, command] as const))(
    'lists every flag of %s',
    (name, command) => {
      const text = section(name)
      const missing = flagsOf(command).filter((flag) => !new RegExp(`\`${flag}[\` ]`).test(text))
      expect(missing).toEqual([])
      for (const child of command.commands) expect(text).toContain(`\`${name} ${child.name}\``)
    },
  )

  it.each(root.commands.map((command) => [command.name, command] as const))(
    'lists no flag that %s lacks',
    (name, command) => {
      const known = new Set([...flagsOf(command), ...flagsOf(root)])
      const told = [...section(name).matchAll(/^\| (?:.* )?`(-[^ `]+)/gm)].map((match) => match[1] ?? '')
      expect(told.filter((flag) => !known.has(flag))).toEqual([])
    },
  )

  it('lists every exit code', () => {
    const text = section('Exit codes')
    for (const code of Object.values(EXIT)) expect(text).toMatch(new RegExp(`\\b${code}\\b`))
  })
})
