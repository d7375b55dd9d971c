import { createHash } from 'node:crypto'
import type { CatalogResults, CatalogSql, CatalogValues, FileResults } from '../catalog/catalog.ts'
import {
  FILE_ANSWERS,
  familiesOf,
  isSequenceRule,
  Judge,
  type JudgeOptions,
  type KeptResult,
  keptResults,
  type Policy,
  ReportBuilder,
  RULES,
  recallResults,
  ruleIdsOf,
  SEQUENCE_ANSWERS,
  type ValidationReport,
} from '../policy/index.ts'
import { groupSequences, patternOf } from '../sequences/index.ts'
import { judgedFrom, timestampUs, type ValidationResultRow } from '../tables/index.ts'
import { checkWhere, dialectOf } from './dialect.ts'
import { catalogFacts } from './facts.ts'

/** How a catalog is judged. */
export interface JudgeCatalogOptions extends Pick<JudgeOptions, 'maxTier' | 'skip'> {
  /** Condition over files and their first part. Null or left out: all files. */
  readonly where?: string | null
  /** Keep the results in the catalog. Default true. */
  readonly keep?: boolean
  /** Judge every file, whatever is known. */
  readonly again?: boolean
  readonly signal?: AbortSignal
}

interface CatalogFile {
  readonly id: string
  readonly path: string
  /** Digest of policy and bytes. */
  readonly from: string
}

interface CatalogSequence {
  readonly pattern: string
  readonly first: CatalogFile
  /** The files it is judged by: its own, and those of sequences that are like it. */
  readonly members: readonly CatalogFile[]
  /** Digest of policy and members. */
  readonly from: string
}

/** Results of an earlier look at one file. */
interface Known {
  /** What its own results were made from, and those of the sequence it starts; null for none. */
  readonly file: string | null
  readonly sequence: string | null
  readonly rows: KeptResult[]
}

/**
 * Judges the files of a catalog by their rows: those that changed or were not judged by this policy, and their sequences.
 * What is known of the others is told with it; `judged` and `kept` of the summary count both. Results go back into the catalog in one transaction; under a condition,
 * those of sequences do not, since only some of their frames may have been seen. Throws what the catalog throws.
 */
export async function judgeCatalog(
  catalog: CatalogSql & CatalogValues & CatalogResults,
  policy: Policy,
  options: JudgeCatalogOptions = {},
): Promise<ValidationReport> {
  const { where = null, keep = true, again = false, maxTier, skip = [], signal } = options
  const scope = { skip, ...(maxTier !== undefined && { maxTier }) }
  const report = new ReportBuilder(policy)
  const judge = new Judge(policy, scope)
  // A whole policy has the digest under which an ingest keeps its results.
  const isWhole = skip.length === 0 && maxTier === undefined
  const digest = isWhole ? policy.digest : sha256([policy.digest, JSON.stringify(scope)])
  const [files, ignored] = divide(await liveFiles(catalog, where, digest), ({ path }) => !policy.ignores(path))
  for (const _ of ignored) report.ignored()
  const sequences = judgesSequences(policy) ? sequencesOf(files, digest) : []
  const known = again ? new Map<string, Known>() : await knownResults(catalog)

  const unknown = new Set<string>()
  for (const { id, path, from } of files) {
    const { file, rows } = known.get(id) ?? NOTHING
    const results = file === from ? recallResults(FILE_ANSWERS, rows, policy) : null
    if (results === null) unknown.add(id)
    else report.file({ path, results })
  }
  const open = new Set(sequences.filter((sequence) => where !== null || !recall(sequence)))
  function recall({ first, from, members, pattern }: CatalogSequence): boolean {
    const { sequence, rows } = known.get(first.id) ?? NOTHING
    if (sequence !== from || members.some(({ id }) => unknown.has(id))) return false
    const results = recallResults(SEQUENCE_ANSWERS, rows, policy)
    if (results !== null) report.sequence({ pattern, path: first.path, results })
    return results !== null
  }

  const byPath = new Map(files.map((file) => [file.path, file]))
  const found = new Map<string, KeptResult[]>()
  const intern = interner()
  const members = [...open].flatMap((sequence) => sequence.members.map(({ id }) => id))
  for await (const facts of catalogFacts(catalog, where, { among: new Set([...unknown, ...members]) })) {
    signal?.throwIfAborted()
    const { id } = byPath.get(facts.path)!
    if (unknown.has(id)) {
      const judgement = judge.file(facts)!
      report.file(judgement)
      if (keep) found.set(id, keptResults(FILE_ANSWERS, judgement.results, policy).map(intern))
    } else judge.remember(facts)
  }
  const foundOfSequences = new Map<string, KeptResult[]>()
  for (const judgement of judge.finish()) {
    report.sequence(judgement)
    const rows = keptResults(SEQUENCE_ANSWERS, judgement.results, policy)
    foundOfSequences.set(byPath.get(judgement.path)!.id, rows)
  }

  if (keep) {
    const starts = new Map(sequences.map((sequence) => [sequence.first.id, sequence]))
    const changed = files.flatMap(({ id, path, from }): FileResults[] => {
      const before = known.get(id) ?? NOTHING
      const sequence = where === null ? starts.get(id) : undefined
      const isStale = where === null && before.sequence !== (sequence?.from ?? null)
      if (!found.has(id) && !isStale && !(sequence !== undefined && open.has(sequence))) return []
      const [ofSequence, ofFile] = divide(before.rows, ({ rule }) => isOfSequence(rule, policy))
      const rows = [
        ...rowsOf(found.get(id) ?? ofFile, policy, from),
        ...(where === null
          ? rowsOf(foundOfSequences.get(id) ?? [], policy, sequence?.from ?? null)
          : rowsOf(ofSequence, policy, before.sequence)),
      ]
      return [{ fileId: id, path, rows }]
    })
    if (changed.length > 0) await catalog.replaceResults(changed, BigInt(Date.now()) * 1000n, signal)
  }
  const { findings, summary } = report.finish()
  return { findings, summary: { ...summary, judged: unknown.size, kept: files.length - unknown.size } }
}

