import { isCelError, parse, plan } from '@bufbuild/cel'
import { ExrError } from '../errors.ts'
import { LOOP, meteredEnvironment, TOO_MANY_STEPS, withinBudget } from './cel-budget.ts'

/** Longest expression, in characters. */
const MAX_LENGTH = 2000
/** Deepest nesting of an expression's tree. */
const MAX_DEPTH = 32
/** Loops (`all`, `exists`, `filter`, `map`) inside loops. */
const MAX_LOOPS = 2
/** Loops of an expression altogether. */
const MAX_ALL_LOOPS = 8
/** Longest list that an expression with loops in loops may see: its square bounds the steps. */
const MAX_NESTED_LIST = 1000
const MAX_LIST = 100_000

/** An answer of an expression. */
export type CelAnswer = { readonly ok: true; readonly value: boolean } | { readonly ok: false; readonly reason: string }

/** An expression made ready; `variables` are plain JSON data. */
export type Condition = (variables: Readonly<Record<string, unknown>>) => CelAnswer

const environment = meteredEnvironment()

/**
 * Compiles a condition in CEL. Its length, its depth and how deep loops nest are bounded before it ever runs, its steps
 * while it does; regular expressions take time linear in the text.
 * Throws ERR_POLICY_INVALID for one that is too large or not understood; `column` (from 1) is where, when known.
 */
export function compileCondition(source: string): Condition {
  if (source.length > MAX_LENGTH) throw invalid(`has ${source.length} characters; at most ${MAX_LENGTH} are allowed`)
  assertShallow(source)
  let loops: number
  let run: ReturnType<typeof plan>
  try {
    const parsed = parse(source)
    loops = measure(parsed.expr, 0, 0, { all: 0, deepest: 0 }).deepest
    run = plan(environment, parsed)
  } catch (cause) {
    if (cause instanceof ExrError) throw cause
    const message = (cause as Error).message.replace(/^<input>:/, '')
    throw invalid(`is not understood: ${message}`, cause)
  }
  return (variables) => {
    const limit = loops >= MAX_LOOPS ? MAX_NESTED_LIST : MAX_LIST
    const longest = longestList(variables)
    if (loops > 0 && longest > limit) {
      return { ok: false, reason: `a list of ${longest} entries is too long for its loops; at most ${limit}` }
    }
    const value = withinBudget(() => run(toCel(variables) as never))
    if (value === null) return { ok: false, reason: TOO_MANY_STEPS }
    if (isCelError(value)) return { ok: false, reason: value.message }
    return typeof value === 'boolean'
      ? { ok: true, value }
      : { ok: false, reason: 'its answer is neither true nor false' }
  }
}

/** The parser recurses: brackets are counted before it does. */
function assertShallow(source: string): void {
  let depth = 0
  for (const character of source) {
    if ('([{'.includes(character)) depth += 1
    else if (')]}'.includes(character)) depth -= 1
    if (depth > MAX_DEPTH) throw invalid(`nests deeper than ${MAX_DEPTH} brackets`)
  }
  if (/[!-]{32}|(?:\?[^?]*){32}/.test(source)) throw invalid(`nests deeper than ${MAX_DEPTH} operators`)
}

interface Measure {
  all: number
  deepest: number
}

/** Walks the tree; macros have become comprehensions by then. What they go through is made to count its turns. */
function measure(node: unknown, depth: number, loops: number, found: Measure): Measure {
  if (depth > MAX_DEPTH * 8) throw invalid('nests too deep')
  if (typeof node !== 'object' || node === null) return found
  const isLoop = (node as { $typeName?: string }).$typeName === 'cel.expr.Expr.Comprehension'
  const inside = loops + (isLoop ? 1 : 0)
  if (isLoop) found.all += 1
  if (inside > MAX_LOOPS) throw invalid(`has loops ${inside} deep; at most ${MAX_LOOPS} are allowed`)
  if (found.all > MAX_ALL_LOOPS) throw invalid(`has more than ${MAX_ALL_LOOPS} loops`)
  found.deepest = Math.max(found.deepest, inside)
  for (const child of Object.values(node)) measure(child, depth + 1, inside, found)
  if (isLoop) countTurns(node as Loop)
  return found
}

interface Loop {
  iterRange?: unknown
}

function countTurns(loop: Loop): void {
  const { expr } = parse('f(x)')
  const kind = expr?.exprKind
  if (kind?.case !== 'callExpr') throw invalid('cannot be counted')
  kind.value.function = LOOP
  kind.value.args[0] = loop.iterRange as (typeof kind.value.args)[number]
  loop.iterRange = expr
}

function longestList(value: unknown): number {
  if (Array.isArray(value))
    return value.reduce<number>((longest, item) => Math.max(longest, longestList(item)), value.length)
  if (typeof value !== 'object' || value === null) return 0
  const entries = Object.values(value)
  return entries.reduce<number>((longest, item) => Math.max(longest, longestList(item)), entries.length)
}

/** Whole numbers as CEL's int, others as double, so that `part.width >= 1920` reads as people write it. */
function toCel(value: unknown): unknown {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value
  if (Array.isArray(value)) return value.map(toCel)
  if (typeof value !== 'object' || value === null) return value ?? null
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, toCel(item)]))
}

function invalid(why: string, cause?: unknown): ExrError {
  return new ExrError('ERR_POLICY_INVALID', `The expression ${why}`, { cause })
}
