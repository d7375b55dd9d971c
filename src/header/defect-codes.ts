import type { ErrorCode } from '../errors.ts'

/**
 * Every defect the codec reports, with its severity.
 * docs/reference/header-defects.md explains each code, and a test compares the two lists.
 */
export const DEFECT_SEVERITY = {
  // The file as a whole
  'unsupported-version': 'error',
  'unknown-version-flags': 'error',
  'bad-flag-combination': 'error',
  'deep-flag-mismatch': 'error',
  'header-truncated': 'error',
  'header-not-terminated': 'error',
  'limit-exceeded': 'error',
  'defects-omitted': 'warning',
  // Attributes
  'name-unterminated': 'error',
  'name-too-long': 'error',
  'name-not-utf8': 'warning',
  'long-names-unneeded': 'warning',
  'attribute-type-empty': 'error',
  'attribute-size-negative': 'error',
  'attribute-leaves-file': 'error',
  'attribute-size-mismatch': 'error',
  'attribute-malformed': 'error',
  'duplicate-attribute': 'error',
  'missing-required-attribute': 'error',
  'wrong-attribute-type': 'error',
  'nonstandard-attribute-type': 'warning',
  'reserved-bytes-set': 'warning',
  // Values
  'unknown-compression': 'warning',
  'unknown-enum-value': 'warning',
  'bad-line-order': 'error',
  'bad-window': 'error',
  'bad-pixel-aspect-ratio': 'error',
  'bad-screen-window': 'error',
  'bad-tile-description': 'error',
  'bad-deep-compression': 'error',
  'bad-deep-version': 'error',
  'bad-time-code': 'warning',
  'bad-frame-rate': 'warning',
  'contradicting-colors': 'warning',
  // Channels
  'no-channels': 'error',
  'duplicate-channel': 'error',
  'channels-not-sorted': 'warning',
  'unknown-pixel-type': 'error',
  'bad-channel-sampling': 'error',
  'sampling-window-mismatch': 'error',
  // Parts
  'no-parts': 'error',
  'single-part-list': 'warning',
  'part-name-empty': 'error',
  'duplicate-part-name': 'error',
  'unknown-part-type': 'error',
  'part-type-mismatch': 'error',
  'shared-attribute-differs': 'error',
  // Chunk tables
  'chunk-count-mismatch': 'error',
  'chunk-count-unknown': 'warning',
  'chunk-table-leaves-file': 'error',
  'chunk-table-unwritten': 'error',
  'chunk-offset-zero': 'error',
  'chunk-offset-outside-file': 'error',
  'chunk-offset-inside-header': 'error',
  'chunk-offset-duplicate': 'error',
  'chunk-leader-mismatch': 'error',
  'last-chunk-truncated': 'error',
  'text-mode-transfer': 'error',
} as const

/** A stable word for what is wrong with a header or a chunk table; docs/reference/header-defects.md explains each. */
export type DefectCode = keyof typeof DEFECT_SEVERITY

const ERROR_CODES: Partial<Record<DefectCode, ErrorCode>> = {
  'unsupported-version': 'ERR_EXR_VERSION',
  'unknown-version-flags': 'ERR_EXR_VERSION',
  'header-truncated': 'ERR_EXR_TRUNCATED',
  'header-not-terminated': 'ERR_EXR_TRUNCATED',
  'attribute-leaves-file': 'ERR_EXR_TRUNCATED',
  'limit-exceeded': 'ERR_EXR_LIMIT',
  'chunk-count-mismatch': 'ERR_EXR_CHUNKS',
  'chunk-count-unknown': 'ERR_EXR_CHUNKS',
  'chunk-table-leaves-file': 'ERR_EXR_CHUNKS',
  'chunk-table-unwritten': 'ERR_EXR_CHUNKS',
  'chunk-offset-zero': 'ERR_EXR_CHUNKS',
  'chunk-offset-outside-file': 'ERR_EXR_CHUNKS',
  'chunk-offset-inside-header': 'ERR_EXR_CHUNKS',
  'chunk-offset-duplicate': 'ERR_EXR_CHUNKS',
  'chunk-leader-mismatch': 'ERR_EXR_CHUNKS',
  'last-chunk-truncated': 'ERR_EXR_CHUNKS',
  'text-mode-transfer': 'ERR_EXR_CHUNKS',
}

/** The error code under which a caller that knows only error codes should report a defect. */
export function errorCodeOf(code: DefectCode): ErrorCode {
  return ERROR_CODES[code] ?? 'ERR_EXR_HEADER'
}
