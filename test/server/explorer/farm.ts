import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openCatalog } from '../../../src/catalog/open.ts'
import { ingest } from '../../../src/ingest/ingest.ts'
import type { OwnPolicy } from '../../../src/server/explorer/context.ts'
import { createExplorer, type Explorer } from '../../../src/server/explorer/explorer.ts'
import { rawExr } from '../../pixels/raw-exr.ts'

/** The planted value that is not a number: frame 1003 of the beauty, at this pixel of its red channel. */
export const NAN_AT = { x: 5, y: 9 } as const

/** What every pixel of the farm holds. */
export function sampleAt(frame: number, channel: string, x: number, y: number): number {
  if (frame === 1003 && channel === 'R' && x === NAN_AT.x && y === NAN_AT.y) return Number.NaN
  const base = { R: 0.25, G: 0.5, B: 0.125, Z: 1000 }[channel] ?? 0
  return Math.fround(base + x / 128 + y / 256)
}

/**
 * A shot of frames 1001 to 1006 without 1004, the last of which is cut short; a depth frame; a name that is HTML and
 * turns text around; and a file that is none. Beside them a catalog of it all.
 */
export async function makeFarm(root: string): Promise<string> {
  const shot = join(root, 'show', 'sh010')
  mkdirSync(shot, { recursive: true })
  for (const frame of [1001, 1002, 1003, 1005, 1006]) {
    const bytes = rawExr(32, 24, ['B', 'G', 'R'], (channel, x, y) => sampleAt(frame, channel, x, y))
    writeFileSync(join(shot, `beauty.${frame}.exr`), frame === 1006 ? bytes.subarray(0, bytes.length - 2000) : bytes)
  }
  const depth = rawExr(32, 24, ['Z'], (channel, x, y) => sampleAt(0, channel, x, y))
  writeFileSync(join(shot, 'depth.exr'), depth)
  writeFileSync(join(root, 'show', '<img src=x onerror=alert(1)>\u202egnp.exr'), depth)
  writeFileSync(join(root, 'show', 'text.exr'), 'This is no image.')
  const url = join(root, 'catalog.duckdb')
  const catalog = await openCatalog(url)
  await ingest({ roots: [join(root, 'show')], catalog, jobs: 1, toolVersion: 'test', source: 'test' })
  await catalog.close()
  return url
}

export async function openExplorer(url: string, policies: readonly OwnPolicy[] = []): Promise<Explorer> {
  return createExplorer({
    subject: url,
    version: 'test',
    host: '127.0.0.1',
    port: 0,
    s3: {},
    template: '**/{show}/{shot}/*',
    policies,
    open: () => openCatalog(url, { readOnly: true }),
  })
}
