// How long does the command line take to answer when it has just been started?
import { farmFiles } from './farm.ts'
import { check, cli, type Outcome, type Row, row, timedProgram } from './frame.ts'

const ROUNDS = 25

export async function run(): Promise<Outcome> {
  const file = farmFiles()[0]!
  check(/Commands:/.test(timedProgram(process.execPath, [cli, '--help']).stdout), '--help prints no commands')
  const [payload] = JSON.parse(`[${timedProgram(process.execPath, [cli, 'inspect', file, '--ndjson']).stdout.trim()}]`)
  check(payload.readers.oiio.ok === true, 'inspect did not ask OpenImageIO')
  return {
    input: { rounds: ROUNDS },
    rows: [
      started('node alone', ['-e', '0']),
      started('--version', [cli, '--version']),
      started('--help', [cli, '--help'], { atMost: 120 }),
      started('inspect one file', [cli, 'inspect', file, '--ndjson'], { atMost: 450 }),
    ],
    leavesOut: ['the very first start after boot: program and libraries are in the page cache'],
  }
}

function started(name: string, args: readonly string[], target?: Row['target']): Row {
  const samples = Array.from({ length: ROUNDS + 2 }, () => timedProgram(process.execPath, args).ms)
  return row(name, 'ms', samples.slice(2), 1, target)
}
