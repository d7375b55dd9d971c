/**
 * What is wrong with a version of Node.js, in one sentence; null when it will do. Runs on every version that knows
 * modules, so that an old one says this and not that it cannot parse something.
 * @param version such as `20.11.1`
 * @param engines package.json's `engines.node`, such as `>=20.19`
 */
export function nodeProblem(version: string, engines: string): string | null {
  const [major, minor] = numbers(version)
  const [leastMajor, leastMinor] = numbers(engines)
  if (major > leastMajor || (major === leastMajor && minor >= leastMinor)) return null
  return `needs Node ${leastMajor}.${leastMinor} or newer, and this is Node ${version}: install a newer one from https://nodejs.org`
}

function numbers(text: string): [number, number] {
  const [, major = '0', minor = '0'] = /(\d+)\.(\d+)/.exec(text) ?? []
  return [Number(major), Number(minor)]
}
