import picomatch from 'picomatch'
import { displayValue, type ExrHeader, type HeaderAttribute, type HeaderPart, jsonValue } from '../header/index.ts'
import type { AttributeDiff } from './diff-types.ts'
import { nameOf } from './names.ts'

/** Attributes that differ between two renders of one picture; left out unless they are asked for. */
export const VOLATILE_ATTRIBUTES = [
  'DateTime',
  'capDate',
  'Software',
  '*ImageHistory',
  'software',
  'HostComputer',
  'hostname',
  'renderTime',
  '*/render_time',
  '*/render_memory',
  'cycles.*.render_time',
  'cycles.*.total_time',
  'Time',
  'RenderTime',
  'preview',
]

/** How samples are stored, which a diff across compressions and tile layouts looks past. */
const STORAGE = ['compression', 'lineOrder', 'tiles', 'type', 'chunkCount', 'version', 'dwaCompressionLevel', 'name']
/** Compared by channel. */
const COMPARED_ELSEWHERE = ['channels']

const MAX_TEXT = 200

/** Parts that belong together: by name, what is left by its place. Pure. */
export function pairParts(a: ExrHeader, b: ExrHeader) {
  const pairs: [HeaderPart, HeaderPart][] = []
  const restB = new Set(b.parts)
  const restA: HeaderPart[] = []
  for (const part of a.parts) {
    const name = nameOf(part)
    const partner = name === null ? undefined : [...restB].find((other) => nameOf(other) === name)
    if (partner === undefined) restA.push(part)
    else {
      pairs.push([part, partner])
      restB.delete(partner)
    }
  }
  const onlyA: HeaderPart[] = []
  for (const part of restA) {
    const partner = [...restB].find(({ index }) => index === part.index)
    if (partner === undefined) onlyA.push(part)
    else {
      pairs.push([part, partner])
      restB.delete(partner)
    }
  }
  return { pairs: pairs.sort(([x], [y]) => x.index - y.index), onlyA, onlyB: [...restB] }
}

/** Attributes by name, value and type. `ignore` are patterns over names. Pure. */
export function diffAttributes(
  a: HeaderPart,
  b: HeaderPart,
  ignore: readonly string[],
): { readonly attributes: AttributeDiff[]; readonly storage: AttributeDiff[] } {
  const isIgnored = ignore.length === 0 ? () => false : picomatch([...ignore], { dot: true, bash: true })
  const attributes: AttributeDiff[] = []
  const storage: AttributeDiff[] = []
  const names = new Set([...a.attributes, ...b.attributes].map(({ name }) => name))
  for (const name of [...names].sort()) {
    if (COMPARED_ELSEWHERE.includes(name) || isIgnored(name)) continue
    const [left, right] = [a.get(name), b.get(name)]
    const isSame = left && right && left.type === right.type && Buffer.compare(left.bytes, right.bytes) === 0
    if (isSame) continue
    const list = STORAGE.includes(name) ? storage : attributes
    list.push({
      name,
      change: left === undefined ? 'added' : right === undefined ? 'removed' : 'changed',
      ...(left !== undefined && { a: textOf(left) }),
      ...(right !== undefined && { b: textOf(right) }),
    })
  }
  return { attributes, storage }
}

function textOf(attribute: HeaderAttribute): string {
  const text = displayValue(attribute) ?? JSON.stringify(jsonValue(attribute)) ?? ''
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text
}
