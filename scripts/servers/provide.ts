import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What programs for tests are kept in; no part of the repository. */
export const CACHE = fileURLToPath(new URL('../../.cache/', import.meta.url))

/**
 * A file of a program that is kept in `.cache`, installed when it is first asked for. Null, with the reason printed, where
 * it cannot be had.
 */
export function provide(name: string, program: string, install: () => void): string | null {
  if (existsSync(program)) return program
  try {
    console.warn(`Installing ${name} into .cache, once.`)
    install()
    return program
  } catch (error) {
    const [reason] = (error instanceof Error ? error.message : String(error)).split('\n')
    console.warn(`SKIPPED: no ${name} here (${reason}).`)
    return null
  }
}

/** Makes a folder beside its place and moves it there, so that an interrupted installation never looks finished. */
export function makeFolder(folder: string, make: (making: string) => void): void {
  const making = `${folder}-${process.pid}`
  mkdirSync(dirname(folder), { recursive: true })
  try {
    make(making)
    // Another process may have been faster.
    if (!existsSync(folder)) renameSync(making, folder)
  } finally {
    rmSync(making, { recursive: true, force: true })
  }
}

/** A virtual environment with packages from PyPI. */
export function makePython(folder: string, ...requirements: readonly string[]): void {
  makeFolder(folder, (making) => {
    execFileSync('python3', ['-m', 'venv', making], { stdio: 'ignore' })
    execFileSync(join(making, 'bin/python'), ['-m', 'pip', 'install', '--quiet', ...requirements], { stdio: 'ignore' })
  })
}
