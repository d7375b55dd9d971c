import { anomalies } from './named/anomalies.ts'
import { attributeValues } from './named/attribute-values.ts'
import { attributes } from './named/attributes.ts'
import { brokenFrames } from './named/broken-frames.ts'
import { channelComposition } from './named/channel-composition.ts'
import { colorSpaces } from './named/color-spaces.ts'
import { compressionCost } from './named/compression-cost.ts'
import { coverage } from './named/coverage.ts'
import { deepInventory } from './named/deep-inventory.ts'
import { drift } from './named/drift.ts'
import { equalPixels } from './named/equal-pixels.ts'
import { farm } from './named/farm.ts'
import { frozenFrames } from './named/frozen-frames.ts'
import { largestLayers } from './named/largest-layers.ts'
import { missingFrames } from './named/missing-frames.ts'
import { nearDuplicates } from './named/near-duplicates.ts'
import { recentlyChanged } from './named/recently-changed.ts'
import { shots } from './named/shots.ts'
import { similarRenders } from './named/similar-renders.ts'
import { software } from './named/software.ts'
import { trends } from './named/trends.ts'
import { validationFailures } from './named/validation-failures.ts'

/** Every named query, in the order people ask them. */
export const QUERIES = {
  'missing-frames': missingFrames,
  'broken-frames': brokenFrames,
  anomalies: anomalies,
  drift: drift,
  'similar-renders': similarRenders,
  'equal-pixels': equalPixels,
  'near-duplicates': nearDuplicates,
  'frozen-frames': frozenFrames,
  'channel-composition': channelComposition,
  'largest-layers': largestLayers,
  'compression-cost': compressionCost,
  'color-spaces': colorSpaces,
  attributes: attributes,
  'attribute-values': attributeValues,
  software: software,
  farm: farm,
  shots: shots,
  trends: trends,
  'recently-changed': recentlyChanged,
  'deep-inventory': deepInventory,
  'validation-failures': validationFailures,
  coverage: coverage,
}

/** Names of the queries. */
export type QueryName = keyof typeof QUERIES
