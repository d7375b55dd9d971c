import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { tempDir } from '../helpers.ts'
import { runCli } from './run-cli.ts'

/** What bash offers after `line`, as it does when Tab is pressed there. */
function bashOffers(script: string, line: string): string[] {
  const words = line.split(' ')
  const run = `${script}
COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')})
COMP_CWORD=${words.length - 1}
_exr_inspector
printf '%s\\n' "\${COMPREPLY[@]}"`
  const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', run], { encoding: 'utf8' })
  expect(stderr).toBe('')
  return stdout.trimEnd().split('\n').filter(Boolean)
}

const hasShell = (name: string) => spawnSync(name, ['--version']).status === 0

describe('completion', async () => {
  const bash = (await runCli(['completion', 'bash'])).stdout

  it.each([
    ['exr-inspector in', ['inspect', 'ingest']],
    ['exr-inspector --v', ['--version']],
    ['exr-inspector ingest --fo', ['--follow', '--force', '--fold-case']],
    ['exr-inspector sql --format ', ['table', 'json', 'ndjson', 'csv', 'parquet', 'arrow']],
    ['exr-inspector sql --format n', ['ndjson']],
    ['exr-inspector catalog ', ['info', 'verify', 'value', 'migrate', 'merge', 'compact', 'ddl']],
    ['exr-inspector catalog ddl --di', ['--dialect']],
    ['exr-inspector catalog ddl --dialect t', ['trino']],
    ['exr-inspector completion z', ['zsh']],
    ['exr-inspector help do', ['doctor']],
  ])('offers in bash after `%s`: %j', (line, expected) => {
    expect(bashOffers(bash, line).toSorted()).toEqual(expected.toSorted())
  })

  it.each(['exr-inspector inspect ', 'exr-inspector ingest --catalog ', 'exr-inspector catalog info x '])(
    'leaves file names to bash after `%s`',
    (line) => {
      expect(bashOffers(bash, line)).toEqual([])
    },
  )

  for (const shell of ['zsh', 'fish'])
    if (!hasShell(shell)) console.warn(`SKIPPED: no ${shell} here to try its completion script.`)

  it.runIf(hasShell('zsh'))('is valid zsh', async () => {
    const { stdout } = await runCli(['completion', 'zsh'])
    expect(spawnSync('zsh', ['-n'], { input: stdout, encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' })
  })

  it.runIf(hasShell('fish'))('completes in fish', async () => {
    const script = join(tempDir(), 'exr-inspector.fish')
    writeFileSync(script, (await runCli(['completion', 'fish'])).stdout)
    const ask = (line: string) =>
      spawnSync('fish', ['--no-config', '-c', `source ${script}; complete -C '${line}'`], { encoding: 'utf8' })
        .stdout.trimEnd()
        .split('\n')
        .map((offer) => offer.split('\t')[0])
    expect(ask('exr-inspector sql --format ')).toEqual(['arrow', 'csv', 'json', 'ndjson', 'parquet', 'table'])
    expect(ask('exr-inspector catalog ')).toEqual(['compact', 'ddl', 'info', 'merge', 'migrate', 'value', 'verify'])
  })
})
