import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { loadFunction } from '../../scripts/servers/bounded-function.ts'
import { makeMemoryCgroup } from '../../scripts/servers/memory-cgroup.ts'
import { openCatalog } from '../../src/catalog/open.ts'
import { projectRoot, tempDir } from '../helpers.ts'

const cgroup = makeMemoryCgroup(`exr-inspector-test-${process.pid}`, 2 ** 30)
const isBuilt = existsSync(join(projectRoot, 'dist/cli/main.js'))

/** The whole of it (2,000 frames, concurrency 32): npx tsx scripts/function-memory.ts */
it.skipIf(cgroup === null || !isBuilt)(
  'lives in 1 GiB with large manifests and with files that are small to store and large to read',
  async () => {
    const catalog = join(tempDir(), 'catalog.duckdb')
    try {
      const load = { frames: 8, manifestBytes: 1_200_000, concurrency: 8, poisonEvery: 4, catalog }
      const result = await loadFunction({ cgroup: cgroup!, ...load })
      expect(result.restarts).toBe(0)
      expect(result.frameAnswers['204']).toBe(8)
      expect(result.poisonAnswers['204']).toBe(8)
      const opened = await openCatalog(catalog, { readOnly: true })
      try {
        expect((await opened.sql('SELECT count(*)::INTEGER FROM files')).rows).toEqual([[8]])
        expect((await opened.sql('SELECT DISTINCT code FROM ingest_errors')).rows).toEqual([['ERR_EXR_LIMIT']])
      } finally {
        await opened.close()
      }
    } finally {
      cgroup!.remove()
      rmSync(catalog, { force: true })
    }
  },
  400_000,
)
