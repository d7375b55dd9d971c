import { ExrError } from '../errors.ts'

/** Places in the vector that one feature touches: several, so that one collision never hides a feature. */
const POSITIONS = 4
const PRIME = 0x01000193
const OFFSET_BASIS = 0x811c9dc5

/** 32-bit FNV-1a over UTF-16 code units. Seed 0 is the published hash; a hash as the seed goes on from there. */
export function hashText(seed: number, text: string): number {
  let hash = seed ^ OFFSET_BASIS
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), PRIME)
  return hash
}

/** Goes on from `seed` with a 32-bit integer. */
export function hashInt(seed: number, value: number): number {
  const low = Math.imul(Math.imul(seed, PRIME) ^ (value & 0xffff), PRIME)
  return Math.imul(low ^ (value >>> 16), PRIME)
}

/** Final mixing (the 32-bit finalizer of MurmurHash3, public domain): every input bit reaches every output bit. */
function mix(hash: number): number {
  let h = hash
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

/**
 * Signed feature hashing into a vector of `dim` numbers. Features come in groups, and each group has the same share
 * of the vector however many features it holds: a hundred channels weigh as much as three. Only additions,
 * multiplications, divisions and square roots in a fixed order, which IEEE 754 rounds alike on every machine.
 */
export class FeatureHasher {
  readonly #sums: Float64Array
  #hashes = new Int32Array(128)
  #weights = new Float64Array(128)
  #count = 0

  /** Throws ERR_OPTION_INVALID unless `dim` is a whole number from 1 to 65,536. */
  constructor(dim: number) {
    if (!Number.isInteger(dim) || dim < 1 || dim > 65_536) {
      throw new ExrError('ERR_OPTION_INVALID', `Expected a whole number from 1 to 65536 for dim but received ${dim}`)
    }
    this.#sums = new Float64Array(dim)
  }

  /** Adds a feature to the open group. Weights count only against others of the group. */
  add(hash: number, weight = 1): void {
    if (weight === 0) return
    const index = this.#count++
    if (index === this.#hashes.length) this.#grow()
    this.#hashes[index] = hash
    this.#weights[index] = weight
  }

  /** Adds a number on a scale whose steps matter: its weight is shared between the two nearest steps. */
  addSoft(hash: number, position: number, weight = 1): void {
    const step = Math.floor(position)
    const fraction = position - step
    this.add(hashInt(hash, step), weight * Math.sqrt(1 - fraction))
    this.add(hashInt(hash, step + 1), weight * Math.sqrt(fraction))
  }

  /** Closes the group, whose features together get the length `weight`. An empty group adds nothing. */
  closeGroup(weight: number): void {
    let energy = 0
    for (let i = 0; i < this.#count; i++) energy += this.#weights[i]! * this.#weights[i]!
    const scale = energy === 0 ? 0 : weight / Math.sqrt(energy * POSITIONS)
    for (let i = 0; i < this.#count; i++) this.#spread(this.#hashes[i]!, this.#weights[i]! * scale)
    this.#count = 0
  }

  /** The vector at length 1. Where nothing was added, or all cancelled out, a fixed unit vector. */
  finish(): Float32Array {
    const dim = this.#sums.length
    let energy = this.#energy()
    if (!(energy > 1e-12)) {
      this.#sums.fill(0)
      this.#sums[mix(PRIME) % dim] = 1
      energy = 1
    }
    const length = Math.sqrt(energy)
    const vector = new Float32Array(dim)
    for (let i = 0; i < dim; i++) vector[i] = this.#sums[i]! / length
    return vector
  }

  #energy(): number {
    let energy = 0
    for (const sum of this.#sums) energy += sum * sum
    return energy
  }

  #spread(hash: number, weight: number): void {
    const dim = this.#sums.length
    for (let position = 1; position <= POSITIONS; position++) {
      const mixed = mix(hash + Math.imul(position, 0x9e3779b9))
      const index = (mixed >>> 1) % dim
      this.#sums[index] = this.#sums[index]! + ((mixed & 1) === 0 ? weight : -weight)
    }
  }

  #grow(): void {
    const hashes = new Int32Array(this.#hashes.length * 2)
    const weights = new Float64Array(hashes.length)
    hashes.set(this.#hashes)
    weights.set(this.#weights)
    this.#hashes = hashes
    this.#weights = weights
  }
}
