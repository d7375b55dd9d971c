import {
  type CelEnv,
  type CelFunc,
  CelScalar,
  celEnv,
  celFunc,
  celList,
  isCelList,
  isCelMap,
  listType,
} from '@bufbuild/cel'
import { strings } from '@bufbuild/cel/ext'
import { ExrError } from '../errors.ts'
import { linearPattern } from './patterns.ts'

/** Steps of one answer: calls, turns of loops, and what is long by its length. A million take about half a second. */
const MAX_STEPS = 5_000_000
/** Name of the function around what a loop goes through; nobody can write it. */
export const LOOP = '@loop'

let left = MAX_STEPS

/** What `work` returns; null where it took more steps than one answer may. */
export function withinBudget<T>(work: () => T): T | null {
  left = MAX_STEPS
  const value = work()
  // Expressions may take an error for an answer: `error || true` is true.
  return left < 0 ? null : value
}

/** Why there is no answer. */
export const TOO_MANY_STEPS = `it takes more than ${MAX_STEPS} steps`

function charge(steps: number): void {
  left -= steps
  if (left < 0) throw new ExrError('ERR_POLICY_INVALID', TOO_MANY_STEPS)
}

const LIST = listType(CelScalar.DYN)

/** Functions of CEL and its strings, each of which counts its steps before it takes them. */
export function meteredEnvironment(): CelEnv {
  const own = [
    // A list, where the library makes a chain that each look walks.
    celFunc('_+_', [LIST, LIST], LIST, (a, b) => celList([...a, ...b])),
    celFunc(LOOP, [CelScalar.DYN], CelScalar.DYN, (range) => range),
  ]
  const plain = celEnv({ funcs: [...strings, ...own], re2: { compile: meteredPattern } })
  return celEnv({ funcs: [...plain.funcs].map(metered) })
}

function meteredPattern(source: string) {
  const { size, test } = linearPattern(source)
  return {
    test(text: string): boolean {
      charge((size * (text.length + 16)) / 2)
      return test(text)
    },
  }
}

function metered(func: CelFunc): CelFunc {
  const call: CelFunc['call'] = (id, target, args) => {
    chargeFor(func.name, target === undefined ? args : [target, ...args])
    const result = func.call(id, target, args)
    if (result !== undefined) charge(1)
    return result
  }
  return Object.create(func, { call: { value: call } }) as CelFunc
}

/** What a call will take beyond being one; of arguments that do not fit it, too. */
function chargeFor(name: string, values: readonly unknown[]): void {
  if (WALKERS.has(name)) for (const value of values) chargeWhole(value)
  charge((COSTS[name] ?? plainCost)(values))
}

/** They look at everything in their arguments. */
const WALKERS: ReadonlySet<string> = new Set(['_==_', '_!=_', '@in', 'format', 'join'])

type Cost = (values: readonly unknown[]) => number

const plainCost: Cost = (values) => values.reduce<number>((sum, value) => sum + textSteps(value), 0)

const COSTS: Readonly<Record<string, Cost>> = {
  [LOOP]: ([range]) => sizeOf(range),
  '_+_': (values) => plainCost(values) + values.reduce<number>((sum, value) => sum + sizeOf(value) / 8, 0),
  join: ([list, separator]) => (sizeOf(list) * lengthOf(separator)) / 32,
  split: ([text]) => lengthOf(text),
  // It copies the text for every place.
  replace: ([text, from, to]) => {
    if (typeof text !== 'string' || typeof from !== 'string') return 0
    const places = from === '' ? text.length : text.split(from).length - 1
    return ((places + 1) * (text.length + places * lengthOf(to))) / 32
  },
}

/** A value and all in it, as often as it is there. */
function chargeWhole(value: unknown): void {
  charge(textSteps(value))
  if (isCelList(value)) {
    for (const item of value) {
      charge(1)
      chargeWhole(item)
    }
  } else if (isCelMap(value)) {
    for (const [key, item] of value) {
      charge(1 + textSteps(key))
      chargeWhole(item)
    }
  }
}

function sizeOf(value: unknown): number {
  return isCelList(value) || isCelMap(value) ? value.size : 0
}

function lengthOf(value: unknown): number {
  return typeof value === 'string' || value instanceof Uint8Array ? value.length : 0
}

function textSteps(value: unknown): number {
  return lengthOf(value) >>> 5
}
