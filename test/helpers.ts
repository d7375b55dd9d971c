import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import type { ByteRange, ByteSource, SourceIdentity } from '../src/source/source.ts'

export * from './paths.ts'

/** A new empty folder that is removed after the test file's last test. */
export function tempDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'exr-inspector-test-'))
  afterAll(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

/** A source over bytes in memory that records every read. */
export interface CountingSource extends ByteSource {
  readonly reads: readonly ByteRange[]
}

export function countingSource(bytes: Uint8Array, path = 'memory.exr'): CountingSource {
  const reads: ByteRange[] = []
  const identity: SourceIdentity = { path, sizeBytes: bytes.byteLength, mtimeUs: null, etag: null }
  return {
    path,
    reads,
    get counters() {
      const total = reads.reduce((sum, range) => sum + range.endExclusive - range.start, 0)
      return { requests: reads.length, bytes: total }
    },
    identity: async () => identity,
    read: async (start, endExclusive) => {
      const range = { start, endExclusive: Math.min(endExclusive, bytes.byteLength) }
      reads.push(range)
      return bytes.slice(range.start, range.endExclusive)
    },
    close: async () => {},
  }
}
