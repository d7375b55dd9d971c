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
export { decodeValue } from './decode-value.ts'
export { DEFECT_SEVERITY, type DefectCode, errorCodeOf } from './defect-codes.ts'
export { displayValue, formatKeyCode, formatRational, shortestFloat32 } from './display.ts'
export { encodeHeader } from './encode.ts'
export { encodeValue, enumValue } from './encode-value.ts'
export { STORAGE_TYPES, type StorageType } from './format.ts'
export { DEFAULT_MAX_MANIFEST_BYTES, type IdManifestGroup, readIdManifest } from './id-manifest.ts'
export { DEFAULT_LIMITS } from './limits.ts'
export { makeAttribute, makeHeader, makePart } from './make.ts'
export type * from './model.ts'
export { decodeHeader, HeaderScanner, type ScanOptions, scanHeader } from './scan.ts'
export { isDeep, isTiled, storageOf } from './storage.ts'
export { type GuessedText, guessText, withoutPadding } from './text-encoding.ts'
export { formatTimeCode, shortTimeCode, type TimeCodeFields, timeCodeFields, timeCodeProblem } from './time-code.ts'
export { versionFlags } from './version-flags.ts'
