/**
 * npm's install step. Builds the native addon where that is possible. Where it is not, the package installs all the
 * same: the header codec describes files alone, and this says what was left out and how to add it.
 */
import { buildAddon, installHint, missingForBuild } from './build-addon.mjs'

try {
  const missing = missingForBuild()
  if (missing.length > 0) leaveOut(`this machine lacks ${missing.join('; ')}`)
  else buildAddon()
} catch (error) {
  leaveOut(`its build failed: ${error.message}`)
}

function leaveOut(reason) {
  console.warn(`exr-inspector: installed without its native addon, for ${reason}
  Headers are read all the same; OpenImageIO's view of a file and everything about pixels are left out.
  To add it: ${installHint()}
  then: npm rebuild exr-inspector
  npx exr-inspector doctor shows what is there.`)
}
