import type { Catalog, CatalogRecord } from '../../src/catalog/catalog.ts'
import type { PartFacts, Payload } from '../../src/inspect/payload.ts'
import type { RecordFacts } from '../../src/tables/facts.ts'
import { type RecordSpec, record } from '../catalog/records.ts'

const SECOND = 1_000_000n
/** 2026-03-01T00:00:00Z. */
export const INSPECTED_US = 1_772_323_200n * SECOND

interface Plant extends RecordSpec {
  readonly file?: Partial<Payload['file']>
  readonly part?: Partial<PartFacts>
  readonly facts?: RecordFacts
}

/** A record with what is planted in its file and first part. */
export function plant({ file, part, facts, ...spec }: Plant): CatalogRecord {
  const made = record({ inspectedAtUs: INSPECTED_US, ...spec })
  const parts = made.payload.parts.map((own, index) => (index === 0 ? { ...own, ...part } : own))
  const payload = { ...made.payload, file: { ...made.payload.file, ...file }, parts }
  return { ...made, payload, ...(facts ? { facts } : {}) }
}

const hash = (pixel_hash: string, algorithm = 'xxh3-128') => ({
  part_index: 0,
  channel_name: null,
  algorithm,
  pixel_hash,
})
const broke = (rule: string, severity: string, state = 'fail') => ({
  rule,
  severity,
  state,
  message: `${rule} is broken`,
  policy: 'delivery',
  policy_version: '1',
})

/**
 * Shot sh010: frames 1001 to 1010 of a beauty without 1004 and 1005, `zips` until 1006 and `piz` from there; 1003 lacks chunks,
 * 1009 is smaller than the others, 1010 has a tenth of the bytes. Shot sh020: a deep file. Show two: a file that was
 * removed, two of the same pixels, one of them of another day.
 */
export const FARM: readonly CatalogRecord[] = [
  ...[1001, 1002, 1003, 1006, 1007, 1008, 1009, 1010].map((frame) =>
    plant({
      path: `/farm/one/sh010/beauty.${frame}.exr`,
      header: `beauty ${frame}`,
      sizeBytes: frame === 1010 ? 100 : 1000,
      mtime: '2026-02-01T10:00:00.000000Z',
      compression: frame < 1007 ? 'zips' : 'piz',
      width: frame === 1009 ? 1280 : 1920,
      channels: ['A', 'B', 'G', 'R'],
      file: frame === 1003 ? { is_complete: false } : {},
      part: {
        render_software: 'Arnold',
        render_software_version: '7.2',
        render_software_source: 'arnold/version',
        render_seconds: frame - 1000,
        render_host: frame < 1007 ? 'node1' : 'node2',
        ...(frame === 1003 ? { missing_chunks: 3 } : {}),
      },
      attributes: [{ name: 'artist', type: 'string', value: 'ada', source: 'exr' }],
      facts: { validation_results: [broke('name-frame', 'warn', frame > 1008 ? 'fail' : 'pass')] },
    }),
  ),
  plant({
    path: '/farm/one/sh020/smoke.0001.exr',
    sizeBytes: 5000,
    mtime: '2026-02-02T10:00:00.000000Z',
    channels: ['A', 'Z'],
    file: { is_deep: true },
    part: { is_deep: true, part_type: 'deepscanline', render_software: 'Houdini', compression: 'zips' },
    attributes: [{ name: 'artist', type: 'int', value: 7, source: 'exr' }],
    facts: { deep_stats: [{ part_index: 0, sample_count: 40, max_samples: 6, is_tidy: false }] },
  }),
  plant({ path: '/farm/two/gone.exr', mtime: '2026-02-03T10:00:00.000000Z' }),
  ...['a', 'b'].map((name, index) =>
    plant({
      path: `/farm/two/${name}.exr`,
      sizeBytes: 300 + index,
      mtime: `2026-02-0${4 + index}T10:00:00.000000Z`,
      channels: ['R', 'diffuse.R'],
      // Tiles of one level: as flat as scan lines.
      part: {
        color_space: 'acescg',
        color_space_source: 'colorInteropID',
        render_software: null,
        is_tiled: true,
        level_mode: 'one_level',
      },
      attributes: [],
      facts: { content_hashes: [hash('0123'), hash(`look${index}`, 'perceptual-64')] },
    }),
  ),
]

/** What was at the path of frame 1001 before. */
export const OLDER = plant({
  path: '/farm/one/sh010/beauty.1001.exr',
  header: 'older',
  sizeBytes: 77,
  mtime: '2026-01-01T10:00:00.000000Z',
  channels: ['old.R'],
  inspectedAtUs: INSPECTED_US - 3600n * SECOND,
})

const hashesOf = (pixel_hash: string, parts = 1) =>
  Array.from({ length: parts }, (_, part_index) => ({
    part_index,
    channel_name: null,
    algorithm: 'xxh3-128',
    pixel_hash: part_index === 0 ? pixel_hash : `${pixel_hash}-${part_index}`,
  }))

/** Six frames: 1, 2, 3 and 5 of the same pixels, 6 of others, 7 the same in one of its two parts. */
export const STILL: readonly CatalogRecord[] = [1, 2, 3, 5, 6, 7].map((number) =>
  plant({
    path: `/still/a.${String(number).padStart(4, '0')}.exr`,
    sizeBytes: number,
    parts: number === 7 ? 2 : 1,
    facts: {
      content_hashes: [
        ...hashesOf(number === 6 ? 'f6' : 'f1', number === 7 ? 2 : 1),
        {
          part_index: 0,
          channel_name: null,
          algorithm: 'perceptual-64',
          pixel_hash: number < 6 ? 'dark' : `${number}`,
        },
      ],
    },
  }),
)

/** All of it in a new catalog, with the file that is gone marked as removed and one that cannot be read. */
export async function fillFarm(catalog: Catalog): Promise<void> {
  await catalog.upsert([OLDER], 'run-0')
  await catalog.upsert(FARM, 'run-1')
  await catalog.markRemoved(['/farm/two/gone.exr'], INSPECTED_US + 1n)
  const bad = {
    path: '/farm/two/bad.exr',
    code: 'ERR_EXR_MAGIC',
    message: 'is a PNG',
    byteOffset: 0,
    seenAtUs: INSPECTED_US,
  } as const
  await catalog.recordFailures([bad], 'run-1')
}
