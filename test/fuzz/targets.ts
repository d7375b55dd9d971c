import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { ExrError } from '../../src/errors.ts'
import {
  ChunkCensus,
  cryptomatteManifests,
  decodeHeader,
  displayValue,
  type ExrHeader,
  encodeHeader,
  HeaderScanner,
  planChunkTables,
  readIdManifest,
} from '../../src/header/index.ts'
import { inspect } from '../../src/inspect/inspect.ts'
import { readSpecs } from '../../src/oiio/index.ts'
import { memorySource } from '../../src/source/memory.ts'
import { encodeRecords, recordVectors } from '../../src/tables/index.ts'
import type { FuzzInput } from './mutate.ts'

export type TargetName = 'codec' | 'addon' | 'payload'

/** What each target does with one input; throws when a promise is broken. Errors raised on purpose are answers. */
export const TARGETS: Readonly<Record<TargetName, (input: FuzzInput) => void | Promise<void>>> = {
  codec: readWithCodec,
  addon: readWithAddon,
  payload: readAsPayload,
}

function readWithCodec(input: FuzzInput): void {
  const whole = answerOf(() => decodeHeader(input.bytes, { fileSize: input.fileSize }))
  const stepped = answerOf(() => scanInSteps(input))
  if (whole instanceof ExrError || stepped instanceof ExrError) {
    if (String(whole) !== String(stepped)) throw new Error(`Whole: ${whole}. In steps: ${stepped}.`)
    return
  }
  if (describe(whole) !== describe(stepped)) throw new Error('Reading in steps saw something else than reading at once')
  const written = encodeHeader(whole)
  if (!Buffer.from(written).equals(input.bytes.subarray(0, whole.byteLength))) {
    throw new Error('Writing the header did not give the bytes it was read from')
  }
  touchValues(whole)
  judgeChunks(whole, input)
}

/** A prefix that grows by what the scanner asks for, as a ranged reader does. */
function scanInSteps({ bytes, fileSize }: FuzzInput): ExrHeader {
  const scanner = new HeaderScanner({ fileSize: Math.max(fileSize, bytes.length) })
  let length = Math.min(16, bytes.length)
  for (;;) {
    const progress = scanner.scan(bytes.subarray(0, length))
    if (progress.done) return progress.header
    if (progress.needBytes <= length) throw new Error(`Asked for ${progress.needBytes} bytes with ${length} at hand`)
    if (length === bytes.length) return scanner.finish().header
    length = Math.min(progress.needBytes, bytes.length)
  }
}

function describe(header: ExrHeader): string {
  return JSON.stringify([header.byteLength, header.parts.map((part) => part.attributes.length), header.defects])
}

/** Values are decoded on first use; ids and manifests only when asked for. */
function touchValues(header: ExrHeader): void {
  for (const part of header.parts) {
    for (const attribute of part.attributes) {
      const { value } = attribute
      displayValue(attribute)
      if (value.kind === 'idmanifest') answerOf(() => readIdManifest(attribute))
    }
    for (const matte of cryptomatteManifests(part)) answerOf(() => matte.manifest())
  }
}

function judgeChunks(header: ExrHeader, { bytes, fileSize }: FuzzInput): void {
  const plan = planChunkTables(header, fileSize)
  const { start = 0, endExclusive = 0 } = plan.readRange ?? {}
  if (start > endExclusive || endExclusive > fileSize) throw new Error(`Plans to read ${start} to ${endExclusive}`)
  const census = new ChunkCensus(plan, bytes.subarray(start, endExclusive), fileSize)
  for (let at = census.walkPosition; at !== null && census.walk(bytes.subarray(at)); at = census.walkPosition);
  for (let entry = 0; entry < census.length; entry++) {
    if (census.isOpen(entry)) census.judge(entry, bytes.subarray(census.leaderStart(entry)))
  }
  const judged = census.report()
  if (judged.isComplete && judged.missingChunks !== 0) throw new Error('Complete, yet chunks are missing')
}

function readWithAddon({ bytes, fileSize }: FuzzInput): void {
  const [spec] = readSpecs([{ name: 'fuzz', sizeBytes: fileSize, ranges: [{ start: 0, bytes }] }])
  if (!spec) throw new Error('No answer')
  if (spec.status === 'needs-bytes') {
    const { start, endExclusive } = spec.range
    if (start < 0 || start >= endExclusive || endExclusive > fileSize) {
      throw new Error(`Asks for bytes ${start} to ${endExclusive} of ${fileSize}`)
    }
  }
}

const schemaFile = new URL('../../docs/reference/payload.schema.json', import.meta.url)
const isPayload = new Ajv2020({ allowUnionTypes: true }).compile(JSON.parse(readFileSync(schemaFile, 'utf8')))

/** The whole way: payload, vectors, columns. */
async function readAsPayload({ bytes }: FuzzInput): Promise<void> {
  const payload = await inspect(memorySource(bytes, 'fuzz.exr')).catch((error: unknown) => {
    if (!(error instanceof ExrError)) throw error
  })
  if (!payload) return
  if (!isPayload(JSON.parse(JSON.stringify(payload)))) {
    throw new Error(`The payload breaks its schema: ${JSON.stringify(isPayload.errors)}`)
  }
  const vectors = recordVectors(payload)
  for (const vector of [vectors.metadata, ...vectors.fingerprints]) {
    if (vector !== null && !(Math.abs(Math.hypot(...vector) - 1) < 1e-6)) throw new Error('A vector is not of length 1')
  }
  const { failures } = encodeRecords([{ payload, vectors, inspectedAtUs: 0n, durationUs: 0 }], { runId: 'fuzz' })
  if (failures[0]) throw new Error(`The payload cannot be stored: ${failures[0].message}`)
}

/** The value, or the error when it is one of ours. */
function answerOf<T>(read: () => T): T | ExrError {
  try {
    return read()
  } catch (error) {
    if (error instanceof ExrError) return error
    throw error
  }
}
