import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { WindowFacts } from '../../inspect/payload.ts'
import type { PolicyFacts, ValidationReport } from '../../policy/index.ts'
import type { ReportPicture } from '../../policy/reports/html.ts'
import { s3SettingsFrom } from '../../settings/s3.ts'
import { openPixelPool } from '../../tasks/pixel-pool.ts'
import type { CliContext } from '../context.ts'

/** Files that get a picture, those named first; a page of more is slow to open. */
const MOST = 300
/** Longer side, in pixels. */
const SIZE = 320

/** Display windows by file and part, kept while files are judged: where a box lies in a picture. */
export class Windows {
  readonly #windows = new Map<string, readonly (WindowFacts | null)[]>()

  add({ path, payload }: PolicyFacts): void {
    if (payload !== null)
      this.#windows.set(
        path,
        payload.parts.map(({ display_window }) => display_window),
      )
  }

  of(path: string, part: number): WindowFacts | null {
    return this.#windows.get(path)?.[part] ?? null
  }
}

/** Small pictures of files that fail, by path. A file that cannot be shown has none. */
export async function picturesOf(
  { findings }: ValidationReport,
  windows: Windows,
  jobs: number | undefined,
  context: CliContext,
): Promise<Map<string, ReportPicture>> {
  const failing = new Set(findings.filter(({ state }) => state === 'fail').map(({ path }) => path))
  const folder = mkdtempSync(join(tmpdir(), 'exr-inspector-report-'))
  const pool = openPixelPool({ ...(jobs !== undefined && { jobs }), s3: s3SettingsFrom((name) => context.env[name]) })
  const pictures = new Map<string, ReportPicture>()
  try {
    const asked = [...failing].slice(0, MOST).map(async (path, at) => {
      const output = join(folder, `${at}.jpg`)
      const options = { size: SIZE, background: [128, 128, 128] } as const
      const { facts } = await pool.ask({ kind: 'thumbnail', location: path, options, output })
      const window = windows.of(path, facts.part_index)
      if (window === null) return
      const { min, max } = window
      pictures.set(path, {
        url: `data:image/jpeg;base64,${readFileSync(output).toString('base64')}`,
        width: max.x - min.x + 1,
        height: max.y - min.y + 1,
        originX: min.x,
        originY: min.y,
      })
    })
    await Promise.allSettled(asked)
  } finally {
    await pool.close()
    rmSync(folder, { recursive: true, force: true })
  }
  return pictures
}