const NOTHING: Known = { file: null, sequence: null, rows: [] }

function judgesSequences(policy: Policy): boolean {
  return ruleIdsOf(policy).some((id) => isOfSequence(id, policy))
}

function isOfSequence(id: string, { custom }: Policy): boolean {
  const rule = custom.get(id) ?? RULES.get(id)
  return id === SEQUENCE_ANSWERS || (rule !== undefined && isSequenceRule(rule))
}

function rowsOf(kept: readonly KeptResult[], { name, version }: Policy, from: string | null): ValidationResultRow[] {
  return kept.map((row) => {
    const isWhole = row.rule === FILE_ANSWERS || row.rule === SEQUENCE_ANSWERS
    return { ...row, policy: name, policy_version: String(version), judged_from: isWhole ? from : null }
  })
}

async function liveFiles(catalog: CatalogSql, where: string | null, digest: string): Promise<CatalogFile[]> {
  const { live, frames } = dialectOf(catalog.dialect)
  if (where !== null) await checkWhere(catalog.dialect, where)
  const chosen = where === null ? '' : ` WHERE file_id IN (SELECT file_id FROM ${frames} chosen WHERE (${where}\n))`
  const files: CatalogFile[] = []
  const sql = `SELECT file_id, file_path, header_hash, size_bytes, mtime, etag FROM ${live} live${chosen} ORDER BY file_id`
  for await (const row of rowsOfQuery(catalog, sql)) {
    const [id, path, headerHash, sizeBytes, mtime, etag] = row as [string, string, string, bigint, string, string]
    files.push({ id, path, from: judgedFrom(digest, { headerHash, sizeBytes, mtimeUs: timestampUs(mtime), etag }) })
  }
  return files
}

/** Sequences of files with what they are judged by. */
function sequencesOf(files: readonly CatalogFile[], digest: string): CatalogSequence[] {
  const { sequences } = groupSequences(files.map(({ path }) => path))
  return familiesOf(sequences).flatMap((family) => {
    const members = family.flatMap((sequence) => sequence.members.map(({ index }) => files[index]!))
    const from = sha256([digest, ...members.map(({ path, from }) => `${path}\0${from}`).sort()])
    return family.map((sequence) => ({
      pattern: patternOf(sequence),
      first: files[sequence.members[0]!.index]!,
      members,
      from,
    }))
  })
}

type KeptRow = [string, string, number | null, KeptResult['state'], KeptResult['severity'], string, string | null]

/** What earlier looks left, by file; rows of files that no look of this policy left a mark of are not read. */
async function knownResults(catalog: CatalogSql): Promise<Map<string, Known>> {
  const { table } = dialectOf(catalog.dialect)
  const results = table('validation_results')
  const known = new Map<string, { file: string | null; sequence: string | null; rows: KeptResult[] }>()
  const marks = `SELECT file_id, rule, judged_from FROM ${results} marks WHERE judged_from IS NOT NULL`
  for await (const row of rowsOfQuery(catalog, marks)) {
    const [id, rule, from] = row as [string, string, string]
    const marked = known.get(id) ?? { file: null, sequence: null, rows: [] }
    marked[rule === SEQUENCE_ANSWERS ? 'sequence' : 'file'] = from
    known.set(id, marked)
  }
  if (known.size === 0) return known
  const intern = interner()
  const columns = 'file_id, rule, part_index, state, severity, message, details'
  for await (const row of rowsOfQuery(catalog, `SELECT ${columns} FROM ${results} rows_of`)) {
    const [id, rule, part_index, state, severity, message, details] = row as KeptRow
    known.get(id)?.rows.push(intern({ rule, part_index, state, severity, message, details }))
  }
  return known
}

async function* rowsOfQuery(catalog: CatalogSql, sql: string): AsyncGenerator<readonly unknown[]> {
  for await (const batch of (await catalog.sqlStream(sql)).batches) yield* batch
}

/** Files mostly say the same: one row in memory serves them all. */
function interner(): (row: KeptResult) => KeptResult {
  const rows = new Map<string, KeptResult>()
  return (row) => {
    const key = JSON.stringify(row)
    const same = rows.get(key)
    if (same === undefined) rows.set(key, row)
    return same ?? row
  }
}

function divide<T>(items: readonly T[], isFirst: (item: T) => boolean): [T[], T[]] {
  const [first, second]: [T[], T[]] = [[], []]
  for (const item of items) (isFirst(item) ? first : second).push(item)
  return [first, second]
}

function sha256(texts: readonly string[]): string {
  const hash = createHash('sha256')
  for (const text of texts) hash.update(text).update('\0')
  return hash.digest('hex').slice(0, 32)
}
