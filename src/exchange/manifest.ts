import { createHash, hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { throwIfAborted } from '../catalog/abort.ts'
import { CATALOG_VERSION } from '../catalog/migrations/index.ts'
import { ExrError } from '../errors.ts'

/** How the rows of an export are written. */
export const EXPORT_FORMATS = ['parquet', 'arrow', 'csv'] as const

/** One of them. */
export type ExportFormat = (typeof EXPORT_FORMATS)[number]

/** A file of an export. */
export interface ExportedFile {
  /** Below the export's folder, with slashes. */
  readonly path: string
  readonly bytes: number
  /** SHA-256, hex. */
  readonly sha256: string
}

/** A table of an export. */
export interface ExportedTable {
  readonly name: string
  readonly rows: number
  /** Sum of the digests of its rows, as the catalog makes them; null where rows have none. */
  readonly digest: string | null
  readonly columns: readonly string[]
  readonly files: readonly ExportedFile[]
}

/** What an export holds. It is written last: an export without one was cut short. */
export interface ExportManifest {
  readonly kind: typeof KIND
  readonly format: ExportFormat
  /** Version of the catalog's schema. */
  readonly schema_version: number
  readonly tool_version: string
  readonly exported_at: string
  /** The catalog it was made from. */
  readonly catalog: string
  readonly partition_by: readonly string[]
  readonly template: string | null
  readonly tables: readonly ExportedTable[]
}

export const KIND = 'exr-inspector export 1'
const NAME = 'manifest.json'
/** There while an export is being made. */
const MARKER = '_incomplete'

/** Says that the folder's export is not finished. */
export async function beginExport(folder: string): Promise<void> {
  const file = await open(join(folder, MARKER), 'w')
  await file.close()
}

/** Whether an earlier export into the folder was cut short, so that what it left may go. */
export async function wasCutShort(folder: string): Promise<boolean> {
  return stat(join(folder, MARKER)).then(
    () => true,
    () => false,
  )
}

/** Writes the manifest, safely on disk, and takes the mark of an unfinished export away. */
export async function finishExport(folder: string, manifest: ExportManifest): Promise<void> {
  const path = join(folder, NAME)
  const text = `${JSON.stringify({ ...manifest, digest: digestOf(manifest) }, null, 2)}\n`
  const file = await open(`${path}.part`, 'w')
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(`${path}.part`, path)
  await rm(join(folder, MARKER), { force: true })
}

/** Throws ERR_EXPORT_INVALID where there is no whole manifest, and ERR_CATALOG_NEWER for one of a later release. */
export async function readManifest(folder: string): Promise<ExportManifest> {
  const path = join(folder, NAME)
  const text = await readFile(path, 'utf8').catch(async (cause: NodeJS.ErrnoException) => {
    const found = (await wasCutShort(folder))
      ? 'it was cut short, or is still being made'
      : `there is no ${NAME} (${cause.code})`
    throw invalidExport(folder, `${found}. Export again`, cause)
  })
  const { digest, ...manifest } = parsed(text)
  if (manifest.kind !== KIND) throw invalidExport(folder, `${NAME} is not of an export of this program`)
  if (digest !== digestOf(manifest)) throw invalidExport(folder, `${NAME} was changed or cut off. Export again`)
  if (manifest.schema_version > CATALOG_VERSION) {
    throw new ExrError(
      'ERR_CATALOG_NEWER',
      `The export ${folder} has schema version ${manifest.schema_version}, and this release knows versions up to ` +
        `${CATALOG_VERSION}. Import it with exr-inspector ${manifest.tool_version} or later.`,
      { details: { path: folder } },
    )
  }
  return manifest
}

/** Reads every file of an export. Throws ERR_EXPORT_INVALID for one that is missing, cut off or another. */
export async function checkFiles(
  folder: string,
  { tables }: ExportManifest,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const file of tables.flatMap(({ files }) => files)) {
    throwIfAborted(signal)
    const path = join(folder, file.path)
    const found = await describeFile(folder, file.path).catch((cause: Error) => {
      throw invalidExport(folder, `${file.path} cannot be read: ${cause.message}`, cause)
    })
    if (found.bytes !== file.bytes) {
      throw invalidExport(folder, `${file.path} has ${found.bytes} bytes and should have ${file.bytes}`, null, path)
    }
    if (found.sha256 !== file.sha256) throw invalidExport(folder, `${file.path} is not what was exported`, null, path)
  }
}

/** Size and digest of a file of an export. */
export async function describeFile(folder: string, path: string): Promise<ExportedFile> {
  const sum = createHash('sha256')
  let bytes = 0
  for await (const piece of createReadStream(join(folder, path))) {
    sum.update(piece as Buffer)
    bytes += (piece as Buffer).length
  }
  return { path, bytes, sha256: sum.digest('hex') }
}

/** ERR_EXPORT_INVALID: an export that is not what it should be. */
export function invalidExport(folder: string, found: string, cause?: unknown, path = folder): ExrError {
  return new ExrError('ERR_EXPORT_INVALID', `Cannot use the export ${folder}: ${found}. Nothing was imported.`, {
    ...(cause ? { cause } : {}),
    details: { path },
  })
}

function parsed(text: string): ExportManifest & { readonly digest?: string } {
  try {
    return JSON.parse(text) as ExportManifest
  } catch {
    return {} as ExportManifest
  }
}

function digestOf(manifest: ExportManifest): string {
  return hash('sha256', JSON.stringify(manifest), 'hex')
}
