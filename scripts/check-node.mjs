/** Ends with one sentence where Node is older than package.json asks, before anything fails in a way nobody understands. */
import { readFileSync } from 'node:fs'

const { engines } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
const [major, minor] = process.versions.node.split('.').map(Number)
const [leastMajor, leastMinor] = engines.node.match(/\d+/g).map(Number)
if (major < leastMajor || (major === leastMajor && minor < leastMinor)) {
  console.error(
    `exr-inspector needs Node ${leastMajor}.${leastMinor} or newer, and this is Node ${process.versions.node}.`,
  )
  process.exitCode = 1
}
