/** One setting: what it means and what it is when nobody says. docs/reference/configuration.md is made from these. */
export interface Variable {
  readonly section: Section
  readonly meaning: string
  /** Other names, asked in this order when the first is not set. */
  readonly names?: readonly string[]
  /** Default, for those whose default is a value and does not depend on the machine or on other settings. */
  readonly value?: string | number | boolean
  /** Default in words, for all others. */
  readonly otherwise?: string
  /** Bounds of numbers, both inclusive. */
  readonly min?: number
  readonly max?: number
  /** Bytes may be written with a unit: 16M. */
  readonly isBytes?: boolean
  /** The flag of the command line that says the same. */
  readonly flag?: string
}

export type Section =
  | 'General'
  | 'Object store'
  | 'VAST DataBase'
  | 'Kafka brokers'
  | 'Function: events'
  | 'Function: limits'
  | 'Function: platform'

const MIB = 2 ** 20
const MINUTES_MS = 600_000

type Rest = Omit<Variable, 'section' | 'meaning'>
const inSection =
  (section: Section) =>
  <R extends Rest>(meaning: string, rest: R): R & Variable => ({ section, meaning, ...rest })
const general = inSection('General')
const store = inSection('Object store')
const vast = inSection('VAST DataBase')
const kafka = inSection('Kafka brokers')
const events = inSection('Function: events')
const limits = inSection('Function: limits')
const platform = inSection('Function: platform')

