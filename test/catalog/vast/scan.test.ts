import { expect, it } from 'vitest'
import { similarities } from '../../../src/catalog/vast/rank.ts'
import { computeMetadataEmbedding } from '../../../src/embeddings/index.ts'
import { sequence } from '../records.ts'
import { emulator, openAt } from './place.ts'

it('finds the same files on worker threads as by comparing one by one', async () => {
  const server = await emulator()
  const catalog = await openAt(server)
  try {
    const records = ['beauty', 'depth', 'matte'].flatMap((folder, index) =>
      sequence(`/show/${folder}`, 2_000, { channels: ['R', 'G', 'B', 'A'].slice(0, index + 2) }),
    )
    for (let start = 0; start < records.length; start += 1_000) {
      await catalog.upsert(records.slice(start, start + 1_000), 'run')
    }
    const query = computeMetadataEmbedding(records[2_500]!.payload)
    const expected = records
      .map(({ payload }) => ({
        path: payload.file.path,
        similarity: similarities(computeMetadataEmbedding(payload), query)[0]!,
      }))
      .toSorted((a, b) => b.similarity - a.similarity || (a.path < b.path ? -1 : 1))
      .slice(0, 20)
    const found = await catalog.findSimilar(query, { k: 20, each: true })
    expect(found.map(({ path, similarity }) => ({ path, similarity }))).toEqual(expected)
  } finally {
    await catalog.close()
    await server.close()
  }
})
