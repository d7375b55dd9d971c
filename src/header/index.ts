export { type ErrorCode, type ErrorDetails, ExrError } from '../errors.ts'
export { componentOf, layerOf, viewOfChannel } from './channel-names.ts'
export { chromaticitiesName } from './chromaticities.ts'
export { ChunkCensus, DEFAULT_MAX_LISTED, judgeChunkTables } from './chunk-census.ts'
export { LONGEST_LEADER, leaderByteLength } from './chunk-leader.ts'
export { withRows } from './chunk-missing.ts'
export {
  type ChunkTablePlan,
  countFromTable,
  type LevelPlan,
  levelSize,
  type PartChunkPlan,
  planChunkTables,
  unknownTableRange,
} from './chunk-plan.ts'
export type * from './chunk-report.ts'
export { type Cryptomatte, cryptomatteManifests } from './cryptomatte.ts'
export { DEFECT_SEVERITY, type DefectCode, errorCodeOf } from './defect-codes.ts'
export { encodeHeader } from './encode.ts'
export { shortestFloat32 } from './float32.ts'
export { STORAGE_TYPES, type StorageType } from './format.ts'
export { DEFAULT_MAX_MANIFEST_BYTES, type IdManifestGroup, readIdManifest } from './id-manifest.ts'
export { base64, type EncodedBytes, float32, float64, type JsonNumber, toBase64 } from './json-forms.ts'
export { DEFAULT_LIMITS, limitName, resolveLimits } from './limits.ts'
export { makeAttribute, makeHeader, makePart } from './make.ts'
export { HeaderMemory } from './memory.ts'
export type * from './model.ts'
export { decodeHeader, HeaderScanner, LimitReached, type ScanOptions, scanHeader } from './scan.ts'
export { isDeep, isTiled, storageOf } from './storage.ts'
export { type GuessedText, guessText, withoutPadding } from './text-encoding.ts'
export { isTextMode, textModeDefect } from './text-mode.ts'
export { formatTimeCode, shortTimeCode, type TimeCodeFields, timeCodeFields, timeCodeProblem } from './time-code.ts'
export {
  ATTRIBUTE_TYPES,
  type AttributeType,
  decodeValue,
  displayValue,
  encodeValue,
  jsonValue,
  registerAttributeType,
} from './types/index.ts'
export { boxJson, formatKeyCode, formatRational } from './types/structures.ts'
export { enumValue } from './types/words.ts'
export { versionFlags } from './version-flags.ts'
