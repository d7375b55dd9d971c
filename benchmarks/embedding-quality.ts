import { join } from 'node:path'
import { inspectFileSync } from '../src/inspect/inspect-file.ts'
import type { Payload } from '../src/inspect/payload.ts'

/** One file with the family it belongs to and its vector. */
export interface Labelled {
  readonly family: string
  readonly vector: Float32Array
}

/** How well families hold together. */
export interface FamilyQuality {
  readonly files: number
  readonly families: number
  /** Share of the 5 nearest by cosine, the file itself left out, that are of its family. */
  readonly purity: number
  /** The best purity any vectors could reach: a family of n files can give min(5, n - 1) of 5. */
  readonly attainable: number
  /** Lowest cosine of two files of one family. */
  readonly lowestInside: number
  /** Highest cosine of two files of different families. */
  readonly highestAcross: number
}

const NEIGHBOURS = 5

/** Compares every file with every other. Ties go against the family, so that chance never helps. */
export function familyQuality(items: readonly Labelled[]): FamilyQuality {
  let hits = 0
  let possible = 0
  let lowestInside = 1
  let highestAcross = -1
  for (const item of items) {
    const others = items
      .filter((other) => other !== item)
      .map((other) => ({ cosine: cosine(item.vector, other.vector), isFamily: other.family === item.family }))
      .sort((a, b) => b.cosine - a.cosine || Number(a.isFamily) - Number(b.isFamily))
    const family = others.filter(({ isFamily }) => isFamily)
    hits += others.slice(0, NEIGHBOURS).filter(({ isFamily }) => isFamily).length
    possible += Math.min(NEIGHBOURS, family.length)
    lowestInside = Math.min(lowestInside, family.at(-1)?.cosine ?? 1)
    highestAcross = Math.max(highestAcross, others.find(({ isFamily }) => !isFamily)?.cosine ?? -1)
  }
  return {
    files: items.length,
    families: new Set(items.map(({ family }) => family)).size,
    purity: hits / (items.length * NEIGHBOURS),
    attainable: possible / (items.length * NEIGHBOURS),
    lowestInside,
    highestAcross,
  }
}

/** Flat files that come before the last deep one among the neighbours of deep files, all deep files together. */
export function flatBeforeDeep(items: readonly { readonly isDeep: boolean; readonly vector: Float32Array }[]): number {
  let early = 0
  for (const item of items.filter(({ isDeep }) => isDeep)) {
    const others = items
      .filter((other) => other !== item)
      .map((other) => ({ ...other, at: cosine(item.vector, other.vector) }))
    const last = Math.min(...others.filter(({ isDeep }) => isDeep).map(({ at }) => at))
    early += others.filter(({ isDeep, at }) => !isDeep && at >= last).length
  }
  return early
}

/** Cosine of two unit vectors. */
export function cosine(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

/** Payloads of files that belong to families. */
export function inspectFamilies(
  folder: string,
  families: readonly { readonly family: string; readonly files: readonly string[] }[],
): { family: string; payload: Payload }[] {
  return families.flatMap(({ family, files }) =>
    files.map((file) => ({ family, payload: inspectFileSync(join(folder, file)) })),
  )
}

/** Payloads grouped by the program that wrote them, at most so many of each; programs of a single file are left out. */
export function byWriter(payloads: readonly Payload[], most: number): { family: string; payload: Payload }[] {
  const writers = new Map<string, Payload[]>()
  for (const payload of payloads) {
    const writer = payload.parts[0]?.render_software?.toLowerCase()
    if (writer === undefined) continue
    const files = writers.get(writer) ?? []
    if (files.length < most) files.push(payload)
    writers.set(writer, files)
  }
  return [...writers]
    .filter(([, files]) => files.length > 1)
    .flatMap(([family, files]) => files.map((payload) => ({ family, payload })))
}

/** Files grouped by the folder they lie in. */
export function byFolder(files: readonly string[]): { family: string; files: string[] }[] {
  const folders = new Map<string, string[]>()
  for (const file of files) {
    const folder = file.slice(0, file.lastIndexOf('/'))
    folders.set(folder, [...(folders.get(folder) ?? []), file])
  }
  return [...folders].map(([family, members]) => ({ family, files: members }))
}
