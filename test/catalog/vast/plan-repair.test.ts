import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { childDoubles, type FileRow, pathsToRepair, planRepair } from '../../../src/catalog/vast/plan-repair.ts'

function row(rowId: bigint, fileId: string, changes: Partial<FileRow> = {}): FileRow {
  return {
    rowId,
    fileId,
    normalizedPath: '/mnt/a.exr',
    supersededBy: null,
    sizeBytes: 1n,
    mtimeUs: null,
    etag: null,
    firstInspectedUs: 10n,
    lastInspectedUs: 10n,
    contentDigest: null,
    latestRows: null,
    ...changes,
  }
}

describe('the plan that makes doubles one', () => {
  it('leaves a path with one current file alone', () => {
    const rows = [row(1n, 'a', { supersededBy: 'b' }), row(2n, 'b')]
    expect(pathsToRepair(rows)).toEqual([])
    expect(planRepair(rows)).toEqual({ doubles: [], kept: [] })
  })

  it('keeps the lowest row id, with the first and the latest sighting', () => {
    const rows = [
      row(9n, 'a', { lastInspectedUs: 30n, sizeBytes: 3n, firstInspectedUs: 30n }),
      row(4n, 'a'),
      row(7n, 'a', { firstInspectedUs: 5n }),
    ]
    const { doubles, kept } = planRepair(rows)
    expect(doubles).toEqual([7n, 9n])
    expect(kept).toMatchObject([{ rowId: 4n, sizeBytes: 3n, firstInspectedUs: 5n, lastInspectedUs: 30n, copies: 3 }])
  })

  it('makes the header seen last current when several are, or none is', () => {
    const two = [row(1n, 'a', { lastInspectedUs: 20n }), row(2n, 'b')]
    expect(planRepair(two).kept).toMatchObject([{ fileId: 'b', supersededBy: 'a' }])
    const none = [row(1n, 'a', { supersededBy: 'b' }), row(2n, 'b', { supersededBy: 'a', lastInspectedUs: 20n })]
    expect(planRepair(none).kept).toMatchObject([{ fileId: 'b', supersededBy: null }])
  })

  it('keeps rows of a child table that a file has twice by itself', () => {
    const rows = [5n, 1n, 3n, 8n].map((rowId) => ({ rowId, fileId: 'a', key: 'same' }))
    expect(childDoubles(rows, new Map([['a', 2]]))).toEqual([5n, 8n])
  })

  it('ends with one row a file, whatever repairs see and however they overlap', () => {
    // Writers commit one after the other; each looks once afterwards, and all repairs are applied without any conflict.
    const writers = fc.uniqueArray(fc.bigInt(0n, 1000n), { minLength: 1, maxLength: 8 })
    const delays = fc.array(fc.nat(8), { minLength: 8, maxLength: 8 })
    fc.assert(
      fc.property(writers, delays, (ids, delay) => {
        let files = new Set<bigint>()
        const children = new Set<bigint>()
        const waiting: { at: number; files: bigint[]; children: bigint[] }[] = []
        const apply = (moment: number) => {
          for (const repair of waiting.splice(0)) {
            if (repair.at > moment) waiting.push(repair)
            for (const id of repair.at > moment ? [] : repair.files) files.delete(id)
            for (const id of repair.at > moment ? [] : repair.children) children.delete(id)
          }
        }
        ids.forEach((id, moment) => {
          apply(moment)
          files = new Set([...files, id])
          for (const part of [0n, 1n]) children.add(id * 2n + part)
          const rows = [...files].map((rowId) => row(rowId, 'a'))
          const { doubles, kept } = planRepair(rows)
          const copies = new Map(kept.map((file) => [file.fileId, file.copies]))
          const childRows = [...children].map((rowId) => ({ rowId, fileId: 'a', key: String(rowId % 2n) }))
          const removed = copies.size > 0 ? childDoubles(childRows, copies) : []
          waiting.push({ at: moment + 1 + delay[moment]!, files: [...doubles], children: removed })
        })
        apply(Number.POSITIVE_INFINITY)
        const [lowest] = [...ids].sort((a, b) => Number(a - b))
        expect([...files]).toEqual([lowest])
        expect(children.size).toBe(2)
      }),
    )
  })
})
