import type { ChannelFacts, PartFacts, Payload } from '../inspect/payload.ts'
import { addAttributeFeatures, attributeValueCounts } from './attribute-features.ts'
import { addChannelFeatures } from './channel-features.ts'
import { FeatureHasher } from './feature-hash.ts'
import {
  addColor,
  addCompression,
  addCrop,
  addDepth,
  addFrame,
  addSoftware,
  addStructure,
  addTiling,
  COLOR_ATTRIBUTES,
} from './part-features.ts'

/** Raised whenever the same header would give another vector; vectors of different versions do not compare. */
export const EMBEDDING_VERSION = 3

/** Numbers in a vector of metadata. */
export const METADATA_DIM = 384
/** Numbers in a vector of channels. */
export const FINGERPRINT_DIM = 128

/** The parts of a payload that a vector is made of. */
export type EmbeddablePayload = Pick<Payload, 'parts' | 'channels' | 'attributes'>

/** Share of each kind of fact: two files that differ in one alone have cosine 1 - weight² / sum of squares. */
const WEIGHTS = {
  channels: { names: 1.2, components: 0.4, layers: 0.7, samples: 0.5, count: 0.3 },
  structure: 0.6,
  /** More than all others together: a deep file with nothing else in common is nearer than a flat twin. */
  depth: 5,
  frame: 1.6,
  crop: 0.8,
  compression: 0.4,
  tiling: 0.7,
  color: 0.8,
  software: 0.9,
  attributes: { names: 1.2, text: 1.2, camera: 0.7 },
}

const FINGERPRINT_WEIGHTS = { names: 1.6, components: 0.8, layers: 1, samples: 0.7, count: 0.5 }

/**
 * What an image is, as a unit vector of `dim` numbers: files of one kind lie close together. Path, frame, dates, time
 * code, hashes, render times and sizes play no part. The same payload gives the same bits on every machine.
 * Throws ERR_OPTION_INVALID for a bad `dim`. docs/reference/embeddings.md lists the facts and their weights.
 */
export function computeMetadataEmbedding(payload: EmbeddablePayload, dim: number = METADATA_DIM): Float32Array {
  const hasher = new FeatureHasher(dim)
  const { parts, channels } = payload
  if (channels.length > 0) addChannelFeatures(hasher, channels, WEIGHTS.channels)
  if (parts.length > 0) addPartFeatures(hasher, parts, payload)
  return hasher.finish()
}

/**
 * What channels a part has, as a unit vector of `dim` numbers: names, layers, components, pixel types and sampling.
 * Throws ERR_OPTION_INVALID for a bad `dim`.
 */
export function computeChannelFingerprint(
  channels: readonly ChannelFacts[],
  dim: number = FINGERPRINT_DIM,
): Float32Array {
  const hasher = new FeatureHasher(dim)
  if (channels.length > 0) addChannelFeatures(hasher, channels, FINGERPRINT_WEIGHTS)
  return hasher.finish()
}

/** Whether a vector depends on the value of an attribute of this name, and not only on its being there. */
export function valueCounts(name: string): boolean {
  return attributeValueCounts(name) || COLOR_ATTRIBUTES.has(name)
}

function addPartFeatures(hasher: FeatureHasher, parts: readonly PartFacts[], { attributes }: EmbeddablePayload): void {
  addStructure(hasher, parts)
  hasher.closeGroup(WEIGHTS.structure)
  for (const [group, add] of PER_PART) {
    for (const part of parts) add(hasher, part)
    hasher.closeGroup(WEIGHTS[group])
  }
  for (const part of attributes.parts) addColor(hasher, part)
  hasher.closeGroup(WEIGHTS.color)
  addAttributeFeatures(hasher, attributes.parts.flat(), WEIGHTS.attributes)
}

type PartGroup = 'depth' | 'frame' | 'crop' | 'compression' | 'tiling' | 'software'

const PER_PART: readonly (readonly [PartGroup, (hasher: FeatureHasher, part: PartFacts) => void])[] = [
  ['depth', addDepth],
  ['frame', addFrame],
  ['crop', addCrop],
  ['compression', addCompression],
  ['tiling', addTiling],
  ['software', addSoftware],
]
