import { execFileSync } from 'node:child_process'
import { copyFileSync, cpSync, existsSync, mkdtempSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot as root } from '../paths.ts'

/** True where the addon can be built: the faulty one is another target of the same build. */
export const canBuildFaults =
  existsSync(join(root, 'build', 'addon', 'CMakeCache.txt')) && existsSync(join(root, 'dist'))

/**
 * A copy of this package whose addon crashes on demand: EXR_INSPECTOR_FAULT=`crash:text` for files with that text in
 * their path. Returns its folder, which is inside `parent`.
 */
export function makeFaultyPackage(parent: string): string {
  const build = join(root, 'build', 'addon')
  execFileSync('cmake', ['--build', build, '--target', 'exr_inspector_faults'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const folder = mkdtempSync(join(parent, 'package-'))
  copyFileSync(join(root, 'package.json'), join(folder, 'package.json'))
  cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  const addons = join(folder, 'build', 'Release')
  cpSync(join(root, 'build', 'Release'), addons, { recursive: true })
  copyFileSync(join(build, 'Release', 'exr_inspector_faults.node'), join(addons, 'exr_inspector.node'))
  return folder
}
