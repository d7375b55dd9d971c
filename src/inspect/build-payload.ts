import type { ErrorCode } from '../errors.ts'
import {
  type ChunkReport,
  type ExrHeader,
  errorCodeOf,
  type HeaderDefect,
  type HeaderPart,
  isTextMode,
  limitName,
  textModeDefect,
  versionFlags,
} from '../header/index.ts'
import { frameFacts } from '../sequences/index.ts'
import type { KnownBytes } from '../source/ranges.ts'
import type { SourceIdentity } from '../source/source.ts'
import { attributeFacts } from './attribute-facts.ts'
import { linearOfPrimaries } from './color-space.ts'
import { headerHash, normalizePath } from './identity.ts'
import type { Inspection } from './inspection.ts'
import type { ResolvedInspectOptions } from './options.ts'
import { channelFacts, partFacts, type Recall, viewsOf } from './part-facts.ts'
import type { ChannelFacts, FileFacts, OiioReader, Payload, PayloadError } from './payload.ts'
import type { Findings } from './steps.ts'

const MAX_MESSAGE = 1000

/** Puts the findings into the published form. Pure; the same findings give the same bytes. */
export function buildPayload(
  { identity, known, memory }: Pick<Inspection, 'identity' | 'known' | 'memory'>,
  findings: Findings,
  options: ResolvedInspectOptions,
): Payload {
  const { header, chunks } = findings
  const views = viewsOf(header)
  // What is made of a damaged header is its own.
  const remembered = header.defects.length === 0 ? memory : undefined
  const recall: Recall = (part, make) =>
    remembered === undefined ? make(part, header) : remembered.recall(header, part, make)
  const parts = header.parts.map((part, i) => partFacts(part, chunks.plan.parts[i], chunks.parts[i], views, recall))
  const specs = oiioParts(findings)
  for (const [i, part] of parts.entries()) {
    const linear = recall(header.parts[i]!, linearOfPrimaries)
    part.color_space_derived = linear ?? derivedColorSpace(specs[i]?.attributes)
    if (linear !== null) part.color_space_deriver = 'OpenEXR'
    else if (part.color_space_derived !== null) part.color_space_deriver = deriver(findings)
  }
  return {
    schema_version: options.schemaVersion,
    file: fileFacts(
      identity,
      known,
      findings,
      options,
      parts.some((part) => part.is_deep),
    ),
    parts,
    channels: header.parts.flatMap((part) => recall(part, remembered === undefined ? channelFacts : sharedChannels)),
    attributes: {
      parts: header.parts.map((part, i) =>
        options.meta ? attributeFacts(part, specs[i]?.attributes ?? [], options.raw, remembered) : [],
      ),
    },
    stats: {},
    deep_stats: {},
    validation: {},
    readers: { oiio: oiioReader(findings), raw: rawReader(header.defects) },
    errors: [...header.defects, ...chunks.plan.defects, ...chunks.defects, ...transferDefects(known, findings)]
      .map(defectError)
      .concat(unavailableFeatures(options)),
  }
}

/** Frozen, since payloads share them. */
function sharedChannels(part: HeaderPart): ChannelFacts[] {
  return channelFacts(part).map((channel) => Object.freeze(channel))
}

function fileFacts(
  identity: SourceIdentity,
  known: KnownBytes,
  { header, chunks }: Findings,
  options: ResolvedInspectOptions,
  isDeep: boolean,
): FileFacts {
  const frame = frameFacts(normalizePath(identity.path, options))
  const facts: FileFacts = {
    path: identity.path,
    size_bytes: identity.sizeBytes,
    mtime: identity.mtimeUs === null ? null : isoMicroseconds(identity.mtimeUs),
    multipart_count: header.parts.length,
    is_deep: isDeep,
    is_complete: isComplete(header, chunks),
    check_depth: chunks.depth,
    ...limitReached([...header.defects, ...chunks.plan.defects]),
    checked_chunks: chunks.checkedChunks,
    format_version: header.version,
    version_flags: versionFlags(header).join(','),
    trailing_bytes: chunks.chunksEnd === null ? null : Math.max(0, identity.sizeBytes - chunks.chunksEnd),
    frame_number: frame.frameNumber,
    sequence_key: frame.sequenceKey,
    header_hash: headerHash(known.slice(0, header.byteLength) ?? new Uint8Array(0)),
    header_bytes: header.byteLength,
  }
  if (identity.etag === null) return facts
  const { path, size_bytes, mtime, ...rest } = facts
  return { path, size_bytes, mtime, etag: identity.etag, ...rest }
}

/** Null: a limit of ours kept the rest of the header unread, or what the file uses does not tell its chunks. */
function isComplete(header: ExrHeader, chunks: ChunkReport): boolean | null {
  if (chunks.isComplete && header.isTerminated) return true
  const isSound = header.isTerminated && header.defects.every(({ severity }) => severity === 'warning')
  const isLimited = [...header.defects, ...chunks.plan.defects].some(({ code }) => code === 'limit-exceeded')
  return isLimited || (isSound && chunks.depth === 'none') ? null : false
}

