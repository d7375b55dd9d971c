#!/usr/bin/env node
import * as nodeModule from 'node:module'
import { nodeProblem } from './node-version.ts'

// Before anything is imported that an old Node cannot even parse.
const { engines } = nodeModule.createRequire(import.meta.url)('#package') as { engines: { node: string } }
const problem = nodeProblem(process.versions.node, engines.node)
if (problem !== null) {
  console.error(`exr-inspector: ${problem} [ERR_FEATURE_UNAVAILABLE]`)
  process.exit(3)
}

// Node's own warnings and those of dependencies are for developers. Threads look at the environment when they start.
if (['', '0', 'false', undefined].includes(process.env['EXR_DEBUG'])) {
  process.removeAllListeners('warning')
  process.env['NODE_NO_WARNINGS'] = '1'
}

// Only Node 22 and later can keep compiled code; it halves the time until the first line of help.
if ('enableCompileCache' in nodeModule) (nodeModule.enableCompileCache as () => void)()

// A reader that has seen enough (`| head`) is no error.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0)
    throw error
  })
}

const [{ createContext }, { run }] = await Promise.all([import('./context.ts'), import('./program.ts')])
process.exitCode = await run(process.argv.slice(2), createContext(process, { ownsProcess: true }))
