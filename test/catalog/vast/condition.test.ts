import { describe, expect, it } from 'vitest'
import { pushCondition } from '../../../src/catalog/vast/condition.ts'

const groups = (condition: string) => {
  const { files, firstPart } = pushCondition(condition)
  return { files: files?.groups() ?? [], parts: firstPart?.groups() ?? [] }
}

describe('a condition as filters of the server', () => {
  it('goes to the table that has the column', () => {
    const { files, parts } = groups("width >= 1920 AND compression = 'zip' AND file_path LIKE 's3://x/%' AND is_deep")
    expect(parts.map(({ column }) => column)).toEqual([['width'], ['compression']])
    expect(files.map(({ column }) => column)).toEqual([['file_path'], ['is_deep']])
    expect(files[0]?.tests).toEqual([{ kind: 'startsWith', prefix: 's3://x/' }])
  })

  it.each([
    [
      'width IN (1, 2)',
      'parts',
      [
        { kind: 'compare', op: 'equal', value: 1n },
        { kind: 'compare', op: 'equal', value: 2n },
      ],
    ],
    ['frame_number BETWEEN -5 AND 7', 'files', [{ kind: 'between', low: -5n, high: 7n }]],
    ['etag IS NOT NULL', 'files', [{ kind: 'null', isNull: false }]],
    ['NOT is_complete', 'files', [{ kind: 'compare', op: 'equal', value: false }]],
    ["file_path LIKE '%beauty%'", 'files', [{ kind: 'contains', text: 'beauty' }]],
    [
      "(compression = 'zip' OR compression = 'it''s')",
      'parts',
      [
        { kind: 'compare', op: 'equal', value: 'zip' },
        { kind: 'compare', op: 'equal', value: "it's" },
      ],
    ],
    ["mtime >= '2026-01-31'", 'files', [{ kind: 'compare', op: 'greater_equal', value: 1_769_817_600_000_000n }]],
    ['NOT (width < 10)', 'parts', [{ kind: 'compare', op: 'greater_equal', value: 10n }]],
    ['pixel_aspect_ratio = 2.0', 'parts', [{ kind: 'compare', op: 'equal', value: 2 }]],
  ] as const)('%s', (condition, table, tests) => {
    expect(groups(condition)[table][0]?.tests).toEqual(tests)
  })

  it.each([
    ['width = 1 OR height = 2', 'OR over one column only'],
    ["width = 1 OR file_path = 'a'", 'OR joins a column of files with one of parts'],
    ["width = 'wide'", "width is int32 and cannot be compared with 'wide'"],
    ["file_path LIKE 'a_b%'", "LIKE takes 'text%' or '%text%'"],
    ['lower(file_path) = 1', 'has a column lower'],
    ['wdith > 3', 'neither files nor parts has a column wdith'],
    ['metadata_embedding IS NULL', 'is a vector'],
    ['width >', 'ends too early'],
    ['width + 1 = 2', 'cannot read "+ 1 = 2"'],
    ["mtime > 'yesterday'", 'is not a time'],
  ])('refuses %s and says why', (condition, reason) => {
    expect(() => pushCondition(condition)).toThrow(
      expect.objectContaining({ code: 'ERR_CATALOG_QUERY', message: expect.stringContaining(reason) }),
    )
  })
})
