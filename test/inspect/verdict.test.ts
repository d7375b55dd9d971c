import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { colour, summary } from '../../src/cli/inspect/headline.ts'
import { inspect } from '../../src/inspect/inspect.ts'
import { inspectFileSync } from '../../src/inspect/inspect-file.ts'
import type { InspectOptions } from '../../src/inspect/options.ts'
import { hasMoreChannels } from '../../src/inspect/partial.ts'
import type { Payload } from '../../src/inspect/payload.ts'
import { firstReason, verdictOf } from '../../src/inspect/verdict.ts'
import { memorySource } from '../../src/source/memory.ts'
import type { ByteSource } from '../../src/source/source.ts'
import { fixturePath, projectRoot } from '../helpers.ts'
import { text, tinyFile } from './tiny-file.ts'

const dir = mkdtempSync(join(tmpdir(), 'exr-verdict-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

/** The same payload from disk and from memory. */
async function looked(bytes: Uint8Array, options: InspectOptions = {}): Promise<Payload> {
  const path = join(dir, 'file.exr')
  writeFileSync(path, bytes)
  const payload = inspectFileSync(path, options)
  const { file, ...rest } = await inspect(bytes, options)
  expect({ ...rest, file: { ...file, path, mtime: payload.file.mtime } }).toEqual({
    ...payload,
    file: { ...payload.file, frame_number: null, sequence_key: null },
  })
  return payload
}

/** A file of many chunks that the first read does not hold, as objects in a store answer: ranges only. */
function remote(bytes: Uint8Array): ByteSource {
  const { scattered: _, ...source } = memorySource(bytes)
  return source
}

const zeroTable = (layout = tinyFile({ height: 10 })) => {
  layout.bytes.fill(0, layout.tableOffset, layout.chunks[0])
  return layout
}

describe('a table that was never written', () => {
  it('does not hide the chunks that follow it', async () => {
    const payload = await looked(zeroTable().bytes)
    expect(payload.file).toMatchObject({
      is_complete: false,
      check_depth: 'all',
      checked_chunks: 10,
      trailing_bytes: 0,
    })
    expect(payload.parts[0]).toMatchObject({ chunk_count: 10, missing_chunks: 0 })
    expect(verdictOf(payload).state).toBe('incomplete')
    expect(firstReason(payload)).toBe('The offset table was never written: 10 of 10 chunks follow it')
    expect(verdictOf(payload).reasons.join(' ')).not.toMatch(/No pixels/)
  })

  it('is followed by as many chunks as the file holds whole', async () => {
    const { bytes, chunks } = zeroTable()
    const payload = await looked(bytes.subarray(0, chunks[6]! + 9))
    expect(firstReason(payload)).toBe('The offset table was never written: 6 of 10 chunks follow it')
    expect(payload.parts[0]).toMatchObject({ missing_chunks: 4, missing: { rows: [[6, 9]] } })
  })

  it('is followed by as many chunks as the file holds whole where it ends inside a leader', async () => {
    const { bytes, chunks } = zeroTable()
    const payload = await looked(bytes.subarray(0, chunks[6]! + 3))
    expect(firstReason(payload)).toBe('The offset table was never written: 6 of 10 chunks follow it')
    expect(payload.parts[0]).toMatchObject({ missing_chunks: 4, missing: { rows: [[6, 9]] } })
  })

  it('with nothing behind it means no pixels', async () => {
    const { bytes, chunks } = zeroTable()
    const payload = await looked(bytes.subarray(0, chunks[0]))
    expect(verdictOf(payload).reasons.join(' ')).toContain('No pixels: none of 10 chunks is in the file.')
  })

  it('is walked in few reads where each is a request', async () => {
    const { bytes } = zeroTable(tinyFile({ width: 40_000, height: 100 }))
    const source = remote(bytes)
    const payload = await inspect(source, { meta: false })
    expect(source.counters.requests).toBe(9)
    expect(firstReason(payload)).toMatch(/^The offset table was never written: at least 9 of 100 chunks follow it$/)
    expect(payload.file).toMatchObject({ is_complete: false, check_depth: 'leaders' })
    expect(payload.parts[0]!.missing_chunks).toBeNull()
    const all = await inspect(remote(bytes), { meta: false, check: 'all' })
    expect(firstReason(all)).toBe('The offset table was never written: 100 of 100 chunks follow it')
    expect(all.file.check_depth).toBe('all')
  })

  it('says nothing of what lies behind bytes that are no chunk', async () => {
    const { bytes, chunks } = zeroTable()
    bytes.fill(0xee, chunks[4], chunks[5])
    const payload = await looked(bytes)
    expect(payload.parts[0]!.missing_chunks).toBeNull()
    expect(verdictOf(payload).reasons).toEqual([
      'The offset table was never written: at least 4 of 10 chunks follow it, then something else, and what lies behind cannot be told [ERR_EXR_CHUNKS]',
    ])
  })

  it.each([
    'multipart-deep.exr',
    'deep-tile-mipmap.exr',
    'deep-scanline.exr',
    'tiled-ripmap-up.exr',
    'multipart-two.exr',
  ])('of %s is followed by every chunk', (name) => {
    const bytes = readFileSync(fixturePath(name))
    const { parts, file } = inspectFileSync(fixturePath(name))
    const chunks = parts.reduce((sum, part) => sum + part.chunk_count!, 0)
    bytes.fill(0, file.header_bytes, file.header_bytes + chunks * 8)
    const payload = inspectFileSync(written(bytes))
    expect(firstReason(payload)).toBe(`The offset table was never written: ${chunks} of ${chunks} chunks follow it`)
  })

  it('is not walked when the tables alone are to be looked at', async () => {
    const payload = await looked(zeroTable().bytes, { check: 'table' })
    expect(payload.file.check_depth).toBe('table')
    expect(payload.parts[0]!.missing_chunks).toBeNull()
    expect(verdictOf(payload)).toEqual({
      state: 'incomplete',
      reasons: [
        'The offset table was never written: whether any of 10 chunks follows it was not looked at [ERR_EXR_CHUNKS]',
        'Looked at the offset table alone, not at chunks.',
      ],
    })
  })
})

describe('an offset that is wrong', () => {
  const garbled = (change: (view: DataView, tableOffset: number, chunks: readonly number[]) => void) => {
    const { bytes, tableOffset, chunks } = tinyFile({ height: 10 })
    change(new DataView(bytes.buffer), tableOffset, chunks)
    return bytes
  }
  const put = (entry: number, offset: number) =>
    garbled((view, table) => view.setBigUint64(table + entry * 8, BigInt(offset), true))
  const { chunks } = tinyFile({ height: 10 })
  const cases: [string, Uint8Array, number][] = [
    ['zero', put(4, 0), 1],
    ['outside the file', put(4, 10 ** 9), 1],
    ['inside the header', put(4, 100), 1],
    ['that of another chunk', put(4, chunks[7]!), 1],
    ['inside the data of another chunk', put(4, chunks[7]! + 11), 1],
    [
      'swapped with another',
      garbled((view, table, places) => {
        view.setBigUint64(table + 3 * 8, BigInt(places[6]!), true)
        view.setBigUint64(table + 6 * 8, BigInt(places[3]!), true)
      }),
      2,
    ],
  ]

  it.each(cases)('%s is no missing chunk', async (_, bytes, found) => {
    const payload = await looked(bytes)
    expect(payload.file).toMatchObject({ is_complete: false, check_depth: 'all', checked_chunks: 10 })
    expect(payload.parts[0]).toMatchObject({ missing_chunks: 0 })
    expect(verdictOf(payload).state).toBe('incomplete')
    const told = `${found} of those chunks ${found === 1 ? 'is' : 'are'} in the file all the same`
    expect(verdictOf(payload).reasons.filter((reason) => reason.includes(told)).length).toBeGreaterThan(0)
  })

  it.each(cases)('%s is not told as missing by the table alone', async (_, bytes) => {
    const { parts, file } = await looked(bytes, { check: 'table' })
    expect(file.check_depth).toBe('table')
    expect(parts[0]!.missing_chunks === null || parts[0]!.missing_chunks === 0).toBe(true)
  })

  it('and a chunk that is not in the file are told apart', async () => {
    const { bytes } = tinyFile({ height: 10 })
    new DataView(bytes.buffer).setBigUint64(tinyFile({ height: 10 }).tableOffset + 8, 0n, true)
    const payload = await looked(bytes.subarray(0, chunks[8]! + 3))
    expect(payload.parts[0]).toMatchObject({ missing_chunks: 2, missing: { rows: [[8, 9]] } })
    expect(verdictOf(payload).reasons.join(' ')).toContain('1 of those chunks is in the file all the same')
  })
})

describe('a codec newer than the reader', () => {
  it.each([
    [12, 'lj2k', 256, 1],
    [13, 'zstd', 1, 4],
  ])('%i is known by name and rows a chunk', (compression, name, _rows, count) => {
    const payload = inspectFileSync(written(tinyFile({ compression }).bytes))
    expect(payload.parts[0]).toMatchObject({ compression: name, chunk_count: count })
  })

  it('13 leaves a whole file whole', async () => {
    const payload = await looked(tinyFile({ compression: 13 }).bytes)
    expect(verdictOf(payload)).toEqual({ state: 'whole', reasons: [] })
    expect(payload.file).toMatchObject({ is_complete: true, check_depth: 'all', checked_chunks: 4 })
  })

  it('without a meaning has its chunks counted by the table', async () => {
    const payload = await looked(tinyFile({ compression: 200 }).bytes)
    expect(payload.parts[0]).toMatchObject({ compression: 'unknown(200)', chunk_count: 4, missing_chunks: 0 })
    expect(payload.file).toMatchObject({ is_complete: true, check_depth: 'all' })
    expect(verdictOf(payload).state).toBe('whole')
  })

  it('without a meaning and without a table is no broken frame: it cannot be told', async () => {
    const { bytes } = zeroTable(tinyFile({ compression: 200 }))
    const payload = await looked(bytes)
    expect(payload.file).toMatchObject({ is_complete: null, check_depth: 'none' })
    expect(payload.parts[0]).toMatchObject({ chunk_count: null, missing_chunks: null })
    expect(verdictOf(payload).state).toBe('unknown')
  })
})

describe('leaders', () => {
  it('of zeros in the second half are each named', async () => {
    const { bytes, chunks } = tinyFile({ width: 64, height: 64, channels: ['B', 'G', 'R'] })
    bytes.fill(0, chunks[32])
    const payload = await looked(bytes)
    expect(payload.parts[0]).toMatchObject({ missing_chunks: 32, missing: { rows: [[32, 63]], truncated: false } })
    expect(payload.file).toMatchObject({ is_complete: false, check_depth: 'all' })
    expect(firstReason(payload)).toBe('32 of 64 chunks are missing or damaged: rows 32 to 63.')
  })

  it('count the chunk in which zeros begin', async () => {
    const { bytes, chunks } = tinyFile({ width: 64, height: 64, channels: ['B', 'G', 'R'] })
    bytes.fill(0, chunks[31]! + 100)
    const payload = await looked(bytes)
    expect(payload.parts[0]).toMatchObject({ missing_chunks: 33, missing: { rows: [[31, 63]], truncated: false } })
    const partly = tinyFile({ width: 64, height: 64 })
    partly.bytes.fill(0, partly.chunks[20], partly.chunks[22])
    expect((await looked(partly.bytes)).parts[0]).toMatchObject({ missing_chunks: 2, missing: { rows: [[20, 21]] } })
  })

  it.each([0, 0xaa])('of bytes 0x%s in the middle are named', async (value) => {
    const { bytes, chunks } = tinyFile({ height: 16 })
    bytes.fill(value, chunks[7], chunks[8])
    const payload = await looked(bytes)
    expect(payload.parts[0]).toMatchObject({ missing_chunks: 1, missing: { rows: [[7, 7]] } })
    expect(verdictOf(payload).state).toBe('incomplete')
  })

  it('that claim more than the next chunk leaves room for are damaged', async () => {
    const { bytes, chunks } = tinyFile({ height: 16 })
    new DataView(bytes.buffer).setInt32(chunks[3]! + 4, 17, true)
    expect((await looked(bytes)).parts[0]).toMatchObject({ missing_chunks: 1, missing: { rows: [[3, 3]] } })
  })

  it('of a text-mode transfer are counted, not guessed from the last', async () => {
    const { bytes, chunks } = tinyFile({ width: 10, height: 64 })
    // Row 10 has a line feed in its leader, before which the transfer puts a carriage return.
    const at = chunks[10]!
    const moved = new Uint8Array(bytes.length + 1)
    moved.set(bytes.subarray(0, at))
    moved[at] = 13
    moved.set(bytes.subarray(at), at + 1)
    const payload = await looked(moved)
    // All but the one with the line feed are in the file, a byte behind their places.
    expect(payload.parts[0]).toMatchObject({ missing_chunks: 54, missing: { rows: [[10, 63]] } })
    expect(payload.file.check_depth).toBe('all')
  })

  it('that a text-mode transfer moved are named as such', async () => {
    const { bytes, chunks } = tinyFile({ width: 64, height: 64 })
    for (const [row, at] of chunks.entries()) if (row % 4 === 3) bytes[at + 20] = 10
    const sent = Uint8Array.from([...bytes].flatMap((byte) => (byte === 10 ? [13, 10] : [byte])))
    const { state, reasons } = verdictOf(await looked(sent))
    expect(state).toBe('incomplete')
    expect(reasons[0]).toMatch(/^The file went through a text-mode transfer/)
    bytes.fill(0, chunks[40])
    expect(verdictOf(await looked(bytes)).reasons.join(' ')).not.toContain('text-mode')
  })

  const large = () => tinyFile({ width: 1000, height: 200 })

  it('outside of what was read are a sample, and the payload says so', async () => {
    const { bytes, chunks } = large()
    bytes.fill(0, chunks[100], chunks[120])
    const payload = await looked(bytes)
    expect(payload.file).toMatchObject({ is_complete: true, check_depth: 'leaders' })
    expect(payload.file.checked_chunks).toBeLessThan(100)
    expect((await looked(bytes, { check: 'all' })).parts[0]).toMatchObject({
      missing_chunks: 20,
      missing: { rows: [[100, 119]] },
    })
  })

  it('are found by halving where each read is a request, and called at least', async () => {
    const { bytes, chunks } = large()
    bytes.fill(0, chunks[100])
    const source = remote(bytes)
    const payload = await inspect(source, { meta: false })
    expect(source.counters.requests).toBeLessThanOrEqual(2 + Math.ceil(Math.log2(200)))
    expect(payload.parts[0]!.missing?.rows?.[0]?.[0]).toBe(100)
    expect(firstReason(payload)).toMatch(/^At least \d of 200 chunks are missing or damaged/)
    expect(verdictOf(payload).reasons.join(' ')).toMatch(/Looked at the offset table and at \d+ of 200 chunks\./)
  })

  it('are read together with their neighbours where each read is a request', async () => {
    const { bytes } = large()
    const source = remote(bytes)
    const { file } = await inspect(source, { meta: false, check: 'all' })
    expect(file).toMatchObject({ is_complete: true, check_depth: 'all', checked_chunks: 200 })
    expect(source.counters.requests).toBeLessThanOrEqual(3)
    const far = remote(tinyFile({ width: 100_000, height: 20 }).bytes)
    expect((await inspect(far, { meta: false, check: 'all' })).file.check_depth).toBe('all')
    expect(far.counters.requests).toBeLessThanOrEqual(21)
    expect(far.counters.bytes).toBeLessThan(80_000)
  })

  it('are all read in batches from a local file that is to be checked whole', () => {
    const { bytes } = large()
    const { file, timings_us } = inspectFileSync(written(bytes), { check: 'all', timings: true, meta: false })
    expect(file).toMatchObject({ is_complete: true, check_depth: 'all', checked_chunks: 200 })
    // The first read, and one of eight bytes for each leader it does not hold.
    expect(timings_us!['bytes']! - 65_536).toBe((timings_us!['requests']! - 1) * 8)
  })
})

describe('a limit of this program', () => {
  const long = tinyFile({ extra: [text('manifest', new Uint8Array(5000).fill(97))] }).bytes

  it('is a state of its own, with the flag that raises it', async () => {
    const payload = await looked(long, { limits: { headerBytes: 4096 } })
    expect(payload.file.is_complete).toBeNull()
    const { state, reasons } = verdictOf(payload)
    expect(state).toBe('limited')
    expect(reasons[0]).toContain('--limit header-bytes=8192')
    expect(reasons[0]).not.toContain('breaks')
    expect(verdictOf(await looked(long, { limits: { headerBytes: 8192 } })).state).toBe('whole')
  })

  it('leaves open what the rest of a header may say', async () => {
    const whole = await looked(long)
    expect([whole.parts[0]!.is_partial, hasMoreChannels(whole), colour(whole.parts[0]!)]).toMatchObject([
      undefined,
      false,
      expect.stringMatching(/^not stated/),
    ])
    const cut = inspectFileSync(written(long.subarray(0, 700)), { meta: false })
    expect([cut.parts[0]!.is_partial, hasMoreChannels(cut), colour(cut.parts[0]!)]).toEqual([
      true,
      false,
      'not known: the header was read in part',
    ])
    expect(summary(inspectFileSync(written(long.subarray(0, 40)), { meta: false }))).toMatch(/^channels not known/)
    const wide = tinyFile({ channels: ['B', 'G', 'R'] }).bytes
    expect(summary(await looked(wide, { limits: { channels: 2 } }))).toMatch(/at least 2 channels/)
    expect(summary(await looked(wide, { limits: { channels: 3 } }))).toMatch(/, 3 channels/)
    const two = readFileSync(fixturePath('multipart-two.exr'))
    expect(summary(await looked(two, { limits: { parts: 1 } }))).toMatch(/at least 1 part, at least/)
  })

  it('holds for offset tables too', async () => {
    const payload = await looked(long, { limits: { tableBytes: 31 } })
    expect(payload.file.is_complete).toBeNull()
    expect(verdictOf(payload).state).toBe('limited')
  })

  it('is raised on the command line, by the environment and by options', () => {
    const path = written(long)
    const run = (args: string[], env = {}) =>
      JSON.parse(
        execFileSync(process.execPath, [join(projectRoot, 'dist/cli/main.js'), 'inspect', path, '--json', ...args], {
          env: { ...process.env, EXR_LIMITS: 'header-bytes=4k', ...env },
        }).toString(),
      ) as Payload
    expect(() => run([])).toThrow()
    expect(run(['--limit', 'header-bytes=1M']).file.is_complete).toBe(true)
    expect(run([], { EXR_LIMITS: 'header_bytes=8KiB', EXR_CHECK: 'table' }).file).toMatchObject({
      is_complete: true,
      check_depth: 'table',
    })
    expect(() => inspectFileSync(path, { limits: { headerBytes: 'much' as never } })).toThrow(/headerBytes/)
  })
})

describe('the first eight bytes and the last ones', () => {
  it('are facts', async () => {
    const { bytes } = tinyFile()
    const longer = new Uint8Array(bytes.length + 77)
    longer.set(bytes)
    expect((await looked(longer)).file).toMatchObject({
      is_complete: true,
      format_version: 2,
      version_flags: '',
      trailing_bytes: 77,
    })
    // What follows the last chunk that is there may be one that is not.
    expect((await looked(longer.subarray(0, bytes.length - 3))).file.trailing_bytes).toBeNull()
    longer[5] = 0x04 | 0x20
    expect(inspectFileSync(written(longer)).file.version_flags).toBe('long_names,unknown(0x2000)')
  })
})

function written(bytes: Uint8Array): string {
  const path = join(dir, `${bytes.length}.exr`)
  writeFileSync(path, bytes)
  return path
}
