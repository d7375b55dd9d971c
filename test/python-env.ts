import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from './paths.ts'

const cache = join(projectRoot, '.cache')

/**
 * A Python with the given packages, in a virtual environment of its own under `.cache`, made when it is first asked
 * for. Null where Python or the package index is out of reach; says so, because tests are then skipped.
 */
export function pythonWith(...requirements: readonly string[]): string | null {
  const name = createHash('sha256').update(requirements.join('\n')).digest('hex').slice(0, 12)
  const folder = join(cache, `python-${name}`)
  const python = join(folder, 'bin/python')
  if (existsSync(python)) return python
  mkdirSync(cache, { recursive: true })
  const lock = `${folder}.lock`
  if (!takeLock(lock, () => existsSync(python))) return python
  const making = mkdtempSync(join(cache, 'python-making-'))
  try {
    const options = { stdio: 'pipe', timeout: 300_000 } as const
    execFileSync('python3', ['-m', 'venv', making], options)
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--retries', '1', '--timeout', '15']
    execFileSync(join(making, 'bin/python'), [...pip, ...requirements], options)
    if (!existsSync(folder)) renameSync(making, folder)
    return python
  } catch (error) {
    const detail = error instanceof Error ? error.message.split('\n')[0] : String(error)
    console.warn(`SKIPPED: tests that need Python with ${requirements.join(', ')}: ${detail}`)
    return null
  } finally {
    rmSync(making, { recursive: true, force: true })
    rmSync(lock, { recursive: true, force: true })
  }
}

/**
 * True when this process is the one to make the environment; false once another has made it. Test files run in
 * processes of their own, and several installations at once take longer than one may.
 */
function takeLock(lock: string, isMade: () => boolean): boolean {
  for (let waitedMs = 0; !isMade(); waitedMs += 500) {
    try {
      mkdirSync(lock)
      return !isMade() || releaseLock(lock)
    } catch {
      // A process that was killed leaves its lock behind.
      if (waitedMs > 700_000) rmSync(lock, { recursive: true, force: true })
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500)
    }
  }
  return false
}

function releaseLock(lock: string): false {
  rmSync(lock, { recursive: true, force: true })
  return false
}

/** Standard output of a script, given text on standard input. Throws with the script's own message when it fails. */
export function runPython(python: string, script: string, input: string | Uint8Array): string {
  const { status, stdout, stderr } = spawnSync(python, ['-c', script], { input, maxBuffer: 2 ** 28 })
  if (status !== 0) throw new Error(`Python failed: ${stderr.toString('utf8')}`)
  return stdout.toString('utf8')
}
