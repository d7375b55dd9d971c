import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { openCatalog } from '../../catalog/open.ts'
import { ExrError } from '../../errors.ts'
import type { Config } from '../../settings/config.ts'
import { s3SettingsFrom } from '../../settings/s3.ts'
import type { CliContext } from '../context.ts'
import { plural } from '../format/units.ts'
import { isRemote } from '../open-catalog.ts'
import { type Check, check } from './check.ts'

const PATIENCE_MS = 15_000

/** The catalog and the object store that the settings name, each asked once, side by side. What no setting names is not tried. */
export async function serviceChecks(config: Config, context: CliContext): Promise<Check[]> {
  const store = storeCheck(context)
  return isRemote(config.catalog)
    ? Promise.all([catalogCheck('VAST DataBase', config), store])
    : Promise.all([embeddedCheck(config), store, vastCheck(config)])
}

async function embeddedCheck(config: Config): Promise<Check> {
  const path = config.catalog.replace(/^duckdb:/, '')
  if (existsSync(path)) return catalogCheck('catalog', config)
  const detail = `no ${path} yet; exr-inspector ingest makes it`
  return check({ name: 'catalog', level: 'optional', state: 'unused', detail })
}

async function catalogCheck(name: string, config: Config, level: Check['level'] = 'required'): Promise<Check> {
  const what = { name, level }
  try {
    const info = await inTime(async () => {
      const catalog = await openCatalog(config.catalog, { readOnly: true, migrate: false, vast: config.vast })
      try {
        return await catalog.info()
      } finally {
        await catalog.close()
      }
    })
    const at = { ...what, version: String(info.version) }
    if (info.version === 0) {
      return check({
        ...what,
        state: 'unused',
        detail: `${config.catalog} has no tables yet; exr-inspector ingest makes them`,
      })
    }
    if (info.version < info.latestVersion) {
      const remedy = [`exr-inspector catalog migrate --catalog ${config.catalog}`]
      return check({ ...at, state: 'missing', detail: `${config.catalog} is of an older version`, remedy })
    }
    return check({ ...at, state: 'ok', detail: `${config.catalog}, ${plural(info.rows['files'] ?? 0, 'file')}` })
  } catch (error) {
    // Another process at work is what a catalog is for.
    const isBusy = error instanceof ExrError && error.code === 'ERR_CATALOG_LOCKED'
    return isBusy ? check({ ...what, state: 'ok', detail: `in use: ${error.message}` }) : failed(what, error)
  }
}

/** A database that stands beside an embedded catalog, which is the one that is used. */
async function vastCheck(config: Config): Promise<Check> {
  const { endpoint, accessKey, secretKey, bucket, schema } = config.vast
  const name = 'VAST DataBase'
  const absent =
    endpoint && accessKey && secretKey ? (bucket ? null : 'VAST_DB_BUCKET is') : 'VAST_DB_ENDPOINT and its keys are'
  if (absent === null) return catalogCheck(name, { ...config, catalog: `vast://${bucket}/${schema}` }, 'optional')
  return check({ name, level: 'optional', state: 'unused', detail: `${absent} not set` })
}

async function storeCheck(context: CliContext): Promise<Check> {
  const name = 'S3'
  try {
    const settings = s3SettingsFrom((variable) => context.env[variable])
    if (settings.endpoint === undefined && settings.accessKeyId === undefined && !context.env['AWS_PROFILE']) {
      const detail = 'S3_ENDPOINT and S3_ACCESS_KEY are not set'
      return check({ name, level: 'optional', state: 'unused', detail })
    }
    const [{ connectS3 }, { countBuckets }] = await Promise.all([
      import('../../source/s3-client.ts'),
      import('../../source/s3-check.ts'),
    ])
    const connection = await connectS3(settings)
    try {
      const buckets = await inTime(() => countBuckets(connection))
      const sees = buckets === null ? 'keys are taken' : `shows ${plural(buckets, 'bucket')}`
      return check({ name, level: 'required', state: 'ok', detail: `${connection.name}, ${sees}` })
    } finally {
      connection.close()
    }
  } catch (error) {
    return failed({ name, level: 'required' }, error)
  }
}

/** The message of an error of ours says what to do as well. */
function failed(what: Pick<Check, 'name' | 'level'>, error: unknown): Check {
  const code = error instanceof ExrError ? ` [${error.code}]` : ''
  return check({ ...what, state: 'missing', detail: `${(error as Error).message}${code}` })
}

/** Nobody waits long for a doctor. */
async function inTime<T>(ask: () => Promise<T>): Promise<T> {
  const over = new AbortController()
  const late = sleep(PATIENCE_MS, undefined, { signal: over.signal, ref: true }).then(
    () => {
      throw new ExrError('ERR_SOURCE_UNAVAILABLE', `No answer within ${PATIENCE_MS / 1000} s. Check the endpoint.`)
    },
    () => new Promise<never>(() => {}),
  )
  try {
    return await Promise.race([ask(), late])
  } finally {
    over.abort()
  }
}
