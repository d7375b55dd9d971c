/** What rows of `ingest_errors` are. A file that is invalid or limited is stored all the same. */
export const ERROR_STATES = ['unreadable', 'invalid', 'limited', 'not_exr'] as const

/** SQL over `code` of `ingest_errors` that gives one of `ERROR_STATES`, in both engines. */
export const errorState =
  "CASE WHEN code = 'ERR_EXR_LIMIT' THEN 'limited' WHEN code = 'ERR_EXR_MAGIC' THEN 'not_exr' " +
  "WHEN code IN ('ERR_EXR_HEADER', 'ERR_EXR_VERSION', 'ERR_EXR_CHUNKS', 'ERR_EXR_TRUNCATED') THEN 'invalid' ELSE 'unreadable' END"
