import fc from 'fast-check'
import { expect, it } from 'vitest'
import { planUpsert, type StoredFile } from '../../src/catalog/plan-upsert.ts'

interface Row {
  fileId: string
  normalizedPath: string
  supersededBy: string | null
  count: number
}

/** Applies a plan the way a catalog does. */
function apply(rows: Map<string, Row>, batch: readonly { fileId: string; normalizedPath: string }[]): void {
  const paths = new Set(batch.map((file) => file.normalizedPath))
  const stored: StoredFile[] = [...rows.values()].filter((row) => paths.has(row.normalizedPath))
  const plan = planUpsert(batch, stored)
  for (const position of plan.inserts) {
    const { fileId, normalizedPath } = batch[position]!
    expect(rows.has(fileId)).toBe(false)
    rows.set(fileId, { fileId, normalizedPath, supersededBy: null, count: 1 })
  }
  for (const { fileId, sightings, supersededBy } of plan.touches) {
    const row = rows.get(fileId)!
    row.count += sightings
    row.supersededBy = supersededBy
  }
}

const sighting = fc.record({ path: fc.constantFrom('/a', '/b', '/c'), header: fc.constantFrom('1', '2', '3') })

it('gives the same rows however sightings are cut into batches', () => {
  fc.assert(
    fc.property(fc.array(fc.array(sighting, { maxLength: 6 }), { maxLength: 8 }), (batches) => {
      const files = batches.map((batch) =>
        batch.map(({ path, header }) => ({ fileId: `${path}${header}`, normalizedPath: path })),
      )
      const cut = new Map<string, Row>()
      for (const batch of files) apply(cut, batch)
      const single = new Map<string, Row>()
      for (const file of files.flat()) apply(single, [file])
      expect(cut).toEqual(single)
    }),
  )
})

it('always leaves one current row a path: the header seen last', () => {
  fc.assert(
    fc.property(fc.array(sighting, { minLength: 1, maxLength: 30 }), (sightings) => {
      const files = sightings.map(({ path, header }) => ({ fileId: `${path}${header}`, normalizedPath: path }))
      const rows = new Map<string, Row>()
      apply(rows, files)
      for (const path of new Set(files.map((file) => file.normalizedPath))) {
        const current = [...rows.values()].filter((row) => row.normalizedPath === path && row.supersededBy === null)
        expect(current.map((row) => row.fileId)).toEqual([
          files.findLast((file) => file.normalizedPath === path)?.fileId,
        ])
      }
      const total = [...rows.values()].reduce((sum, row) => sum + row.count, 0)
      expect(total).toBe(files.length)
    }),
  )
})

it('touches nothing when every file is new', () => {
  const plan = planUpsert(
    [
      { fileId: '1', normalizedPath: '/a' },
      { fileId: '2', normalizedPath: '/b' },
    ],
    [],
  )
  expect(plan).toMatchObject({ statuses: ['inserted', 'inserted'], inserts: [0, 1], refreshes: [], touches: [] })
})
