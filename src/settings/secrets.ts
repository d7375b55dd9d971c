import { readdirSync, readFileSync, statSync } from 'node:fs'
import { extname, join } from 'node:path'
import { parse } from 'yaml'

/** Secret values by key, and by secret name and key. All values are text. */
export interface Secrets {
  /** `secrets.get('S3_ACCESS_KEY')`: the first secret that has this key, names ignoring case. */
  get(key: string): string | undefined
  /** `{ 'exr-creds': { S3_ACCESS_KEY: '...' } }`, as the platform's own runtime shows them. */
  readonly bySecret: Readonly<Record<string, Readonly<Record<string, string>>>>
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const LARGEST_SECRET_BYTES = 1024 * 1024

/**
 * Secrets from a mounted folder, in every layout known: `<folder>/<key>`, `<folder>/<secret>/<key>`, and JSON or
 * YAML files holding an object of values or of secrets. Entries whose name starts with `..` are Kubernetes' own and
 * are skipped, and so is what cannot be read. A missing folder gives no secrets. Values are never logged.
 */
export function readSecrets(folder: string): Secrets {
  const bySecret: Record<string, Record<string, string>> = {}
  const put = (secret: string, key: string, value: unknown) => {
    bySecret[secret] = { ...bySecret[secret], [key]: asText(value) }
  }
  for (const name of entries(folder)) {
    const path = join(folder, name)
    if (isFolder(path)) {
      for (const key of entries(path)) readInto(join(path, key), name, key, put)
    } else {
      readInto(path, '', name, put)
    }
  }
  const flat = new Map<string, string>()
  for (const values of Object.values(bySecret)) {
    for (const [key, value] of Object.entries(values)) {
      if (!flat.has(key.toLowerCase())) flat.set(key.toLowerCase(), value)
    }
  }
  return { bySecret, get: (key) => flat.get(key.toLowerCase()) }
}

function readInto(
  path: string,
  secret: string,
  key: string,
  put: (secret: string, key: string, value: unknown) => void,
) {
  const text = readSmall(path)
  if (text === null) return
  const structured = ['.json', '.yaml', '.yml'].includes(extname(key).toLowerCase()) ? parseObject(text) : null
  if (structured === null) {
    put(secret, key, text.replace(/\r?\n$/, ''))
    return
  }
  for (const [name, value] of Object.entries(structured)) {
    if (isObject(value)) for (const [inner, leaf] of Object.entries(value)) put(name, inner, leaf)
    else put(secret, name, value)
  }
}

/** YAML is a superset of JSON, so one parser reads both. */
function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = parse(text)
    return isObject(value) ? value : null
  } catch {
    return null
  }
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => !name.startsWith('..'))
      .toSorted()
  } catch {
    return []
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch {
    return false
  }
}

function readSmall(path: string): string | null {
  try {
    const stat = statSync(path)
    return stat.isFile() && stat.size <= LARGEST_SECRET_BYTES ? readFileSync(path, 'utf8') : null
  } catch {
    return null
  }
}