/** What explains losses, in the bytes that were read. */
function transferDefects(known: KnownBytes, { header, chunks }: Findings): HeaderDefect[] {
  if (chunks.isComplete && header.isTerminated) return []
  return isTextMode(known.slice(0, known.prefixLength) ?? new Uint8Array(0)) ? [textModeDefect()] : []
}

/** As `--limit` takes them. */
function limitReached(defects: readonly HeaderDefect[]): { limit_reached?: string } {
  const reached = defects.flatMap(({ limit }) => (limit === undefined ? [] : `${limitName(limit.name)}=${limit.value}`))
  return reached.length === 0 ? {} : { limit_reached: [...new Set(reached)].join(',') }
}

function oiioParts({ oiio }: Findings) {
  return oiio?.available === true && oiio.spec.status === 'ok' ? oiio.spec.parts : []
}

/** What OpenImageIO takes a part's colours for, whether or not the file says so. */
function derivedColorSpace(attributes: readonly { name: string; value: unknown }[] | undefined): string | null {
  const value = attributes?.find(({ name }) => name === 'oiio:ColorSpace')?.value
  return typeof value === 'string' && value !== '' ? value : null
}

function deriver({ oiio }: Findings): string | null {
  return oiio?.available === true ? `OpenImageIO ${oiio.version}` : null
}

function oiioReader({ oiio }: Findings): OiioReader {
  if (oiio === null) return { ok: false, version: null, error: 'OpenImageIO was not asked: the option meta is off.' }
  if (!oiio.available) return { ok: false, version: null, error: oiio.error }
  const { version, spec } = oiio
  switch (spec.status) {
    case 'ok':
      return { ok: true, version, reader: spec.reader }
    case 'refused':
      return { ok: false, version, error: oneLine(spec.message) }
    case 'needs-bytes': {
      const { start, endExclusive } = spec.range
      const error = `OpenImageIO asked for bytes ${start} to ${endExclusive}, more than reading a header takes.`
      return { ok: false, version, error }
    }
    case 'unreadable':
      return { ok: false, version, error: spec.error.message }
  }
}

/** OpenImageIO repeats itself, once for each of a thousand attributes. */
function oneLine(message: string): string {
  const text = [...new Set(message.split('\n'))].join('; ')
  return text.length <= MAX_MESSAGE ? text : `${text.slice(0, MAX_MESSAGE)} …`
}

function rawReader(defects: readonly HeaderDefect[]) {
  const worst = defects.find(({ severity }) => severity === 'error')
  return worst === undefined ? { ok: true } : { ok: false, error: worst.message }
}

function defectError({ code, message, severity, partIndex, byteOffset }: HeaderDefect): PayloadError {
  const error: PayloadError = { code: errorCodeOf(code), message, severity, defect: code }
  if (partIndex !== null) error.part_index = partIndex
  error.byte_offset = byteOffset
  return error
}

const UNAVAILABLE: ErrorCode = 'ERR_FEATURE_UNAVAILABLE'

/** In the errors of a payload until the pixels have been looked at, which reading a header does not do. */
export const PIXELS_UNSEEN: PayloadError = Object.freeze({
  code: UNAVAILABLE,
  message:
    'Pixels were asked for with stats, deepStats or hash, but reading a header on the spot does not decode any. Use inspect.',
  severity: 'error',
})

/** The same until a policy has judged the payload. */
export const VALIDATION_UNSEEN: PayloadError = Object.freeze({
  code: UNAVAILABLE,
  message: 'Validation was asked for with validate, but reading a header on the spot judges nothing. Use inspect.',
  severity: 'error',
})

function unavailableFeatures({ stats, deepStats, hash, validate }: ResolvedInspectOptions): PayloadError[] {
  const errors: PayloadError[] = stats || deepStats || hash !== null ? [PIXELS_UNSEEN] : []
  return validate ? [...errors, VALIDATION_UNSEEN] : errors
}

/** 2026-01-31T23:59:59.123456Z; null for a time outside the years 0 to 9999, which no ISO date of this form can tell. */
function isoMicroseconds(us: bigint): string | null {
  const total = Number(us)
  // Exact where a double has room for single microseconds, until the year 2255.
  const ms = Number.isSafeInteger(total) ? Math.floor(total / 1000) : Number(us / 1000n)
  if (!(ms >= -62_167_219_200_000 && ms <= 253_402_300_799_999)) return null
  const rest = Number.isSafeInteger(total) ? total - ms * 1000 : Number(us % 1000n)
  return `${new Date(ms).toISOString().slice(0, -1)}${String(rest).padStart(3, '0')}Z`
}