/** Every setting there is; nothing else of the environment is read. */
export const VARIABLES = {
  EXR_CATALOG: general('the catalog: a path, `duckdb:<path>` or `vast://bucket/schema`', {
    otherwise: 'VAST DataBase if `VAST_DB_BUCKET` is set; else `exr-catalog.duckdb`, for the function nowhere',
    flag: '--catalog',
  }),
  EXR_JOBS: general('workers: threads of the command line, processes of the function', {
    otherwise: 'one a core; for the function one for each 768 MiB of its memory',
    min: 1,
    max: 256,
    flag: '--jobs',
  }),
  EXR_CATALOG_MEMORY: general('buffers of an embedded catalog', {
    otherwise: "an eighth of the machine's or container's memory, 64M to 512M, to write 256M at most",
    min: 64 * MIB,
    max: 2 ** 40,
    isBytes: true,
    flag: '--catalog-memory',
  }),
  EXR_CATALOG_MODE: general(
    'permissions of the files of a new embedded catalog, in octal; those of one that is there stay',
    {
      value: '600',
    },
  ),
  EXR_CATALOG_WAIT: general('how long to wait for another process that has an embedded catalog open: `30s`, `10m`', {
    otherwise: 'to write not at all, to read `5s` for a moment between two writes',
    flag: '--wait',
  }),
  EXR_FIRST_READ_BYTES: general('length of the first read of a file or object; most headers need no second', {
    value: 65_536,
    min: 256,
    max: 16 * MIB,
    isBytes: true,
    flag: '--first-read',
  }),
  EXR_ISOLATION: general('where native code reads files: `process`, so that a crash costs one file, or `thread`', {
    otherwise: '`process` in the function and for pixels, else `thread`',
    flag: '--isolate',
  }),
  EXR_CHECK: general('chunks to look at: `table`, `leaders` or `all`', { value: 'leaders', flag: '--check' }),
  EXR_LIMITS: general('limits of headers, as in `header-bytes=128M,parts=100000`', {
    otherwise: 'those of the format reader',
    flag: '--limit',
  }),
  EXR_DEBUG: general("stack traces and Node's own warnings", { value: false }),
  S3_ENDPOINT: store('`http(s)://host:port`', {
    names: ['AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL'],
    otherwise: "Amazon's",
  }),
  S3_REGION: store('region', { names: ['AWS_REGION'], value: 'us-east-1' }),
  S3_ACCESS_KEY: store('access key', { names: ['AWS_ACCESS_KEY_ID'], otherwise: "the AWS SDK's own chain" }),
  S3_SECRET_KEY: store('secret key', { names: ['AWS_SECRET_ACCESS_KEY'], otherwise: "the AWS SDK's own chain" }),
  AWS_PROFILE: store("profile in the AWS SDK's own files, for keys that are not set here", {
    otherwise: "the AWS SDK's own chain",
  }),
  S3_SESSION_TOKEN: store('session token', { names: ['AWS_SESSION_TOKEN'], otherwise: 'none' }),
  S3_CA_BUNDLE: store("file of PEM certificates to trust beside the system's", {
    names: ['AWS_CA_BUNDLE'],
    otherwise: 'none',
  }),
  S3_PATH_STYLE: store('bucket in the path and not in the host name', { otherwise: 'true with an endpoint' }),
  S3_VERIFY_TLS: store('false accepts any certificate: for laboratories only', { value: true }),
  S3_CONNECT_TIMEOUT_MS: store('until a connection stands', { value: 5_000, min: 1, max: MINUTES_MS }),
  S3_READ_TIMEOUT_MS: store('from a request to the last byte of its answer', {
    value: 10_000,
    min: 1,
    max: MINUTES_MS,
  }),
  S3_MAX_SOCKETS: store('connections at a time', { value: 64, min: 1, max: MINUTES_MS }),
  VAST_DB_ENDPOINT: vast('`http(s)://host:port`', { names: ['S3_ENDPOINT'], otherwise: 'none' }),
  VAST_DB_ACCESS_KEY: vast('access key', { names: ['S3_ACCESS_KEY'], otherwise: 'none' }),
  VAST_DB_SECRET_KEY: vast('secret key', { names: ['S3_SECRET_KEY'], otherwise: 'none' }),
  VAST_DB_REGION: vast('region', { value: 'us-east-1' }),
  VAST_DB_BUCKET: vast('bucket of the database', { otherwise: 'none' }),
  VAST_DB_SCHEMA: vast('schema in the bucket', { value: 'exr_metadata' }),
  VAST_DB_DATA_ENDPOINTS: vast('endpoints that share the reading of whole tables, separated by commas', {
    otherwise: 'the endpoint alone',
  }),
  VAST_DB_SEARCH: vast('how similar files are searched: `scan`, `trino` (embeddings of providers alone) or `engine`', {
    value: 'scan',
  }),
  VAST_DB_SEARCH_TIMEOUT_MS: vast('how long a search by `trino` or `engine` may take', {
    value: 300_000,
    min: 1,
    max: MINUTES_MS,
  }),
  VAST_TRINO_URL: vast('a Trino with the VAST connector', { otherwise: 'none' }),
  VAST_TRINO_USER: vast("Trino's user", { value: 'exr-inspector' }),
  VAST_TRINO_PASSWORD: vast("Trino's password", { otherwise: 'none' }),
  VAST_TRINO_CATALOG: vast("the connector's catalog in Trino", { value: 'vast' }),
  EXR_KAFKA_BROKERS: kafka('`host:port` of brokers to begin with, separated by commas', {
    otherwise: 'none',
    flag: '--brokers',
  }),
  EXR_KAFKA_TLS: kafka('encrypt', { value: false }),
  EXR_KAFKA_CA: kafka("file of PEM certificates to trust in the place of the system's", { otherwise: 'none' }),
  EXR_KAFKA_SASL: kafka('`PLAIN`, `SCRAM-SHA-256` or `SCRAM-SHA-512`', { value: 'PLAIN' }),
  EXR_KAFKA_USERNAME: kafka('user; without one nobody is asked who they are', { otherwise: 'none' }),
  EXR_KAFKA_PASSWORD: kafka("that user's password; PLAIN sends it only encrypted, or over loopback", {
    otherwise: 'none',
  }),
  EXR_ALLOWED_BUCKETS: events('buckets whose objects are read, separated by commas; events about others are skipped', {
    otherwise: 'all',
  }),
  EXR_ALLOWED_ENDPOINTS: events(
    'hosts that an event may name as its own endpoint, separated by commas; with none, events bring no endpoints and no keys',
    { otherwise: 'none' },
  ),
  EXR_ALLOWED_FOLDERS: events(
    'folders whose files an event may name, separated by commas; what is opened is checked, links included',
    { otherwise: 'none' },
  ),
  EXR_BATCH_FILES: events('events that share a transaction', { value: 256, min: 1, max: 10_000 }),
  EXR_BATCH_WAIT_MS: events('how long the first of them waits for others', { value: 20, min: 0, max: 60_000 }),
  EXR_DEBUG_ROUTE: events('answer `POST /debug/inspect` with the payload', { value: false, flag: '--debug-route' }),
  EXR_CONCURRENCY: limits('objects worked on at once, over all requests; the rest wait', {
    value: 64,
    min: 1,
    max: 4_096,
  }),
  EXR_DEADLINE_MS: limits(
    "from a request's arrival to its answer, waiting and storing included; keep it below the platform's timeout",
    { value: 50_000, min: 100, max: MINUTES_MS },
  ),
  EXR_REQUEST_TIMEOUT_MS: limits('from the first byte of a request to the last of its body', {
    value: 15_000,
    min: 100,
    max: MINUTES_MS,
  }),
  EXR_SHUTDOWN_MS: limits('from SIGTERM to the end of the process, whatever is connected', {
    value: 25_000,
    min: 100,
    max: MINUTES_MS,
  }),
  EXR_MAX_BODY_BYTES: limits('a request body', { value: MIB, min: 1_024, max: 64 * 1024 * MIB, isBytes: true }),
  EXR_MAX_RECORDS: limits('objects that one request may name, over all its events', {
    value: 1_000,
    min: 1,
    max: 100_000,
  }),
  EXR_MAX_HEADER_BYTES: limits(
    'a header, in which a part counts as 1 KiB at least, and the chunk tables; a file with more is recorded as ERR_EXR_LIMIT and not stored',
    {
      otherwise: "a 128th of the container's memory, 1 to 64 MiB",
      min: 64 * 1024,
      max: 2 ** 31,
      isBytes: true,
    },
  ),
  EXR_MEMORY_BUDGET: limits(
    'memory that all work under way may reserve, a quarter of it for request bodies; files with large headers wait for it',
    {
      otherwise: "a quarter of the container's memory",
      min: MIB,
      max: 2 ** 40,
      isBytes: true,
    },
  ),
  HOST: platform('address to bind', { value: '0.0.0.0', flag: '--host' }),
  PORT: platform('port to bind, 0 for a free one', { value: 8080, min: 0, max: 65_535, flag: '--port' }),
  EXR_SECRETS_DIR: platform('folder of mounted secrets', { value: '/secrets' }),
  VAST_LOG_LEVEL: platform('TRACE, DEBUG, INFO, WARNING, ERROR, CRITICAL or SILENT', {
    names: ['LOG_LEVEL'],
    value: 'info',
  }),
  K_SINK: platform('where results go as events for the next function', { otherwise: 'nowhere' }),
  K_CE_OVERRIDES: platform('attributes to put on top of every output event, as JSON with an `extensions` object', {
    otherwise: 'none',
  }),
  K_NAME: platform('name of the function', { names: ['K_SERVICE'], value: 'exr-inspector' }),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: platform('OpenTelemetry collector over HTTP', {
    names: ['OTEL_EXPORTER_OTLP_ENDPOINT'],
    otherwise: 'none',
  }),
} as const satisfies Readonly<Record<string, Variable>>

export type VariableName = keyof typeof VARIABLES
